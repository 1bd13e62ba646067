"""Everything one Asterisk is told, as one checked value."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields
from pathlib import Path

from telephony.asterisk.trunk import Carrier, Tls, Transport, Trunk, network_of
from telephony.asterisk.words import (
    DIGITS,
    EXTENSION,
    HOST,
    LANGUAGE,
    LOG_LEVEL,
    NAME,
    NUMBER,
    SECRET,
    BadPbxConfig,
    demand,
    demand_address,
    demand_network,
    demand_path,
    demand_range,
)

__all__ = ["Admission", "BadPbxConfig", "Carrier", "Fallback", "PbxConfig", "Seat", "Tls", "Transport", "Trunk"]


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A SIP extension at a desk, as its phone registers."""

    extension: str
    """The number the phone registers as and is rung by: 2 to 8 digits."""
    password: str = field(repr=False)
    """The phone's digest password: 6 to 128 characters of letters, digits and `._~+/=@%^,:-`."""

    def __post_init__(self) -> None:
        """Refuse what cannot be a section's name or a password."""
        demand(EXTENSION, "seat.extension", self.extension)
        demand(SECRET, "seat.password", self.password, secret=True)


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """What the dialplan does with callers of a hotline when no controller walks them: greet, then wait in a queue."""

    number: str
    """The hotline's number: 2 to 20 digits."""
    queue: str
    """Queue its callers wait in."""
    greeting: tuple[str, ...]
    """Prompts played first; the recording notice is among them."""
    crisis: bool = False
    """Never refused, however many call."""
    dialled: tuple[str, ...] = ()
    """The digits by which it is dialled, without + (none: just its number); what none lists is the first hotline's."""

    def __post_init__(self) -> None:
        """Refuse what is not a number or a name."""
        demand(NUMBER, "hotline.number", self.number)
        demand(NAME, "hotline.queue", self.queue)
        for prompt in self.greeting:
            demand(NAME, "hotline.greeting", prompt)
        for digits in self.dialled:
            demand(DIGITS, "hotline.dialled", digits)


@dataclass(frozen=True, kw_only=True)
class Admission:
    """How many calls the dialplan lets in, also without a controller. Crisis hotlines come on top."""

    calls_at_once: int = 120
    """Calls on the whole machine."""
    calls_at_once_per_number: int = 3
    """Calls of one caller's number; hidden numbers are not counted together."""
    shared_numbers: tuple[str, ...] = ()
    """Callers' numbers, digits only, behind which are many people: no limit for one of these."""
    told_at_once: int = 20
    """How many refused callers hear why at once; in a deeper flood they get the busy tone alone."""

    def __post_init__(self) -> None:
        """Refuse limits that let nobody in, and what is no number."""
        demand_range("admission.calls_at_once", self.calls_at_once, 1, 100_000)
        demand_range("admission.calls_at_once_per_number", self.calls_at_once_per_number, 1, 100_000)
        demand_range("admission.told_at_once", self.told_at_once, 0, 1000)
        for number in self.shared_numbers:
            demand(DIGITS, "admission.shared_numbers", number)


