"""The ACD's orders in AMI's words: no connection, no clock (telephony.translate: the way back)."""

from __future__ import annotations

from acd.commands import (
    Command,
    InviteMessage,
    MuteRecording,
    ProposeCallBack,
    RingAgent,
    SayToCaller,
    StopRinging,
)
from acd.model import is_outward


def actions_for(command: Command) -> tuple[tuple[str, dict[str, str]], ...]:
    """The AMI actions that carry out a command, in order: one, and for a mute also the word to the agent's leg."""
    if isinstance(command, MuteRecording):
        said = {"Channel": command.call, "Variable": "RECORDING_PAUSED", "Value": "yes" if command.mute else "no"}
        return action_for(command), ("Setvar", said)
    return (action_for(command),)


def action_for(command: Command) -> tuple[str, dict[str, str]]:
    """The one AMI action, its name and fields, that carries out a command.

    A call's id is its channel's unique id, which AMI takes wherever it takes a channel's name.
    """
    match command:
        case RingAgent():
            target = ("connect", f"{command.seat}*{command.attempt}*{max(1, round(command.ring_time.total_seconds()))}")
        case MuteRecording():
            state = "1" if command.mute else "0"
            return "MixMonitorMute", {"Channel": command.call, "Direction": "both", "State": state}
        case StopRinging():
            if is_outward(command.call):  # nobody waits for it
                return "Hangup", {"Channel": command.call}
            target = ("waiting-room", "s")
        case SayToCaller():
            target = ("announce", f"0*{command.prompt}")
        case ProposeCallBack():
            target = ("offer-call-back", "s")
        case InviteMessage():
            target = ("leave-message", "s")
        case _:
            raise TypeError(f"no AMI action carries out {type(command).__name__}")
    return "Redirect", {"Channel": command.call, "Context": target[0], "Exten": target[1], "Priority": "1"}
