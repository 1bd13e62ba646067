"""Who transcribes, as the HTTP face needs it: a small Protocol, which `asr.transcriber.Transcriber` fits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from asr.transcript import Transcript


class Transcription(Protocol):
    """Who works on the jobs, and hears calls while they are spoken."""

    def notice(self) -> None:
        """There is a job: look now."""

    def so_far(self, call_id: str) -> Mapping[int, Transcript]:
        """What has been said in a call that is heard live, by attempt; empty: it is not."""
