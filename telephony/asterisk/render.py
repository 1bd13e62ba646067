"""Write one Asterisk's whole configuration from the templates beside this file: sandbox, tests, benches and production alike.

Every path, port and secret comes from `PbxConfig`; a template invents none. Nothing put into a template can begin a new line, a comment or
an expression: fields are checked when the config is made, and `_plain` stands behind every `{{ }}` as the second fence.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass, field, fields
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

TEMPLATES = Path(__file__).parent / "templates"
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
_HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
_EXTENSION = re.compile(r"[0-9]{2,8}")
_EXTENSION_OR_NUMBER = re.compile(r"[0-9]{2,12}")
_SECRET = re.compile(r"[A-Za-z0-9._~+/=@%^,:-]{6,128}")
_LANGUAGE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")
_PATH = re.compile(r"/[^;$\"'`\\<>|*?]*")


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
        """Refuse what cannot be a section name or a password."""
        _demand(_EXTENSION, "seat.extension", self.extension)
        _demand(_SECRET, "seat.password", self.password, secret=True)


@dataclass(frozen=True, kw_only=True)
class Fallback:
    """What the dialplan does with callers of a hotline when no controller walks them: greet, then wait in a queue."""

    number: str
    """The hotline's number, digits."""
    queue: str
    """Queue its callers wait in."""
    greeting: tuple[str, ...]
    """Prompts played first; the recording notice is among them."""

    def __post_init__(self) -> None:
        """Refuse what is not a number or a name."""
        _demand(_EXTENSION_OR_NUMBER, "hotline.number", self.number)
        _demand(_NAME, "hotline.queue", self.queue)
        for prompt in self.greeting:
            _demand(_NAME, "hotline.greeting", prompt)


@dataclass(frozen=True, kw_only=True)
class PbxConfig:
    """Everything one Asterisk is told. Folders are absolute; ports are 1 to 65535; an address is an IP address."""

    folder: Path
    """Where `etc`, `log`, `run`, `lib`, `spool` and `share` of this instance lie, unless named below."""
    modules: Path
    """The folder of Asterisk's loadable modules (`*.so`)."""
    documentation: Path
    """The folder of Asterisk's documentation XML; without it Asterisk refuses to start."""
    sounds: Path
    """The prompts of the city: `Playback(greeting-12345)` plays `greeting-12345.wav` from here."""
    music: Path
    """A folder of music on hold: WAV, 8 kHz, 16 bit, mono."""
    recordings: Path
    """The spool folder into which the dialplan records the two legs of a call."""
    run_folder: Path | None = None
    """Where the control socket is made, if not `folder/run`: a socket's path may have 107 bytes at most."""
    system_name: str
    """Prefix of every UNIQUEID, so that a CALL_ID is unique across PBXs and restarts: letters, digits, `-`, `_`."""
    language: str = "zh"
    """Language of the prompts; also the name of the folder under `sounds`."""

    sip_address: str = "127.0.0.1"
    """Address the SIP transport (UDP) binds to; also offered for media."""
    sip_port: int
    """UDP port of SIP."""
    rtp_first: int
    """First UDP port of the range for media."""
    rtp_last: int
    """Last UDP port of the range for media (included). A leg takes two."""
    ami_address: str = "127.0.0.1"
    """Address the AMI binds to."""
    ami_port: int
    """TCP port of the AMI."""
    ami_user: str = "lianxin"
    """Name of the only AMI account; its rights are decision 8's."""
    ami_secret: str = field(repr=False)
    """Secret of the AMI account, as a seat's password."""
    ami_permit: tuple[str, ...] = ("127.0.0.1/32",)
    """Networks the AMI account may log in from."""
    agi_host: str = "127.0.0.1"
    """Where the controller answers FastAGI: host name or address."""
    agi_port: int
    """TCP port of the controller's FastAGI."""

    seats: tuple[Seat, ...] = ()
    """The phones that may register."""
    hotlines: tuple[Fallback, ...] = ()
    """The city's hotlines for the time without a controller; the first one takes numbers that none lists."""
    ivr_limit_s: int = 90
    """How long a controller may keep a caller in the IVR before the dialplan takes the caller back, seconds."""
    trunk_match: tuple[str, ...] = ("127.0.0.1",)
    """Addresses or networks calls of citizens come from; a request whose user is a seat is the seat's all the same."""
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
                _demand_port(each.name, value)
            elif each.name.endswith("_address"):
                _demand_network(each.name, value, single=True)
        self._check_words()
        self._check_lists()

    def _check_words(self) -> None:
        _demand(_NAME, "system_name", self.system_name)
        _demand(_NAME, "ami_user", self.ami_user)
        _demand(_HOST, "agi_host", self.agi_host)
        _demand(_SECRET, "ami_secret", self.ami_secret, secret=True)
        _demand(_LANGUAGE, "language", self.language)
        if not 10 <= self.sip_t1_ms <= 2000:
            raise BadPbxConfig(f"sip_t1_ms must be between 10 and 2000, not {self.sip_t1_ms}")
        if not 5 <= self.ivr_limit_s <= 600:
            raise BadPbxConfig(f"ivr_limit_s must be between 5 and 600, not {self.ivr_limit_s}")
        if self.rtp_last - self.rtp_first < 3:
            raise BadPbxConfig("rtp_last must be at least 3 more than rtp_first")

    def _check_lists(self) -> None:
        for network in (*self.trunk_match, *self.ami_permit):
            _demand_network("trunk_match, ami_permit", network)
        for level in self.log_levels:
            _demand(re.compile(r"[a-z]+(\([0-9]\))?"), "log_levels", level)
        extensions = [seat.extension for seat in self.seats]
        if len(set(extensions)) < len(extensions):
            raise BadPbxConfig("two seats have the same extension")

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
        """Asterisk's own log, `messages.log` in the log folder."""
        return self.folder / "log" / "messages.log"


