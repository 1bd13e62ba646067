"""Rendering: every file from one config, nothing that can break out of its place, the rights of decision 8."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jinja2 import UndefinedError

from telephony.asterisk.config import BadPbxConfig, Carrier, Fallback, PbxConfig, Seat
from telephony.asterisk.render import TEMPLATES, loaded_modules, render, rendered


@pytest.fixture
def config(tmp_path: Path) -> PbxConfig:
    """A small PBX with two seats and two hotlines."""
    return PbxConfig(
        folder=tmp_path / "pbx",
        modules=tmp_path / "modules",
        documentation=tmp_path / "documentation",
        sounds=tmp_path / "sounds",
        music=tmp_path / "music",
        recordings=tmp_path / "spool",
        system_name="lx1",
        sip_port=5060,
        rtp_first=10000,
        rtp_last=10099,
        ami_port=5038,
        ami_secret="a-secret-of-the-ami",
        agi_port=4573,
        seats=(Seat(extension="8001", password="pass-8001"), Seat(extension="8002", password="pass-8002")),
        hotlines=(
            Fallback(number="12345", queue="general", greeting=("greeting-12345", "recording-notice")),
            Fallback(number="12320", queue="health", greeting=("greeting-12320",)),
        ),
    )


def section(text: str, name: str) -> list[tuple[str, str]]:
    """The `key = value` pairs of a configuration file's section, repeated keys and all."""
    body = re.split(r"^\[", text, flags=re.MULTILINE)
    chosen = next(part for part in body if part.startswith(f"{name}]"))
    lines = (line for line in chosen.splitlines()[1:] if "=" in line and not line.startswith(";"))
    return [(key.strip(), value.strip(" >")) for key, value in (line.split("=", 1) for line in lines)]


def test_every_template_becomes_a_file_only_its_owner_can_read(config: PbxConfig) -> None:
    """Two of the files hold secrets; none is anybody else's business."""
    render(config)

    written = {path.name: path.stat().st_mode & 0o777 for path in config.etc.iterdir()}
    assert set(written) == {path.stem for path in TEMPLATES.glob("*.j2")}
    assert set(written.values()) == {0o600}


def test_account_of_the_ami_has_exactly_the_rights_of_decision_8(config: PbxConfig) -> None:
    """No write `system`, `command`, `config`, `agi`; nobody but the loopback; one account."""
    files = rendered(config)
    account = dict(section(files["manager.conf"], "hotline"))

    assert account["read"] == "system,security,call,agent,user,reporting"
    assert account["write"] == "call,reporting,originate,agent"
    assert account["deny"] == "0.0.0.0/0.0.0.0,::/0"
    assert account["permit"] == "127.0.0.1/32"
    assert re.findall(r"^\[(.+?)\]", files["manager.conf"], flags=re.MULTILINE) == ["general", "hotline"]
    assert dict(section(files["asterisk.conf"], "options"))["live_dangerously"] == "no"
    assert dict(section(files["manager.conf"], "general"))["webenabled"] == "no"


def test_phones_cannot_transfer_by_themselves(config: PbxConfig) -> None:
    """Transfers go through us, so that a failed one brings the caller back."""
    pjsip = rendered(config)["pjsip.conf"]

    assert pjsip.count("allow_transfer = no") == 2
    assert "allow_transfer = yes" not in pjsip
    assert not {"res_pjsip_refer.so", "app_system.so", "func_shell.so", "app_transfer.so"} & set(loaded_modules())


def test_there_is_no_endpoint_for_anonymous_callers(config: PbxConfig) -> None:
    """Its module is not even loaded; and whoever is not listed is not heard."""
    told = section(rendered(config)["pjsip.conf"], "heard")

    assert "res_pjsip_endpoint_identifier_anonymous.so" not in loaded_modules()
    assert told[:3] == [("type", "acl"), ("deny", "0.0.0.0/0"), ("deny", "::/0")]
    assert [network for key, network in told if key == "permit"] == ["127.0.0.1/32", "127.0.0.0/8"]


