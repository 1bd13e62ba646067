"""Which Debian archive this machine already trusts; no host is written down in this project. Knows apt's two formats.

The main archive is the entry whose suites include this release's codename (not `-security`, `-updates` or another
vendor's). We ask that archive for another suite, so what counts of it is its address and its key.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

DEBIAN_KEYRINGS = (
    Path("/usr/share/keyrings/debian-archive-keyring.pgp"),
    Path("/usr/share/keyrings/debian-archive-keyring.gpg"),
)
ALIASES = frozenset({"stable", "oldstable", "testing", "unstable", "sid"})
_ONE_LINE = re.compile(r"^deb\s+(?:\[(?P<options>[^\]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)\s+(?P<components>\S.*)$")


@dataclass(frozen=True, kw_only=True)
class Source:
    """One place packages come from, as apt is told about it."""

    uris: tuple[str, ...]
    suites: tuple[str, ...]
    components: tuple[str, ...]
    signed_by: str | None = None
    """A keyring's path, or an armoured key with apt's own line folding, or None for the machine's default keys."""

    def for_suite(self, suite: str) -> Source:
        """The same archive's `main` component of another suite, its signature checked with Debian's keyring."""
        keyring = next((str(path) for path in DEBIAN_KEYRINGS if path.exists()), self.signed_by)
        return replace(self, suites=(suite,), components=("main",), signed_by=keyring)

    def stanza(self) -> str:
        """The text of a deb822 `.sources` file that says this."""
        fields = {"URIs": self.uris, "Suites": self.suites, "Components": self.components}
        lines = ["Types: deb", *(f"{name}: {' '.join(values)}" for name, values in fields.items())]
        if self.signed_by:
            lines.append(f"Signed-By: {self.signed_by}")
        return "\n".join(lines) + "\n"


def parse_one_line(text: str) -> list[Source]:
    """Read a `sources.list`: `deb [signed-by=…] URI SUITE COMPONENT…`, comments and source entries left out."""
    matches = (_ONE_LINE.match(line.split("#", 1)[0].strip()) for line in text.splitlines())
    return [_from_match(match) for match in matches if match]


def _from_match(match: re.Match[str]) -> Source:
    options = dict(word.split("=", 1) for word in (match["options"] or "").split() if "=" in word)
    return Source(
        uris=(match["uri"],),
        suites=(match["suite"],),
        components=tuple(match["components"].split()),
        signed_by=options.get("signed-by"),
    )


def parse_deb822(text: str) -> list[Source]:
    """Read a `.sources` file: stanzas of `Field: value`, folded lines; without disabled and source-only stanzas."""
    stanzas = (_fields(block) for block in re.split(r"\n[ \t]*\n", text))
    return [_from_fields(fields) for fields in stanzas if _is_wanted(fields)]


def _fields(block: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    name = ""
    for line in block.splitlines():
        if line.startswith("#") or not line.strip():
            continue
        if line[0] in " \t" and name:
            fields[name] += "\n" + line
        elif ":" in line:
            name, value = line.split(":", 1)
            name = name.strip().lower()
            fields[name] = value.strip()
    return fields


def _is_wanted(fields: Mapping[str, str]) -> bool:
    disabled = fields.get("enabled", "yes").lower() in {"no", "false", "0", "off"}
    return "deb" in fields.get("types", "").split() and bool(fields.get("uris")) and not disabled


def _from_fields(fields: Mapping[str, str]) -> Source:
    return Source(
        uris=tuple(fields["uris"].split()),
        suites=tuple(fields.get("suites", "").split()),
        components=tuple(fields.get("components", "").split()),
        signed_by=fields.get("signed-by"),
    )


def read_sources(files: Iterable[Path]) -> list[Source]:
    """Every entry of these files, in their order. What a name ending says is the format, as in apt."""
    found: list[Source] = []
    for path in files:
        text = path.read_text(encoding="utf-8", errors="replace")
        found += parse_deb822(text) if path.suffix == ".sources" else parse_one_line(text)
    return found


def main_archive(sources: Iterable[Source], codename: str) -> Source | None:
    """Debian's own archive among the machine's sources, or None. `codename` is this release's: `bookworm`."""
    ranked = [(rank, source) for source in sources if (rank := _rank(source, codename)) is not None]
    return min(ranked, key=lambda pair: pair[0])[1] if ranked else None


def _rank(source: Source, codename: str) -> tuple[bool, bool, bool] | None:
    """How much an entry looks like Debian's archive, smallest first; None if it cannot be."""
    if "main" not in source.components or not {codename, *ALIASES} & set(source.suites):
        return None
    if any(uri.startswith("cdrom:") for uri in source.uris):
        return None
    keyed_by_debian = "debian-archive" in (source.signed_by or "")
    if source.signed_by and not keyed_by_debian and source.signed_by.startswith("/"):
        return None  # another vendor's key: another vendor's archive
    named_debian = any(uri.rstrip("/").endswith("/debian") for uri in source.uris)
    return (codename not in source.suites, not keyed_by_debian, not named_debian)
