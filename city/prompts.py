"""提示音: what the telephone says. Texts are in `prompts/prompts.toml`, audio beside them as `<slug>.wav`."""

from __future__ import annotations

import hashlib
import wave
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, RootModel, model_validator
from pydantic_core import PydanticCustomError

from city.written import Slug, Written

RATE_HZ = 8000
VOICE, VOICE_RATE, VOICE_PITCH = "f1", 210, 55
"""The synthetic voice of prompts, as espeak-ng counts: its variant, words per minute, 0 to 100."""
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Prompt(Written):
    """提示音: a text in Chinese with its English subtitle, or a plain tone."""

    zh: Text | None = None
    en: Text | None = None
    say: Text | None = None
    """合成语音对 zh 的读法(数字等) / how a synthetic voice should read zh, where digits would be read wrong"""
    tone_hz: Annotated[int, Field(ge=100, le=3400)] | None = None
    """提示音频率,赫兹 / a plain tone instead of a text: its frequency"""
    tone_ms: Annotated[int, Field(ge=20, le=2000)] | None = None
    """提示音长度,毫秒 / its length in milliseconds"""

    @model_validator(mode="after")
    def _is_text_or_tone(self) -> Self:
        text = self.zh is not None and self.en is not None
        tone = self.tone_hz is not None and self.tone_ms is not None
        written = {name for name in type(self).model_fields if getattr(self, name) is not None}
        if text == tone or not written <= ({"zh", "en", "say"} if text else {"tone_hz", "tone_ms"}):
            raise PydanticCustomError(
                "text_or_tone", "write zh and en, or tone_hz and tone_ms", {"zh": "写 zh 与 en,或写 tone_hz 与 tone_ms"}
            )
        return self

    @property
    def words(self) -> str:
        """What a synthetic voice reads aloud; empty for a tone."""
        return self.say or self.zh or ""

    @property
    def recipe(self) -> str:
        """Changes whenever what a machine makes of it would."""
        return recipe_of(self.words, self.tone_hz or 0, self.tone_ms or 0)


class PromptsFile(RootModel[dict[Slug, Prompt]]):
    """提示音文本 prompts/prompts.toml: one table a prompt, named by its slug."""


def recipe_of(text: str, tone_hz: int, tone_ms: int) -> str:
    """What a machine is told to make, as a digest. `text` is empty for a tone."""
    made = f"{text}|{tone_hz}|{tone_ms}|{VOICE}|{VOICE_RATE}|{VOICE_PITCH}"
    return hashlib.sha256(made.encode()).hexdigest()[:16]


def audio_fault(path: Path) -> str:
    """Why Asterisk could not play this file as it is, in English; empty when it can: WAV, PCM16, mono, 8 kHz, whole."""
    try:
        with wave.open(str(path)) as audio:
            shape = (audio.getsampwidth(), audio.getnchannels(), audio.getframerate())
            frames = audio.getnframes()
            octets = path.stat().st_size
    except (wave.Error, EOFError, OSError) as error:
        return f"not a readable WAV file ({type(error).__name__})"
    if shape != (2, 1, RATE_HZ):
        return f"{shape[0] * 8} bit, {shape[1]} channels, {shape[2]} Hz"
    if not frames:
        return "nothing in it"
    return f"cut off: {frames} samples announced, {octets} bytes there" if octets < 2 * frames else ""