def test_trunk_with_addresses_of_its_own_is_known_by_them_first(config: PbxConfig) -> None:
    """Then a citizen whose number looks like a seat's is still a citizen."""
    for apart, order in ((True, "ip,username"), (False, "username,ip")):
        pjsip = rendered(replace(config, trunk_is_apart=apart))["pjsip.conf"]
        assert f"endpoint_identifier_order = {order}\n" in pjsip


def test_each_seat_has_an_endpoint_a_password_and_one_contact(config: PbxConfig) -> None:
    """And nobody else has."""
    pjsip = rendered(config)["pjsip.conf"]

    for extension in ("8001", "8002"):
        assert pjsip.count(f"[{extension}]") == 3
        assert f"username = {extension}\npassword = pass-{extension}\n" in pjsip
    assert "max_contacts = 1" in pjsip
    assert "remove_existing = yes" in pjsip


def test_without_a_carrier_nobody_outside_can_be_dialled(config: PbxConfig) -> None:
    """There is no such endpoint, and the dialplan knows it."""
    without, given = rendered(config), rendered(replace(config, carrier=Carrier(host="10.0.0.1", number="051812345")))

    assert "[carrier]" not in without["pjsip.conf"]
    assert "CARRIER = \n" in without["extensions.conf"]
    assert "contact = sip:10.0.0.1:5060\n" in given["pjsip.conf"]
    assert "from_user = 051812345\n" in given["pjsip.conf"]


def test_dialplan_knows_every_hotline_without_a_controller(config: PbxConfig) -> None:
    """The first one takes numbers that none lists."""
    dialplan = rendered(config)["extensions.conf"]

    assert "DEFAULT_QUEUE = general" in dialplan
    assert "QUEUE_12320 = health" in dialplan
    assert "GREETING_12345 = greeting-12345&recording-notice" in dialplan


def test_rendering_again_changes_nothing(config: PbxConfig) -> None:
    """A restart renders into the same folder."""
    render(config)
    first = {path.name: path.read_text(encoding="utf-8") for path in config.etc.iterdir()}

    render(config)

    assert {path.name: path.read_text(encoding="utf-8") for path in config.etc.iterdir()} == first


def test_every_value_comes_from_the_config(config: PbxConfig) -> None:
    """No path, address or port is written down in a template but the any-address of the access list."""
    for template in TEMPLATES.glob("*.j2"):
        text = template.read_text(encoding="utf-8")
        fixed = re.sub(r"\{\{.*?\}\}|\{%.*?%\}|^\s*;.*$", "", text, flags=re.MULTILINE)
        assert not re.findall(r"(?<![\w.:/])/(?:etc|usr|var|opt|srv)/", fixed), template.name
        assert set(re.findall(r"\b\d+\.\d+\.\d+\.\d+\b", fixed)) <= {"0.0.0.0"}, template.name  # noqa: S104


BREAKING_OUT = ["x\ny", "x\r\ny", "x\0y", "x;y", "x y\u2028z", "${SHELL(id)}", "$[1+1]", "]\n[evil](!)", "", "x" * 500]


@pytest.mark.parametrize("text", BREAKING_OUT)
@pytest.mark.parametrize(
    "name", ["system_name", "ami_user", "ami_secret", "agi_host", "language", "sip_address", "ami_address"]
)
def test_words_that_break_out_are_refused(config: PbxConfig, name: str, text: str) -> None:
    """Whatever field they are put into."""
    changed: dict[str, Any] = {name: text}

    with pytest.raises(BadPbxConfig, match=name):
        replace(config, **changed)


@pytest.mark.parametrize("text", BREAKING_OUT)
def test_seats_and_hotlines_that_break_out_are_refused(text: str) -> None:
    """A seat's number is a section's name; a queue is a word of the dialplan."""
    for make in (
        lambda: Seat(extension=text, password="good-password"),
        lambda: Seat(extension="8001", password=text),
        lambda: Fallback(number=text, queue="general", greeting=()),
        lambda: Fallback(number="12345", queue=text, greeting=()),
        lambda: Fallback(number="12345", queue="general", greeting=(text,)),
    ):
        with pytest.raises(BadPbxConfig):
            make()