@dataclass(frozen=True, kw_only=True)
class PbxConfig:
    """One Asterisk. Folders are absolute paths; ports are 1 to 65535."""

    folder: Path
    """Where `etc`, `log`, `run`, `lib`, `spool` and `share` of this instance lie."""
    modules: Path
    """The folder of Asterisk's loadable modules (`*.so`)."""
    documentation: Path
    """The folder of Asterisk's documentation XML; without it Asterisk refuses to start."""
    sounds: Path
    """The prompts of the city: `Playback(greeting-12345)` plays `greeting-12345.wav` from here."""
    music: Path
    """A folder of music for those who wait: WAV, 8 kHz, 16 bit, mono."""
    recordings: Path
    """The spool folder into which the dialplan records the two legs of a call."""
    run_folder: Path | None = None
    """Where the control socket is made, if not `folder/run`: a socket's path may have 107 bytes at most."""
    system_name: str
    """Prefix of every UNIQUEID, so that a CALL_ID is unique across PBXs and restarts: letters, digits, `-`, `_`."""
    language: str = "zh"
    """Language of the prompts."""

    sip_address: str = "127.0.0.1"
    """IP address the SIP transport (UDP) binds to; also offered for media."""
    sip_port: int
    """UDP port of SIP."""
    rtp_first: int
    """First UDP port of the range for media."""
    rtp_last: int
    """Last UDP port of the range for media (included). A leg takes two."""
    ami_address: str = "127.0.0.1"
    """IP address the AMI binds to."""
    ami_port: int
    """TCP port of the AMI."""
    ami_user: str = "hotline"
    """Name of the only AMI account; its rights are decision 8's."""
    ami_secret: str = field(repr=False)
    """Secret of the AMI account: characters as in a seat's password."""
    ami_permit: tuple[str, ...] = ("127.0.0.1/32",)
    """Networks the AMI account may log in from."""
    agi_host: str = "127.0.0.1"
    """Where the controller answers FastAGI: host name or address."""
    agi_port: int
    """TCP port of the controller's FastAGI."""
    ivr_limit_s: int = 90
    """How long a controller may keep a caller in the IVR before the dialplan takes the caller back, seconds."""
    branch_ring_s: int = 25
    """How long a branch centre may ring before its caller waits here, seconds."""
    silent_phone_s: int = 20
    """After so long without a packet of sound from a seat's phone it is lost, and its caller waits again, seconds."""

    fallback_s: int = 120
    """How long a caller waits in the native queue, without a controller, before being asked for a message, seconds."""

    seats: tuple[Seat, ...] = ()
    """The phones that may register."""
    queues: tuple[str, ...] = ()
    """The city's queues: each is a native `Queue()` for the time without a controller."""
    trunk_match: tuple[str, ...] = ("127.0.0.1/32",)
    """Networks citizens' calls come from."""
    trunk_is_apart: bool = False
    """True where no phone has an address of the trunk's: then a citizen whose number looks like a seat's is a citizen.

    False where they share addresses, as on one machine: then a request in a seat's name must prove to be that seat's.
    """
    hotlines: tuple[Fallback, ...] = ()
    """The city's hotlines for the time without a controller; the first one takes numbers that none lists."""
    admission: Admission = field(default_factory=Admission)
    """How many calls are let in."""
    outside: tuple[str, ...] = ()
    """Outside numbers that may be dialled from a talk, digits only: no others are."""
    carrier: Carrier | None = None
    """Where calls to outside numbers go; none: nobody outside can be dialled, and `[outside]` says so."""
    trunks: tuple[Trunk, ...] = ()
    """Lines of carriers; where there are none, calls come from the networks of `trunk_match`."""
    phone_networks: tuple[str, ...] = ("127.0.0.0/8",)
    """Networks from which phones may speak to us. From elsewhere, but for the trunks, nobody is heard."""
    tls: Tls | None = None
    """What SIP over TLS needs; none: no TLS."""
    sip_t1_ms: int = 100
    """SIP timer T1 in ms: 500 on the open internet, 100 on a LAN, so that a dead phone fails in seconds."""
    log_levels: tuple[str, ...] = ("notice", "warning", "error")
    """What `messages.log` holds: Asterisk's levels, for example `verbose(3)` too."""

    def __post_init__(self) -> None:
        """Refuse every value that could mean more than itself in a configuration file."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Path):
                demand_path(each.name, value)
            elif each.name.endswith("_port") or each.name.startswith("rtp_"):
                demand_range(each.name, value, 1, 65535)
            elif each.name.endswith("_address"):
                demand_address(each.name, value)
        if re.search(r"[\s()]", str(self.recordings)):
            raise BadPbxConfig("recordings must have no spaces or brackets: a shell command of the dialplan names it")
        self._check_words()
        self._check_numbers()
        self._check_lists()

    def _check_words(self) -> None:
        if self.system_name == "out":
            raise BadPbxConfig("system_name cannot be 'out': so begin the ids of calls that we make")
        for name in ("system_name", "ami_user"):
            demand(NAME, name, getattr(self, name))
        demand(HOST, "agi_host", self.agi_host)
        demand(SECRET, "ami_secret", self.ami_secret, secret=True)
        demand(LANGUAGE, "language", self.language)

    def _check_numbers(self) -> None:
        demand_range("sip_t1_ms", self.sip_t1_ms, 10, 2000)
        demand_range("ivr_limit_s", self.ivr_limit_s, 5, 3600)
        demand_range("fallback_s", self.fallback_s, 1, 3600)
        demand_range("branch_ring_s", self.branch_ring_s, 5, 120)
        demand_range("silent_phone_s", self.silent_phone_s, 2, 3600)
        if self.rtp_last - self.rtp_first < 3:
            raise BadPbxConfig("rtp_last must be at least 3 more than rtp_first")

    def _check_lists(self) -> None:
        for network in (*self.trunk_match, *self.ami_permit):
            demand_network("trunk_match, ami_permit", network)
        for network in self.phone_networks:
            demand_network("phone_networks", network)
        for level in self.log_levels:
            demand(LOG_LEVEL, "log_levels", level)
        for queue in self.native_queues:
            demand(NAME, "queues", queue)
        for number in self.outside:
            demand(NUMBER, "outside", number)
        self._check_names()

    def _check_names(self) -> None:
        extensions = [seat.extension for seat in self.seats]
        if len(set(extensions)) < len(extensions):
            raise BadPbxConfig("two seats have the same extension")
        names = [trunk.name for trunk in self.trunks]
        if len(set(names)) < len(names):
            raise BadPbxConfig("two trunks have the same name")
        if Transport.TLS in self.transports and self.tls is None:
            raise BadPbxConfig("a peer is reached by TLS, so tls needs a certificate")

    @property
    def transports(self) -> tuple[Transport, ...]:
        """How SIP travels here: UDP for the phones, the others where a trunk wants them or TLS is offered."""
        peers = [self.carrier, *(trunk.peer for trunk in self.trunks)]
        wanted = {*(trunk.transport for trunk in self.trunks), *(peer.transport for peer in peers if peer)}
        wanted |= {Transport.UDP} | ({Transport.TLS} if self.tls else set())
        return tuple(each for each in Transport if each in wanted)

    @property
    def heard_networks(self) -> tuple[str, ...]:
        """Everybody who may send us SIP; whoever else does is refused before anything is looked at."""
        trunks = [network for trunk in self.trunks for network in trunk.addresses]
        carrier = network_of(self.carrier.host) if self.carrier else ()
        return tuple(dict.fromkeys([*self.trunk_match, *trunks, *carrier, *self.phone_networks]))

    @property
    def native_queues(self) -> tuple[str, ...]:
        """Every queue a caller may wait in, each once."""
        return tuple(dict.fromkeys([*self.queues, *(hotline.queue for hotline in self.hotlines)]))

    @property
    def etc(self) -> Path:
        """Where the files are written; Asterisk is started with `-C etc/asterisk.conf`."""
        return self.folder / "etc"

    @property
    def music_played(self) -> Path:
        """The folder Asterisk plays music from: `music`, and the same in the callers' codecs."""
        return self.folder / "music"

    @property
    def run(self) -> Path:
        """Where `asterisk.ctl` is."""
        return self.run_folder or self.folder / "run"

    @property
    def log(self) -> Path:
        """Asterisk's own log."""
        return self.folder / "log" / "messages.log"
