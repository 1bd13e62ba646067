"""Whose phone it is: a seat's, which registers with a password, or a citizen's, who calls from a number or hides it."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.phone_errors import PhoneError
from sandbox.ports import LOOPBACK

REGISTRATION_S = 60
_MEANS_MORE = frozenset("<>;,\"'\\ %")
"""Characters that would end a part of baresip's account line. Hostile names are `sandbox.strangers`' trade."""


@dataclass(frozen=True, kw_only=True)
class Line:
    """Who the phone is, and whom it talks to: a PBX on the loopback address."""

    user: str
    """The user part of its address: the extension of a seat, or the number of a citizen."""
    host: str = LOOPBACK
    """The host of its own address."""
    port: int
    """The PBX's SIP port (UDP)."""
    password: str | None = field(default=None, repr=False)
    """The password of a seat; None if it does not register."""

    def __post_init__(self) -> None:
        """Refuse what would be more than a name or a password in an account."""
        for text in (self.user, self.password or ""):
            if not text.isprintable() or _MEANS_MORE & set(text):
                raise PhoneError("号码或密码含特殊字符。 A user or password of a phone is plain text.")

    @classmethod
    def seat(cls, port: int, extension: str, password: str) -> Line:
        """An agent's phone, which registers."""
        return cls(user=extension, port=port, password=password)

    @classmethod
    def citizen(cls, port: int, number: str) -> Line:
        """A caller on the trunk: no registration, `From` says the number."""
        return cls(user=number, port=port)

    @classmethod
    def hidden(cls, port: int) -> Line:
        """A caller who hides the number."""
        return cls(user="anonymous", host="anonymous.invalid", port=port)

    @property
    def registers(self) -> bool:
        """Whether it is a seat's."""
        return self.password is not None

    @property
    def address(self) -> str:
        """The phone's own SIP address."""
        return f"sip:{self.user}@{self.host}" + (f":{self.port}" if self.host == LOOPBACK else "")

    def address_of(self, number: str) -> str:
        """Whom to call: a number or a code such as `*71` at the PBX."""
        return f"sip:{number.replace('#', '%23')}@{LOOPBACK}:{self.port}"

    @property
    def account(self) -> str:
        """The line that makes this account in baresip."""
        told = f"<{self.address};transport=udp>;audio_codecs=PCMA/8000/1;mwi=no"
        if not self.registers:
            return f"{told};regint=0"
        return f"{told};auth_user={self.user};auth_pass={self.password};regint={REGISTRATION_S}"
