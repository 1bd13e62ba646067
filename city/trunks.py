"""中继: by which lines calls come in and go out, and from where phones may speak to us. The file `trunks.toml`."""

from __future__ import annotations

import ipaddress
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from city.written import Named, Slug, Written


def _is_network(text: str) -> str:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        message = "an IP network such as 203.0.113.8/29 is needed; bits beyond the mask are 0"
        raise PydanticCustomError(
            "not_a_network", message, {"zh": "须为网段,如 203.0.113.8/29,掩码之外的位须为 0"}
        ) from error
    return text


Network = Annotated[str, AfterValidator(_is_network)]
Host = Annotated[str, Field(pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?$")]
Account = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$")]
Header = Annotated[str, Field(pattern=r"^(request-uri|[A-Z][A-Za-z0-9-]{1,39})$")]
CityNumber = Annotated[str, Field(pattern=r"^[0-9]{3,20}$")]


class Transport(StrEnum):
    """SIP 的承载 / how SIP travels."""

    UDP = "udp"
    TCP = "tcp"
    TLS = "tls"


class Trunk(Named):
    """中继: one carrier's lines. Its calls are known by the addresses they come from."""

    name: Slug
    """名称,见 `hotline status` / its name in the health signs and of its secret's file"""
    addresses: Annotated[tuple[Network, ...], Field(min_length=1)]
    """运营商信令来自哪些网段 / networks its signalling comes from; from elsewhere nobody is heard"""
    host: Host | None = None
    """对端主机,用于 OPTIONS 探测、注册、外呼 / the peer: asked by OPTIONS, registered at, dialled through"""
    port: Annotated[int, Field(ge=1, le=65535)] = 5060
    """对端端口 / its SIP port"""
    transport: Transport = Transport.UDP
    """SIP 的承载 / how SIP travels"""
    account: Account | None = None
    """注册与外呼鉴权的用户名;密钥在状态目录 secrets/trunk-NAME / user name; its secret is a file, never here"""
    registers: bool = False
    """是否向对端注册 / whether we register there, so that it knows where to send calls"""
    number: CityNumber | None = None
    """注册时联系地址的用户部分,缺省为 account / user part of the registered address, if not the account"""
    dialled_in: Header = "request-uri"
    """被叫号码在哪里:request-uri,或头名 / where the number dialled stands: request-uri, or a header's name"""
    trusted: bool = False
    """是否采信 P-Asserted-Identity / whether the asserted caller's number is believed"""
    channels: Annotated[int, Field(ge=1, le=5000)] = 30
    """同时来电数 / calls at once, as contracted"""
    crisis_reserve: Annotated[int, Field(ge=0, le=4999)] = 0
    """其中留给危机热线的 / how many of them are kept for crisis hotlines"""

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.registers and not (self.host and self.account):
            raise PydanticCustomError(
                "registers_nowhere",
                "a trunk that registers needs host and account",
                {"zh": "要注册的中继须有 host 与 account"},
            )
        if self.crisis_reserve >= self.channels:
            raise PydanticCustomError(
                "nothing_for_others",
                "crisis_reserve is less than channels",
                {"zh": "crisis_reserve 须小于 channels"},
            )
        return self


class Outgoing(Written):
    """外呼: through which trunk calls to numbers outside go, and in which number."""

    trunk: Slug
    """经哪条中继 / the name of a trunk that has a host"""
    number: CityNumber
    """对外显示的本市号码 / the city's number, shown to whoever is called"""


class Tls(Written):
    """TLS 证书: what SIP over TLS needs."""

    port: Annotated[int, Field(ge=1, le=65535)] = 5061
    """TLS 端口 / TCP port"""
    certificate: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./-]+$")]
    """证书文件(PEM)/ our certificate and those above it"""
    key: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./-]+$")]
    """私钥文件(PEM)/ its private key"""
    authorities: Annotated[str, Field(pattern=r"^/[A-Za-z0-9_./-]+$")] | None = None
    """对端证书由谁签发(PEM);不写则不核对 / whose certificates of peers are believed; without it none is looked at"""


class Guessing(Written):
    """猜测密码者: when an address is banned that tries passwords."""

    failures: Annotated[int, Field(ge=3, le=1000)] = 20
    """多少次失败 / so many failures"""
    within_s: Annotated[int, Field(ge=10, le=86_400)] = 600
    """在多少秒内 / within so many seconds"""
    banned_s: Annotated[int, Field(ge=60, le=2_592_000)] = 3600
    """封禁多少秒 / are banned for so many"""
    never: tuple[Network, ...] = ()
    """从不封禁的网段(如整个办公室共用一个地址)/ networks that are never banned; trunks' never are"""


class TrunksFile(Written):
    """中继 trunks.toml: may be absent; then calls come from this machine alone, and nobody outside can be dialled."""

    trunks: tuple[Trunk, ...] = ()
    """中继 / the trunks"""
    outgoing: Outgoing | None = None
    """外呼;没有则不能外呼 / without it nobody outside can be dialled"""
    phone_networks: Annotated[tuple[Network, ...], Field(min_length=1)] = ("127.0.0.0/8",)
    """话机所在网段 / networks from which phones may speak to us"""
    tls: Tls | None = None
    """TLS 证书 / for SIP over TLS"""
    guessing: Guessing = Field(default_factory=Guessing)
    """猜测密码者 / who is banned, and for how long"""

    @model_validator(mode="after")
    def _tls_is_there(self) -> Self:
        if self.tls is None and any(trunk.transport is Transport.TLS for trunk in self.trunks):
            raise PydanticCustomError(
                "tls_without_certificate",
                "a trunk uses TLS, so [tls] names a certificate",
                {"zh": "有中继使用 TLS,须在 [tls] 写明证书"},
            )
        return self
