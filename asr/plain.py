"""Text from strangers made harmless: recognisers, callers and forms may not send control characters, markup or
formulas to a console.

Neutralised, not deleted, wherever a reader should still see that it was there.
"""

from __future__ import annotations

import unicodedata

_SHOWN_OTHERWISE = str.maketrans({"<": "＜", ">": "＞"})
_FORMULA_STARTS = dict(zip("=+-@", "＝＋－＠", strict=True))
_DROPPED = frozenset(
    {"Cc", "Cf", "Cs", "Co", "Cn"}
)  # control, format (among them every bidi mark), surrogate, unassigned


def plain_text(raw: str, limit: int) -> str:
    """One line of at most `limit` characters:

    no control or direction characters, no angle brackets, no formula at its start.
    """
    kept = (_visible(character) for character in raw[: 4 * limit])
    line = " ".join(unicodedata.normalize("NFC", "".join(kept)).split()).translate(_SHOWN_OTHERWISE)
    return (_FORMULA_STARTS.get(line[:1], line[:1]) + line[1:])[:limit].rstrip()


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Zl", "Zp"} or character in "\t\n\r":
        return " "
    return "" if category in _DROPPED else character
