"""Every AMI action the project uses and the right it needs; nothing else is ever sent.

The account in `asterisk/templates/manager.conf.j2` is granted what stands here and no more; tests keep the two equal
and ask the real Asterisk whether the table is true (`manager show command NAME` prints an action's privileges). Any one
of an action's rights suffices. Source: the flags given to `ast_manager_register*` in Asterisk 22.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Right(StrEnum):
    """A word of `write=` in manager.conf."""

    CALL = "call"
    REPORTING = "reporting"
    ORIGINATE = "originate"
    AGENT = "agent"
    SYSTEM = "system"  # never granted: it would let the account run commands on the PBX


NONE: frozenset[Right] = frozenset()

ACTIONS: Mapping[str, frozenset[Right]] = MappingProxyType(
    {
        "Login": NONE,
        "Logoff": NONE,
        "Ping": NONE,
        "Redirect": frozenset({Right.CALL}),
        "Hangup": frozenset({Right.CALL, Right.SYSTEM}),
        "Setvar": frozenset({Right.CALL}),
        "Getvar": frozenset({Right.CALL, Right.REPORTING}),
        "Status": frozenset({Right.CALL, Right.REPORTING, Right.SYSTEM}),
        "DeviceStateList": frozenset({Right.CALL, Right.REPORTING}),
        "MixMonitorMute": frozenset({Right.CALL, Right.SYSTEM}),
        "PlayDTMF": frozenset({Right.CALL}),
        "Originate": frozenset({Right.ORIGINATE}),
        "QueueStatus": NONE,
        "QueueAdd": frozenset({Right.AGENT}),
        "QueueRemove": frozenset({Right.AGENT}),
        "QueuePause": frozenset({Right.AGENT}),
    }
)
"""Action -> the rights of which it needs one (none: every account may)."""

GRANTED = frozenset({Right.CALL, Right.REPORTING, Right.ORIGINATE, Right.AGENT})
"""`write=` of the account (decision 8)."""

NEVER_SAID: Mapping[str, frozenset[str]] = MappingProxyType({"Originate": frozenset({"application", "data"})})
"""Keys (lower case) an action must not carry: a call we begin goes to a dialplan context, never to an application."""

ALWAYS_SAID: Mapping[str, Mapping[str, str]] = MappingProxyType({"Originate": {"Async": "true"}})
"""What an action always says. Without `Async` an Originate would stop the whole connection until somebody answers."""
