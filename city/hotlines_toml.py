"""hotlines.toml as a program writes it: the comments at its head stay, a table a hotline, nothing that is default."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from city.hotline import Hotline, is_default

HEAD: Final = "#:schema ../../docs/schemas/hotlines.json\n"


def as_toml(hotlines: Iterable[Hotline], head: str = HEAD) -> str:
    """The file's text. `head`: comments to begin with."""
    return "\n".join([head.rstrip("\n") + "\n", *(_table(hotline) for hotline in hotlines)])


def head_of(text: str) -> str:
    """The comments with which a file begins, up to its first table."""
    lines = []
    for line in text.removeprefix("\ufeff").splitlines():
        if line.strip() and not line.startswith("#"):
            break
        lines.append(line)
    return "\n".join(lines).rstrip("\n") + "\n" if any(lines) else HEAD


def _table(hotline: Hotline) -> str:
    """Only what is not as it would be anyway."""
    said = ((key, getattr(hotline, key)) for key in Hotline.model_fields)
    lines = (f"{key} = {_value(value)}" for key, value in said if not is_default(key, value))
    # The keys of a name come first in the model of names; people look for the number.
    ordered = sorted(lines, key=lambda line: not line.startswith(("number =", "variants =")))
    return "\n".join(["[[hotlines]]", *ordered]) + "\n"


def _value(value: Any) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case StrEnum():
            return _text(value.value)
        case str():
            return _text(value)
        case Mapping():
            return "{ " + ", ".join(f"{key} = {_value(each)}" for key, each in value.items()) + " }"
    return "[" + ", ".join(_value(each) for each in value) + "]"


def _text(text: str) -> str:
    """A basic string: JSON's escapes are TOML's, but for DEL, which TOML wants escaped."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
