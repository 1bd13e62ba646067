"""From trunks.toml to what Asterisk is told; the examples of docs/trunk.md are such files."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from city.load import load_city
from city.mistakes import CityInvalid
from hotline.trunking import Lines, SecretMissing, lines_of
from telephony.asterisk.trunk import Transport
from tests.city.scene import SAMPLE

PAGE = (Path(__file__).parents[2] / "docs" / "trunk.md").read_text(encoding="utf-8")
IP_TRUNK, REGISTRATION = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
PASSWORD = "a-providers-password"


def written(folder: Path, trunks: str, password: str | None = PASSWORD) -> Lines:
    """What a PBX is told if these are the city's trunks."""
    shutil.copytree(SAMPLE, folder / "city")
    (folder / "city/trunks.toml").write_text(trunks, encoding="utf-8")
    (folder / "secrets").mkdir()
    if password:
        (folder / "secrets/trunk-provider").write_text(f"{password}\n", encoding="ascii")
    return lines_of(load_city(folder / "city").lines, folder / "secrets")


def test_the_first_example_is_an_ip_trunk_apart_from_the_phones(tmp_path: Path) -> None:
    """Known by address, believed, with a reserve; calls outside go through it."""
    lines = written(tmp_path, IP_TRUNK)
    (trunk,) = lines.trunks

    assert (trunk.addresses, trunk.trusted, trunk.registers) == (("203.0.113.8/29",), True, False)
    assert (trunk.channels, trunk.for_everybody) == (60, 56)
    assert lines.carrier
    assert (lines.carrier.host, lines.carrier.number) == ("203.0.113.9", "051812345")
    assert lines.apart


def test_the_second_example_registers_with_the_secret_of_a_file(tmp_path: Path) -> None:
    """And the secret is not shown."""
    lines = written(tmp_path, REGISTRATION)
    (trunk,) = lines.trunks

    assert trunk.peer
    assert (trunk.peer.user, trunk.peer.secret) == ("lianxin-12345", PASSWORD)
    assert (trunk.registers, trunk.dialled_in, trunk.transport) == (True, "To", Transport.TCP)
    assert PASSWORD not in repr(lines)


def test_a_missing_secret_is_told_with_its_place(tmp_path: Path) -> None:
    """Before anything starts."""
    with pytest.raises(SecretMissing, match="secrets/trunk-provider"):
        written(tmp_path, REGISTRATION, password=None)


def test_without_trunks_only_this_machine_is_heard(tmp_path: Path) -> None:
    """As in the sample city."""
    lines = written(tmp_path, "")

    assert (lines.trunks, lines.carrier, lines.phone_networks) == ((), None, ("127.0.0.0/8",))
    assert not lines.apart


def test_phones_within_a_trunks_network_are_no_longer_apart(tmp_path: Path) -> None:
    """Then a call in a seat's name must prove it."""
    assert not written(tmp_path, IP_TRUNK.replace("10.20.0.0/16", "203.0.113.0/24")).apart


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("203.0.113.8/29", "203.0.113.9/29", "not_a_network", 7),
        ("203.0.113.8/29", "telecom.example", "not_a_network", 7),
        ("channels = 60", 'channels = "60"', "wrong_type", 10),
        ("crisis_reserve = 4", "crisis_reserve = 60", "nothing_for_others", 3),
        ('trunk = "telecom"', 'trunk = "telecon"', "unknown_trunk", 14),
        ('host = "203.0.113.9" ', 'transport = "tcp" ', "unknown_trunk", 14),
        ('host = "203.0.113.9" ', 'transport = "tls" ', "tls_without_certificate", 1),
        ("trusted = true", "registers = true", "registers_nowhere", 3),
        ("trusted = true", 'secret = "x"', "unknown_key", 9),
        ("trusted = true", 'dialled_in = "X: y"', "wrong_format", 9),
    ],
)
def test_a_mistake_is_told_with_file_line_and_rule(tmp_path: Path, old: str, new: str, rule: str, line: int) -> None:
    """And nothing of the city is taken."""
    assert old in IP_TRUNK
    with pytest.raises(CityInvalid) as refused:
        written(tmp_path, IP_TRUNK.replace(old, new))

    assert ("trunks.toml", line, rule) in {(m.file, m.line, m.rule) for m in refused.value.mistakes}
