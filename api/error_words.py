"""What refusals that are not of the house are called: by HTTP itself, and by what checks the fields of a wish."""

from __future__ import annotations

from typing import NamedTuple


class Line(NamedTuple):
    """How one kind of error is answered. What is left empty, the error says itself."""

    status: int
    rule: str = ""
    zh: str = ""
    en: str = ""


OF_HTTP: dict[int, Line] = {
    400: Line(400, "bad_request", "请求有误", "the request cannot be read"),
    404: Line(404, "no_such_path", "没有这个地址", "there is no such path"),
    405: Line(405, "no_such_method", "此地址不支持该方法", "this path does not know the method"),
    413: Line(413, "too_large", "内容过大", "the content is too large"),
    415: Line(415, "not_json", "内容须为 JSON", "the content must be JSON"),
}

IN_CHINESE: dict[str, str] = {
    "missing": "必填",
    "extra_forbidden": "没有这一项",
    "string_type": "须为文字",
    "string_too_short": "过短",
    "string_too_long": "过长",
    "string_pattern_mismatch": "格式不对",
    "int_type": "须为整数",
    "int_parsing": "须为整数",
    "date_parsing": "没有这一天,日期写作 2026-11-22",
    "date_from_datetime_parsing": "没有这一天,日期写作 2026-11-22",
    "greater_than_equal": "过小",
    "less_than_equal": "过大",
    "too_short": "项数过少",
    "too_long": "项数过多",
    "enum": "不在可选范围内",
    "literal_error": "不在可选范围内",
    "json_invalid": "不是有效的 JSON",
}
"""What is wrong with a field, by pydantic's name for it."""
