"""被叫号码: the same hotline is dialled in many ways. This file knows them all and no hotline.

A carrier may deliver the number as a neighbour dials it, with the area code, with the country code, with or without +,
0 or 00, and with separators. The rules, in order:

1. Separators and a leading + are dropped; what then is not wholly digits is no number.
2. A number listed by a city is brought into its shortest form (`local_number`): without its country and area code.
3. `dialled_forms` writes out every string of digits that means it. Whoever looks a number up asks for just these
   digits, the controller and the dialplan alike: there is no second rule that could decide otherwise.

| 12345 in 0518 (+86) | who sends it so |
|---|---|
| 12345 | the local exchange |
| 051812345, 0518-12345 | another city, or a carrier that always sends the area code |
| +8651812345, 8651812345, 008651812345 | IMS (E.164), with the + or %2B or without |
| +86051812345, +8612345 | carriers that put +86 before whatever they have |
"""

from __future__ import annotations

_SEPARATORS = str.maketrans("", "", " -().")
SHORT_NUMBER = 3
"""Digits of the shortest number, such as 110."""
LONG_NUMBER = 9
"""Digits of an area code without 0 and a subscriber's number, at least."""


def digits_of(dialled: str) -> str:
    """The digits of a number as dialled or delivered, without separators and +; "" for what is no number."""
    bare = dialled.translate(_SEPARATORS).removeprefix("+")
    return bare if bare.isascii() and bare.isdigit() else ""


def local_number(listed: str, area_code: str, country_code: str) -> str:
    """A listed number as a neighbour would dial it: without separators, country code and this city's own area code.

    `area_code` is written with its leading 0 ("0518"). A number of another city keeps its area code, with the 0.
    """
    number = listed.translate(_SEPARATORS)
    for prefix in (f"+{country_code}", f"00{country_code}"):
        if number.startswith(prefix):
            national = number.removeprefix(prefix).removeprefix("0")
            local = _without(area_code.removeprefix("0"), national)
            return local if local != national else _with_trunk_prefix(national)
    return _without(area_code, number.removeprefix("+"))


def _without(area_code: str, number: str) -> str:
    """What is left without the area code, where a number is left."""
    local = number.removeprefix(area_code)
    return local if len(local) >= SHORT_NUMBER else number


def _with_trunk_prefix(national: str) -> str:
    """After +86: a subscriber's number of another city is dialled with 0 before it; short codes and mobiles are not."""
    is_mobile = national.startswith("1") and not national.startswith("10")  # 10 is Beijing
    return national if len(national) < LONG_NUMBER or is_mobile else f"0{national}"


def dialled_forms(local: str, area_code: str, country_code: str) -> tuple[str, ...]:
    """The digits by which a local number may come: from next door, from another city, from abroad; each once."""
    national = local.removeprefix("0")
    if local != national:  # of another city
        after_country: tuple[str, ...] = (national, local)
        forms = [local]
    else:
        after_country = (f"{area_code.removeprefix('0')}{local}", f"{area_code}{local}", local)
        forms = [local, f"{area_code}{local}"]
    forms += [f"{start}{country_code}{rest}" for start in ("", "00") for rest in after_country]
    return tuple(dict.fromkeys(forms))
