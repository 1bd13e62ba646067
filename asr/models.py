"""Speech models on disk: which one to use, and whether it can work at all. (Getting one is `fetch.py`.)

Only files are looked at here. Whether Vosk really opens the model is found out by the decoder, in a child process of
its own, by making one recogniser.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

TELEPHONE_HZ = 8000

_KALDI_DEFAULT_HZ = 16000
_PLAUSIBLE_HZ = range(8000, 48001)
_ALWAYS = ("am/final.mdl", "conf/mfcc.conf", "conf/model.conf")
_GRAPHS = (("graph/HCLG.fst",), ("graph/HCLr.fst", "graph/Gr.fst"))
_KALDI_BINARY = b"\0B"


class ModelProblem(Exception):
    """There is something about the model that a person must put right. `zh` and `en` are the same sentences."""

    def __init__(self, *, zh: str, en: str) -> None:
        super().__init__(f"{zh}\n{en}")
        self.zh = zh
        self.en = en


class NoModel(ModelProblem):
    """No speech model is there: calls are recorded, but nothing can be transcribed."""

    def __init__(self, place: Path) -> None:
        super().__init__(
            zh=f"没有语音模型：{place} 不存在。"
            "请运行 hotline model fetch 下载，或用 HOTLINE_ASR_MODEL 指向模型文件夹。",
            en=f"No speech model: {place} does not exist. Run `hotline model fetch`, "
            "or let HOTLINE_ASR_MODEL name a model's folder.",
        )


class BrokenModel(ModelProblem):
    """The folder is not a whole Vosk model."""

    def __init__(self, folder: Path, *, zh: str, en: str) -> None:
        super().__init__(
            zh=f"语音模型不完整：{folder}，{zh}。请删除后重新运行 hotline model fetch。",
            en=f"Broken speech model: {folder}: {en}. Remove it and run `hotline model fetch` again.",
        )


class UnusableRate(ModelProblem):
    """The model is made for a sample rate at which no telephone audio can be given to it."""

    def __init__(self, folder: Path, rate: str) -> None:
        super().__init__(
            zh=f"语音模型 {folder} 的采样率 {rate} 无法用于电话录音。请换用 8000 或 16000 赫兹的模型。",
            en=f"Speech model {folder} wants audio of {rate} Hz, which telephone audio cannot be turned into. "
            "Use a model of 8000 or 16000 Hz.",
        )


class TooLarge(ModelProblem):
    """The model's files alone are larger than the memory that is free: loading it would push everything else out."""

    def __init__(self, folder: Path, size_bytes: int, free_bytes: int) -> None:
        size, free = size_bytes >> 20, free_bytes >> 20
        super().__init__(
            zh=f"语音模型 {folder} 有 {size} MB，而空闲内存只有 {free} MB。请换用较小的模型或增加内存。",
            en=f"Speech model {folder} has {size} MB, and {free} MB of memory are free. Use a smaller model, "
            "or more memory.",
        )


@dataclass(frozen=True, kw_only=True)
class ModelFacts:
    """What the files say about a model that may be used."""

    folder: Path
    model_hz: int
    """The rate the model was trained at."""
    feed_hz: int
    """The rate at which audio must be given to the recogniser; where it is not the audio's own, resample first."""
    has_word_times: bool
    """Without word_boundary.int Vosk answers with times, but they mean nothing."""
    size_bytes: int


def find_model(chosen: Path | None, shelf: Path) -> Path:
    """The model's folder: the chosen one, else the largest on the shelf that fetched models are put on.

    Raises `NoModel`. What is found may still be broken: see `check_model`.
    """
    if chosen is not None:
        if not chosen.exists():
            raise NoModel(chosen)
        return chosen
    candidates = [folder for folder in shelf.glob("*") if (folder / _ALWAYS[0]).is_file()] if shelf.is_dir() else []
    if not candidates:
        raise NoModel(shelf)
    return max(candidates, key=lambda folder: (_size(folder), folder.name))


def check_model(path: Path, audio_hz: int = TELEPHONE_HZ) -> ModelFacts:
    """Look at the files of a model that shall hear audio of `audio_hz`.

    Vosk resamples by itself only where mfcc.conf allows it; a recogniser of any other model refuses the audio, so then
    `feed_hz` is the model's own rate. Raises `NoModel`, `BrokenModel`, `UnusableRate`.
    """
    if not path.exists():
        raise NoModel(path)
    if not path.is_dir():
        raise BrokenModel(path, zh="它不是文件夹", en="it is not a folder")
    _check_files(path)
    options = _read_options(path / "conf/mfcc.conf")
    model_hz = _model_rate(path, options)
    permission = "--allow-upsample" if audio_hz < model_hz else "--allow-downsample"
    takes_audio = audio_hz == model_hz or options.get(permission) == "true"
    return ModelFacts(
        folder=path,
        model_hz=model_hz,
        feed_hz=audio_hz if takes_audio else model_hz,
        has_word_times=(path / "graph/phones/word_boundary.int").is_file(),
        size_bytes=_size(path),
    )


def check_fits(facts: ModelFacts, free_bytes: int) -> None:
    """Loaded, it takes its files' size at least. TooLarge."""
    if facts.size_bytes > free_bytes:
        raise TooLarge(facts.folder, facts.size_bytes, free_bytes)


def _check_files(folder: Path) -> None:
    graphs = [names for names in _GRAPHS if all((folder / name).is_file() for name in names)]
    wanted = [*_ALWAYS, *(graphs[0] if graphs else _GRAPHS[0])]
    bad = [name for name in wanted if not (folder / name).is_file() or (folder / name).stat().st_size == 0]
    if bad:
        listed = ", ".join(bad)
        raise BrokenModel(folder, zh=f"缺少文件或文件为空：{listed}", en=f"missing or empty: {listed}")
    with (folder / _ALWAYS[0]).open("rb") as file:
        if file.read(len(_KALDI_BINARY)) != _KALDI_BINARY:
            raise BrokenModel(folder, zh="am/final.mdl 不是 Kaldi 文件", en="am/final.mdl is not a Kaldi file")


def _read_options(path: Path) -> Mapping[str, str]:
    """A Kaldi configuration: `--name=value` lines, `#` comments; a bare `--name` means true."""
    text = path.read_text(encoding="utf-8", errors="replace")
    lines = (line.partition("#")[0].strip() for line in text.splitlines())
    pairs = (line.partition("=") for line in lines if line)
    return {name.strip(): value.strip() if equals else "true" for name, equals, value in pairs}


def _model_rate(folder: Path, options: Mapping[str, str]) -> int:
    written = options.get("--sample-frequency", str(_KALDI_DEFAULT_HZ))
    try:
        rate = float(written)
    except ValueError:
        raise UnusableRate(folder, written) from None
    if rate not in _PLAUSIBLE_HZ:
        raise UnusableRate(folder, written)
    return int(rate)


def _size(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