@pytest.mark.parametrize("path", ["relative", "/a\nb", "/a;b", "/a${b}", "/a'b", "/a,b", "/a&b", "/a`b`", "/a|b"])
@pytest.mark.parametrize("name", ["folder", "modules", "documentation", "sounds", "music", "recordings", "run_folder"])
def test_paths_that_break_out_are_refused(config: PbxConfig, name: str, path: str) -> None:
    """A folder's name comes from a person too."""
    changed: dict[str, Any] = {name: Path(path)}

    with pytest.raises(BadPbxConfig, match=name):
        replace(config, **changed)


@pytest.mark.parametrize(
    "changed",
    [
        {"sip_port": 0},
        {"ami_port": 65536},
        {"agi_port": -1},
        {"rtp_last": 10001},
        {"sip_t1_ms": 0},
        {"ivr_limit_s": 0},
        {"trunk_match": ("0.0.0.0/0\nendpoint=8001",)},
        {"trunk_match": ("carrier.example",)},
        {"ami_permit": ("everybody",)},
        {"log_levels": ("notice\n[general]",)},
        {"seats": (Seat(extension="8001", password="one-password"), Seat(extension="8001", password="two-password"))},
    ],
)
def test_numbers_networks_and_lists_are_checked(config: PbxConfig, changed: dict[str, Any]) -> None:
    """Out of range, not a network, twice the same."""
    with pytest.raises(BadPbxConfig):
        replace(config, **changed)


def test_no_recorder_runs_a_command(config: PbxConfig) -> None:
    """Which would be a fork of the whole PBX, and a shell: MixMonitor gets its options, and nothing behind them."""
    files = rendered(config)
    recorders = re.findall(r"n,MixMonitor\((.*)\)$", files["extensions.conf"] + files["transfers.conf"], re.MULTILINE)

    assert recorders
    assert [recorder for recorder in recorders if re.sub(r"\$\{IF\(.*\)\}", "", recorder).count(",") > 1] == []


def test_recordings_folder_has_no_space(config: PbxConfig) -> None:
    """The dialplan names it."""
    with pytest.raises(BadPbxConfig, match="recordings"):
        replace(config, recordings=Path("/my folder"))


def test_secrets_are_not_shown(config: PbxConfig) -> None:
    """Neither by repr nor by the error that refuses one."""
    assert "a-secret-of-the-ami" not in repr(config)
    assert "pass-8001" not in repr(config)
    with pytest.raises(BadPbxConfig) as refused:
        Seat(extension="8001", password="my secret; is bad")
    assert "my secret" not in str(refused.value)


def test_second_fence_stops_what_the_first_let_through(config: PbxConfig) -> None:
    """A value that got past its check does not reach a file."""
    object.__setattr__(config, "agi_host", "x\n[evil]")

    with pytest.raises(BadPbxConfig):
        rendered(config)


def test_name_that_the_config_does_not_have_fails(config: PbxConfig) -> None:
    """Nothing is rendered as an empty string: a class default hides no misspelling, so take a field without one."""
    object.__delattr__(config, "agi_port")

    with pytest.raises(UndefinedError, match="agi_port"):
        rendered(config)


@pytest.mark.parametrize(
    "wrong",
    [
        {"host": "a\nb"},
        {"host": "sip:x@y"},
        {"port": 0},
        {"number": "+86;x"},
        {"user": "a"},
        {"user": "a b", "secret": "secret-secret"},
        {"user": "a", "secret": "my secret;"},
    ],
)
def test_a_carrier_that_breaks_out_is_refused(wrong: dict[str, object]) -> None:
    """Of its configuration file, and without telling the secret."""
    with pytest.raises(BadPbxConfig) as refused:
        Carrier(**({"host": "127.0.0.1", "number": "051812345"} | wrong))  # type: ignore[arg-type]
    assert "my secret" not in str(refused.value)
