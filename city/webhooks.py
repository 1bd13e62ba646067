"""外发: which systems hear of confirmed tickets, and how a citizen is told the number. The file `webhooks.toml`."""

from __future__ import annotations

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from city.written import Written

NUMBER = "{number}"
CODE = "{code}"


def _sendable(url: str) -> str:
    """Personal data leaves by this address: in the open only within the house."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    plain = url.isascii() and url.isprintable() and " " not in url and not (parts.username or parts.fragment)
    if not (host and plain and (parts.scheme == "https" or (parts.scheme == "http" and _is_near(host)))):
        raise PydanticCustomError(
            "bad_receiver",
            "an https address without user name, or http to an address of the house's own network",
            {"zh": "须为 https 网址(不含用户名),或 http 加内网 IP 地址"},
        )
    return url


def _is_near(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_private
    except ValueError:
        return False


def _says_the_number(text: str) -> str:
    rest = text.replace(NUMBER, "", 1).replace(CODE, "", 1)
    if NUMBER not in text or "{" in rest or "}" in rest:
        raise PydanticCustomError(
            "no_number",
            "the text says {number} once, {code} at most once, and no other braces",
            {"zh": "短信正文须有一处 {number},至多一处 {code},没有其他花括号"},
        )
    return text


Url = Annotated[str, Field(max_length=500), AfterValidator(_sendable)]


class Receiver(Written):
    """接收方: where a signed message is posted to."""

    url: Url
    """https 网址,或 http 加内网 IP / an https address, or http to an IP address of the house's own network"""
    timeout_s: Annotated[int, Field(ge=1, le=60)] = 10
    """几秒内须答复 2xx / within so many seconds it answers 2xx"""


class SmsReceiver(Receiver):
    """短信网关: where a text message for a citizen is posted to."""

    text: Annotated[
        str, Field(min_length=8, max_length=200, pattern=r"^[^\x00-\x1f\x7f]+$"), AfterValidator(_says_the_number)
    ]
    """短信正文,{number} 处为工单编号,{code} 处为查询码 / {number} and {code}: the ticket's number and check code"""


class WebhooksFile(Written):
    """外发 webhooks.toml: may be absent; then nothing leaves the house."""

    tickets: Receiver | None = None
    """确认的工单发往何处 / where confirmed tickets go"""
    sms: SmsReceiver | None = None
    """告知市民工单编号的短信网关;没有则不发 / who texts citizens the number; without it nobody does"""
    ratings: Receiver | None = None
    """好差评发往何处(省级平台) / where ratings go: the province's platform"""
