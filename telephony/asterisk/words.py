"""Which characters Asterisk's configuration files bear: each value is held against a pattern before it is written."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path

CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,252}[A-Za-z0-9])?")
EXTENSION = re.compile(r"[0-9]{2,8}")
HEADER = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,39}")
DIGITS = re.compile(r"[0-9]{2,40}")
NUMBER = re.compile(r"[0-9]{2,20}")
SECRET = re.compile(r"[A-Za-z0-9._~+/=@%^,:-]{6,128}")
LANGUAGE = re.compile(r"[a-z]{2}(_[A-Z]{2})?")
LOG_LEVEL = re.compile(r"[a-z]+(\([0-9]\))?")
PATH = re.compile(r"/[^;,$\"'`\\<>|&*?^]*")


class BadPbxConfig(ValueError):
    """A value cannot stand in an Asterisk configuration file. The message names the field, never a secret's value."""


def demand(pattern: re.Pattern[str], name: str, value: str, *, secret: bool = False) -> None:
    """Refuse what is not wholly of this pattern; a secret is not repeated."""
    if not pattern.fullmatch(value):
        shown = "this value" if secret else repr(value[:60])
        raise BadPbxConfig(f"{name} cannot be {shown}; it must match {pattern.pattern}")


def demand_path(name: str, path: Path) -> None:
    """Refuse a path that is relative, or that a shell or the dialplan could read as more."""
    if not PATH.fullmatch(str(path)) or CONTROL.search(str(path)):
        raise BadPbxConfig(
            f"{name} must be an absolute path without quotes or signs of the dialplan: {str(path)[:120]!r}"
        )


def demand_range(name: str, value: int, least: int, most: int) -> None:
    """Refuse a number out of range."""
    if not least <= value <= most:
        raise BadPbxConfig(f"{name} must be from {least} to {most}, not {value}")


def demand_address(name: str, text: str) -> None:
    """Refuse what is not an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError as error:
        raise BadPbxConfig(f"{name} must be an IP address, not {text[:60]!r}") from error


def demand_network(name: str, text: str) -> None:
    """Refuse what is not an IP network."""
    try:
        ipaddress.ip_network(text)
    except ValueError as error:
        raise BadPbxConfig(f"{name} must be an IP network, not {text[:60]!r}") from error
