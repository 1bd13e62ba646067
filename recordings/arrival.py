"""What two legs amount to: kept, empty or unreadable, and since when. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from recordings.recording import Leg, Recording, RecordingState
from recordings.wav import Damage, Sound

NOBODY_CONNECTED = "空录音：从未接通，没有通话内容 / empty: nobody was ever connected"
NO_FILE = "录音文件不存在 / neither leg is there"
NO_SOUND = "录音无法读取，原件保留 / no usable sound; the files are kept"
_EMPTY = {Damage.HEADER_ONLY, Damage.EMPTY_FILE, Damage.ABSENT}


@dataclass(frozen=True, slots=True, kw_only=True)
class Examined:
    """One leg as it lies in the archive."""

    sound: Sound
    sha256: str | None
    written_at: datetime | None  # when its last byte was written


def judge(recording: Recording, legs: Mapping[Leg, Examined], now: datetime) -> Recording:
    """The row that follows from both legs."""
    state, reason = _state([leg.sound for leg in legs.values()])
    seconds = max(leg.sound.seconds for leg in legs.values())
    ended = max((leg.written_at for leg in legs.values() if leg.written_at), default=None)
    return replace(
        recording,
        state=state,
        reason=reason,
        started_at=ended - timedelta(seconds=seconds) if ended else None,
        ended_at=ended,
        seconds=round(seconds, 3),
        bytes=sum(leg.sound.file_bytes for leg in legs.values()),
        caller_sha256=legs[Leg.CALLER].sha256,
        agent_sha256=legs[Leg.AGENT].sha256,
        damage=tuple(_in_words(name, damage, leg.sound) for name, leg in legs.items() for damage in leg.sound.damage),
        taken_in_at=now,
    )


def has_both_sides(recording: Recording) -> bool:
    """Whether caller and agent were connected: the agent's leg is written only while they are."""
    silent = {_in_words(Leg.AGENT, damage, None) for damage in _EMPTY}
    return recording.state is RecordingState.KEPT and silent.isdisjoint(recording.damage)


def _state(sounds: list[Sound]) -> tuple[RecordingState, str | None]:
    if any(sound.sound_bytes for sound in sounds):
        return RecordingState.KEPT, None
    if all(Damage.ABSENT in sound.damage for sound in sounds):
        return RecordingState.LOST, NO_FILE
    if all(_EMPTY.intersection(sound.damage) for sound in sounds):
        return RecordingState.EMPTY, NOBODY_CONNECTED
    return RecordingState.UNREADABLE, NO_SOUND


def _in_words(leg: Leg, damage: Damage, sound: Sound | None) -> str:
    detail = f" ({sound.format})" if sound is not None and damage is Damage.WRONG_FORMAT else ""
    return f"{leg}: {damage}{detail}"
