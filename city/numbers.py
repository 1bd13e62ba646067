"""被叫号码: the same hotline is dialled in many ways. This file knows them all and no hotline."""

from __future__ import annotations

_SEPARATORS = str.maketrans("", "", " -()")


def local_number(dialled: str, area_code: str, country_code: str) -> str:
    """The number as a neighbour would dial it: without separators, country code and this city's own area code.

    `area_code` is written with its leading 0 ("0518"). Text that is no number comes back as it is, and matches nothing.
    12345, 0518-12345, 051812345, +8651812345 and 008651812345 are all "12345".
    """
    number = dialled.translate(_SEPARATORS)
    for prefix in (f"+{country_code}", f"00{country_code}"):
        if number.startswith(prefix):
            number, area_code = number.removeprefix(prefix).removeprefix("0"), area_code.removeprefix("0")
            break
    return number.removeprefix(area_code)
