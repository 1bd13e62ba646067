"""Write one Asterisk's whole configuration from the templates beside this file: sandbox, tests, benches, production.

A template sees the `PbxConfig` as `config`; it invents no path, port or secret. Nothing put into a template can begin a
new line, a comment or a dialplan expression: fields are checked when the config is made, and `_plain` stands behind
every `{{ }}` as the second fence.
"""

from __future__ import annotations

import re
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from telephony.asterisk.config import BadPbxConfig, Carrier, Fallback, PbxConfig, Seat
from telephony.asterisk.known import digest_of, known, spares
from telephony.asterisk.music import lay_out_music
from telephony.asterisk.words import CONTROL

__all__ = ["BadPbxConfig", "Carrier", "Fallback", "PbxConfig", "Seat", "loaded_modules", "render", "rendered"]

TEMPLATES = Path(__file__).parent / "templates"


def render(config: PbxConfig) -> None:
    """Write every file of `config.etc` and make the folders Asterisk wants; only the owner can read the files."""
    for folder in ("cache", "lib/keys", "log", "spool", "agi-bin", "share/sounds"):
        (config.folder / folder).mkdir(parents=True, exist_ok=True)
    for path in (config.etc, config.run, config.recordings):
        path.mkdir(parents=True, exist_ok=True)
    _link(config.folder / "share/documentation", config.documentation)
    _link(config.folder / "share/sounds" / config.language, config.sounds)
    lay_out_music(config.music, config.music_played)
    for name, text in rendered(config).items():
        target = config.etc / name
        target.touch(mode=0o600)
        target.write_text(text, encoding="utf-8")


def rendered(config: PbxConfig) -> dict[str, str]:
    """File name -> text of every configuration file. Raises BadPbxConfig, jinja2.UndefinedError for a misspelt name."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=_plain,
        autoescape=False,  # noqa: S701 (not HTML: `_plain` is the fence of these files)
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    names = sorted(environment.list_templates(extensions=["j2"]))
    table = known(config.hotlines)
    seen = {"config": config, "known": table, "digest": digest_of(table), "spares": spares()}
    return {name.removesuffix(".j2"): environment.get_template(name).render(seen) for name in names}


def loaded_modules() -> tuple[str, ...]:
    """The file names of the modules that `modules.conf` loads, for example `app_dial.so`."""
    text = (TEMPLATES / "modules.conf.j2").read_text(encoding="utf-8")
    return tuple(re.findall(r"^load = (\S+)$", text, flags=re.MULTILINE))


def _plain(value: object) -> object:
    """What an expression of a template may put out: one line, no comment, no dialplan expression."""
    text = str(value)
    if CONTROL.search(text) or ";" in text or "${" in text or "$[" in text:
        raise BadPbxConfig("a value would break out of its place in the configuration")
    return value


def _link(link: Path, target: Path) -> None:
    if link.is_symlink():
        link.unlink()
    link.symlink_to(target)
