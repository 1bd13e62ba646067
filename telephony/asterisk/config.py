"""Everything one Asterisk is told, as one checked value. Knows which characters its configuration files bear."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field, fields
from pathlib import Path

CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_EXTENSION = re.compile(r"[0-9]{2,8}")
_DIGITS = re.compile(r"[0-9]{2,40}")
_NUMBER = re.compile(r"[0-9]{2,20}")
_SECRET = re.compile(r"[A-Za-z0-9._~+/=@%^,:-]{6,128}")
_LANGUAGE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")
_LOG_LEVEL = re.compile(r"[a-z]+(\([0-9]\))?")
_PATH = re.compile(r"/[^;,$\"'`\\<>|&*?^]*")


class BadPbxConfig(ValueError):
    """A value cannot stand in an Asterisk configuration file. The message names the field, never a secret's value."""


@dataclass(frozen=True, kw_only=True)
class Seat:
    """A SIP extension at a desk, as its phone registers."""

    extension: str
    """The number the phone registers as and is rung by: 2 to 8 digits."""
    password: str = field(repr=False)
    """The phone's digest password: 6 to 128 characters of letters, digits and `._~+/=@%^,:-`."""

    def __post_init__(self) -> None:
        """Refuse what cannot be a section's name or a password."""
        _demand(_EXTENSION, "seat.extension", self.extension)
        _demand(_SECRET, "seat.password", self.password, secret=True)


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
    """The digits by which it is dialled, without +: what is none of any hotline's is the first hotline's."""

    def __post_init__(self) -> None:
        """Refuse what is not a number or a name."""
        _demand(_NUMBER, "hotline.number", self.number)
        _demand(_NAME, "hotline.queue", self.queue)
        for prompt in self.greeting:
            _demand(_NAME, "hotline.greeting", prompt)
        for digits in self.dialled:
            _demand(_DIGITS, "hotline.dialled", digits)


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
        _demand_range("admission.calls_at_once", self.calls_at_once, 1, 100_000)
        _demand_range("admission.calls_at_once_per_number", self.calls_at_once_per_number, 1, 100_000)
        _demand_range("admission.told_at_once", self.told_at_once, 0, 1000)
        for number in self.shared_numbers:
            _demand(_DIGITS, "admission.shared_numbers", number)


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
    sip_t1_ms: int = 100
    """SIP timer T1 in ms: 500 on the open internet, 100 on a LAN, so that a dead phone fails in seconds."""
    log_levels: tuple[str, ...] = ("notice", "warning", "error")
    """What `messages.log` holds: Asterisk's levels, for example `verbose(3)` too."""

    def __post_init__(self) -> None:
        """Refuse every value that could mean more than itself in a configuration file."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Path):
                _demand_path(each.name, value)
            elif each.name.endswith("_port") or each.name.startswith("rtp_"):
                _demand_range(each.name, value, 1, 65535)
            elif each.name.endswith("_address"):
                _demand_address(each.name, value)
        if re.search(r"[\s()]", str(self.recordings)):
            raise BadPbxConfig("recordings must have no spaces or brackets: a shell command of the dialplan names it")
        self._check_words()
        self._check_numbers()
        self._check_lists()

    def _check_words(self) -> None:
        for name in ("system_name", "ami_user"):
            _demand(_NAME, name, getattr(self, name))
        _demand(_HOST, "agi_host", self.agi_host)
        _demand(_SECRET, "ami_secret", self.ami_secret, secret=True)
        _demand(_LANGUAGE, "language", self.language)

    def _check_numbers(self) -> None:
        _demand_range("sip_t1_ms", self.sip_t1_ms, 10, 2000)
        _demand_range("ivr_limit_s", self.ivr_limit_s, 5, 3600)
        _demand_range("fallback_s", self.fallback_s, 1, 3600)
        if self.rtp_last - self.rtp_first < 3:
            raise BadPbxConfig("rtp_last must be at least 3 more than rtp_first")

    def _check_lists(self) -> None:
        for network in (*self.trunk_match, *self.ami_permit):
            _demand_network("trunk_match, ami_permit", network)
        for level in self.log_levels:
            _demand(_LOG_LEVEL, "log_levels", level)
        for queue in self.native_queues:
            _demand(_NAME, "queues", queue)
        for number in self.outside:
            _demand(_NUMBER, "outside", number)
        extensions = [seat.extension for seat in self.seats]
        if len(set(extensions)) < len(extensions):
            raise BadPbxConfig("two seats have the same extension")

    @property
    def native_queues(self) -> tuple[str, ...]:
        """Every queue a caller may wait in, each once."""
        return tuple(dict.fromkeys([*self.queues, *(hotline.queue for hotline in self.hotlines)]))

    @property
    def etc(self) -> Path:
        """Where the files are written; Asterisk is started with `-C etc/asterisk.conf`."""
        return self.folder / "etc"

    @property
    def run(self) -> Path:
        """Where `asterisk.ctl` is."""
        return self.run_folder or self.folder / "run"

    @property
    def log(self) -> Path:
        """Asterisk's own log."""
        return self.folder / "log" / "messages.log"


def _demand(pattern: re.Pattern[str], name: str, value: str, *, secret: bool = False) -> None:
    if not pattern.fullmatch(value):
        shown = "this value" if secret else repr(value[:60])
        raise BadPbxConfig(f"{name} cannot be {shown}; it must match {pattern.pattern}")


def _demand_path(name: str, path: Path) -> None:
    if not _PATH.fullmatch(str(path)) or CONTROL.search(str(path)):
        raise BadPbxConfig(
            f"{name} must be an absolute path without quotes or signs of the dialplan: {str(path)[:120]!r}"
        )


def _demand_range(name: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise BadPbxConfig(f"{name} must be from {least} to {most}, not {value}")


def _demand_address(name: str, text: str) -> None:
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        raise BadPbxConfig(f"{name} must be an IP address, not {text[:60]!r}") from error


def _demand_network(name: str, text: str) -> None:
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise BadPbxConfig(f"{name} must be an IP network, not {text[:60]!r}") from error
