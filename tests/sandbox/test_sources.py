"""Reading apt's sources: both formats, several vendors, one Debian archive."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.apt import release_codename
from sandbox.errors import NoDebianSource
from sandbox.sources import Source, main_archive, parse_deb822, parse_one_line, read_sources

DEB822 = """\
# the official image's file
Types: deb
# a comment inside the stanza
URIs: http://archive.example/debian
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://archive.example/debian-security
Suites: bookworm-security
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
"""
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
VENDOR = """\
Types: deb
URIs: https://vendor.example/apt
Suites: bookworm
Components: main
Signed-By: /usr/share/keyrings/vendor.gpg
"""


def found(text: str, codename: str = "bookworm") -> Source | None:
    """The main archive of a deb822 text."""
    return main_archive(parse_deb822(text), codename)


def test_main_archive_is_the_entry_of_this_release() -> None:
    """Security, which is signed by Debian too, is not taken for it."""
    archive = found(DEB822)

    assert archive is not None
    assert archive.uris == ("http://archive.example/debian",)


def test_another_vendors_entry_for_the_same_release_is_not_debian() -> None:
    """A vendor that names its suite after the release is told apart by its key."""
    assert found(VENDOR) is None
    assert found(VENDOR + "\n" + DEB822) == found(DEB822)


def test_one_line_format_with_and_without_options() -> None:
    """The old format: options in brackets, comments, source entries."""
    text = (
        "# deb http://commented.example/debian bookworm main\n"
        "deb-src http://archive.example/debian bookworm main\n"
        "deb https://vendor.example/apt vendor-bookworm main\n"
        f"deb [ arch=amd64 signed-by={KEYRING} ] http://a.example/debian/ bookworm main contrib\n"
        "deb http://b.example/debian bookworm-backports main # later\n"
    )

    sources = parse_one_line(text)

    assert [source.uris[0] for source in sources] == [
        "https://vendor.example/apt",
        "http://a.example/debian/",
        "http://b.example/debian",
    ]
    assert sources[1].signed_by == KEYRING
    assert sources[1].components == ("main", "contrib")
    assert main_archive(sources, "bookworm") == sources[1]


def test_one_line_entry_without_a_key_counts() -> None:
    """Older installations name no key: the machine's default keys are Debian's."""
    sources = parse_one_line("deb http://x.example/stuff stable main\ndeb http://a.example/debian bookworm main\n")

    assert main_archive(sources, "bookworm") == sources[1]


def test_disabled_stanza_is_left_out() -> None:
    """`Enabled: no` means no."""
    assert found(DEB822.replace("Types: deb\n", "Types: deb\nEnabled: no\n")) is None


def test_sources_only_stanza_is_left_out() -> None:
    """An entry for source packages has no programs."""
    assert found(DEB822.replace("Types: deb\n", "Types: deb-src\n")) is None


def test_key_inside_the_stanza_is_kept_with_its_folding() -> None:
    """apt allows the armoured key itself in Signed-By."""
    key = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n .\n mQINBF\n -----END PGP PUBLIC KEY BLOCK-----"
    text = f"Types: deb\nURIs: http://a.example/debian\nSuites: bookworm\nComponents: main\nSigned-By:\n {key}\n"

    (source,) = parse_deb822(text)

    assert source.signed_by is not None
    assert "mQINBF" in source.signed_by
    assert parse_deb822(source.stanza()) == [source]


def test_release_named_by_an_alias_is_found() -> None:
    """A machine that follows `stable` has no codename in its sources."""
    archive = found(DEB822.replace("bookworm bookworm-updates", "stable"))

    assert archive is not None
    assert archive.uris == ("http://archive.example/debian",)


def test_mirror_lists_and_several_addresses_pass_through() -> None:
    """Cloud images name a list of mirrors; apt understands it, so we need not."""
    archive = found(
        DEB822.replace(
            "http://archive.example/debian\n", "mirror+file:///etc/apt/mirrors/debian.list http://b.example/debian\n", 1
        )
    )

    assert archive is not None
    assert archive.uris == ("mirror+file:///etc/apt/mirrors/debian.list", "http://b.example/debian")


def test_installation_medium_is_no_archive() -> None:
    """A CD has one suite only."""
    assert main_archive(parse_one_line("deb cdrom:[Debian]/ bookworm main\n"), "bookworm") is None


def test_other_suite_of_the_archive_is_checked_with_debians_keyring() -> None:
    """What we ask for: the same address, another suite, main only."""
    archive = found(DEB822)
    assert archive is not None

    stanza = archive.for_suite("sid").stanza()

    assert "URIs: http://archive.example/debian\nSuites: sid\nComponents: main\n" in stanza
    assert "Signed-By: /usr/share/keyrings/debian-archive-keyring." in stanza


def test_format_is_told_by_the_files_ending(tmp_path: Path) -> None:
    """As apt does it."""
    (tmp_path / "a.sources").write_text(VENDOR, encoding="utf-8")
    (tmp_path / "b.list").write_text("deb http://a.example/debian bookworm main\n", encoding="utf-8")

    sources = read_sources([tmp_path / "a.sources", tmp_path / "b.list"])

    assert [source.uris[0] for source in sources] == ["https://vendor.example/apt", "http://a.example/debian"]


def test_another_system_is_refused_by_name(tmp_path: Path) -> None:
    """Ubuntu has apt too, but no `sid`."""
    release = tmp_path / "os-release"
    release.write_text('ID=ubuntu\nVERSION_CODENAME="noble"\n', encoding="utf-8")

    with pytest.raises(NoDebianSource):
        release_codename(release)


def test_codename_is_read_with_or_without_quotes(tmp_path: Path) -> None:
    """os-release is shell syntax."""
    release = tmp_path / "os-release"
    release.write_text('NAME="Debian GNU/Linux"\nID=debian\nVERSION_CODENAME="trixie"\n', encoding="utf-8")

    assert release_codename(release) == "trixie"
