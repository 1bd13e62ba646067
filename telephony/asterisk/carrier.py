"""运营商: where calls to numbers outside go, and in whose name."""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.asterisk.words import HOST, NAME, NUMBER, SECRET, BadPbxConfig, demand, demand_range


@dataclass(frozen=True, kw_only=True)
class Carrier:
    """The carrier's peer. It is dialled as `PJSIP/<digits>@carrier`; calls in its direction show `number` alone."""

    host: str
    """Host name or address of the carrier's peer (its SBC, the IMS edge)."""
    port: int = 5060
    """Its SIP port."""
    number: str
    """The caller's number of every call: the city's own, 2 to 20 digits, as the carrier has assigned it."""
    user: str = ""
    """The name by which the carrier challenges our calls; empty: it knows us by address."""
    secret: str = field(default="", repr=False)
    """The secret that goes with `user`."""

    def __post_init__(self) -> None:
        """Refuse what cannot stand in a configuration file."""
        demand(HOST, "carrier.host", self.host)
        demand_range("carrier.port", self.port, 1, 65535)
        demand(NUMBER, "carrier.number", self.number)
        if bool(self.user) != bool(self.secret):
            raise BadPbxConfig("carrier.user and carrier.secret go together")
        if self.user:
            demand(NAME, "carrier.user", self.user)
            demand(SECRET, "carrier.secret", self.secret, secret=True)
