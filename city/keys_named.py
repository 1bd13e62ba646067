"""Which keys a menu's text tells its callers to press: 业务咨询请按1 names the key 1."""

from __future__ import annotations

import re

_DIGITS = "零一二三四五六七八九"
_NAMED = re.compile(rf"[按拨]\s*(?:([0-9*#]|星号|井号)|([{_DIGITS}])(?=键|[,。;、,.;]|$))")
_SIGNS = {"星号": "*", "井号": "#"}


def keys_named(zh: str) -> frozenset[str]:
    """The keys named in a Chinese text, as digits, * and #. 按一下 names none."""
    found = _NAMED.finditer(zh)
    return frozenset(_SIGNS.get(sign, sign) if (sign := match[1]) else str(_DIGITS.index(match[2])) for match in found)