def render(config: PbxConfig) -> None:
    """Write every file of `config.etc` and make the folders Asterisk wants. Secrets are readable by the owner only."""
    for folder in ("cache", "lib/keys", "log", "spool", "agi-bin", "share/sounds"):
        (config.folder / folder).mkdir(parents=True, exist_ok=True)
    for path in (config.etc, config.run, config.recordings):
        path.mkdir(parents=True, exist_ok=True)
    _link(config.folder / "share/documentation", config.documentation)
    _link(config.folder / "share/sounds" / config.language, config.sounds)
    environment = _environment()
    for name in sorted(environment.list_templates(extensions=["j2"])):
        target = config.etc / name.removesuffix(".j2")
        target.touch(mode=0o600)
        target.write_text(environment.get_template(name).render(config=config), encoding="utf-8")


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=_plain,
        autoescape=False,  # noqa: S701 (not HTML: `_plain` is the fence of these files)
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _plain(value: object) -> object:
    """What an expression of a template may put out: one line, no comment, no dialplan expression."""
    text = str(value)
    if _CONTROL.search(text) or ";" in text or "${" in text or "$[" in text:
        raise BadPbxConfig("a value would break out of its place in the configuration")
    return value


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target)


def _demand(pattern: re.Pattern[str], name: str, value: str, *, secret: bool = False) -> None:
    if not pattern.fullmatch(value):
        shown = "this value" if secret else repr(value[:60])
        raise BadPbxConfig(f"{name} cannot be {shown}; it must match {pattern.pattern}")


def _demand_path(name: str, path: Path) -> None:
    if not _PATH.fullmatch(str(path)) or _CONTROL.search(str(path)):
        raise BadPbxConfig(
            f"{name} must be an absolute path without quotes, `$`, `;` or control characters: {str(path)[:120]!r}"
        )


def _demand_port(name: str, port: int) -> None:
    if not 1 <= port <= 65535:
        raise BadPbxConfig(f"{name} must be a port from 1 to 65535, not {port}")


def _demand_network(name: str, text: str, *, single: bool = False) -> None:
    try:
        if single:
            ipaddress.ip_address(text)
        else:
            ipaddress.ip_network(text, strict=False)
    except ValueError as error:
        raise BadPbxConfig(
            f"{name} must be an IP address{'' if single else ' or network'}, not {text[:60]!r}"
        ) from error


def loaded_modules() -> tuple[str, ...]:
    """The file names of the modules that `modules.conf` loads, for example `app_dial.so`."""
    text = (TEMPLATES / "modules.conf.j2").read_text(encoding="utf-8")
    return tuple(re.findall(r"^load = (\S+)$", text, flags=re.MULTILINE))
