"""The ACD's orders in AMI's words: no connection, no clock (telephony.translate: the way back)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from acd.commands import (
    Command,
    InviteMessage,
    MuteRecording,
    ProposeCallBack,
    RingAgent,
    SayPosition,
    SayToCaller,
    SayWait,
    StopRinging,
)
from acd.model import is_outward
from ivr.prompts import position_aloud, wait_aloud


def actions_for(
    command: Command, voices: Mapping[str, str] = MappingProxyType({})
) -> tuple[tuple[str, dict[str, str]], ...]:
    """The AMI actions that carry out a command, in order: one, and for a mute also the word to the agent's leg.

    `voices`: the file that says a prompt, where it is another than the prompt's own name.
    """
    if isinstance(command, MuteRecording):
        said = {"Channel": command.call, "Variable": "RECORDING_PAUSED", "Value": "yes" if command.mute else "no"}
        return action_for(command), ("Setvar", said)
    if isinstance(command, SayToCaller):
        command = replace(command, prompt=voices.get(command.prompt, command.prompt))
    return (action_for(command),)


def action_for(command: Command) -> tuple[str, dict[str, str]]:
    """The one AMI action, its name and fields, that carries out a command.

    A call's id is its channel's unique id, which AMI takes wherever it takes a channel's name.
    """
    if isinstance(command, MuteRecording):
        state = "1" if command.mute else "0"
        return "MixMonitorMute", {"Channel": command.call, "Direction": "both", "State": state}
    if isinstance(command, StopRinging) and is_outward(command.call):  # nobody waits for it
        return "Hangup", {"Channel": command.call}
    context, extension = _sent_to(command)
    return "Redirect", {"Channel": command.call, "Context": context, "Exten": extension, "Priority": "1"}


def _sent_to(command: Command) -> tuple[str, str]:
    """The context and extension of the dialplan to which the caller is sent. No caller's text is ever in it."""
    match command:
        case RingAgent():
            return "connect", f"{command.seat}*{command.attempt}*{max(1, round(command.ring_time.total_seconds()))}"
        case StopRinging():
            return "waiting-room", "s"
        case SayToCaller():
            return "announce", f"0*{command.prompt}"
        case SayWait():
            return "announce", f"0*{'&'.join(wait_aloud(command.least_min, command.most_min))}"
        case SayPosition():
            return "announce", f"0*{'&'.join(position_aloud(command.ahead))}"
        case ProposeCallBack():
            return "offer-call-back", "s"
        case InviteMessage():
            return "leave-message", "s"
    raise TypeError(f"no AMI action carries out {type(command).__name__}")
