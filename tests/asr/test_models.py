"""Which folders are models that may be used, and at what rate they are fed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from asr.models import BrokenModel, NoModel, UnusableRate, check_model, find_model

SANDBOX_MODEL = Path(__file__).parents[2] / "sandbox" / "model"


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the sandbox's model that a test may spoil."""
    return Path(shutil.copytree(SANDBOX_MODEL, tmp_path / "model"))


def set_rate(model: Path, *options: str) -> None:
    """Rewrite mfcc.conf with these options."""
    (model / "conf/mfcc.conf").write_text("\n".join(["--use-energy=false", *options]), encoding="ascii")


def test_the_sandbox_model_takes_telephone_audio_as_it_is() -> None:
    """8 kHz in, 8 kHz fed, with word times."""
    facts = check_model(SANDBOX_MODEL)

    assert (facts.model_hz, facts.feed_hz, facts.has_word_times) == (8000, 8000, True)
    assert facts.size_bytes < 3_000_000


def test_no_model_says_what_to_do(tmp_path: Path) -> None:
    """The message names the command and the setting, Chinese first."""
    with pytest.raises(NoModel) as refusal:
        check_model(tmp_path / "nowhere")

    assert "hotline model fetch" in str(refusal.value)
    assert "HOTLINE_ASR_MODEL" in str(refusal.value)
    assert str(refusal.value).startswith("没有语音模型")


@pytest.mark.parametrize("name", ["am/final.mdl", "conf/mfcc.conf", "conf/model.conf", "graph/Gr.fst"])
def test_a_missing_file_is_named(model: Path, name: str) -> None:
    """A model without one of its files is broken."""
    (model / name).unlink()

    with pytest.raises(BrokenModel, match=r"missing or empty"):
        check_model(model)


@pytest.mark.parametrize("content", [b"", b"<html>Not found</html>"])
def test_a_file_that_is_no_kaldi_file_is_refused(model: Path, content: bytes) -> None:
    """An empty or foreign final.mdl is seen before Vosk sees it."""
    (model / "am/final.mdl").write_bytes(content)

    with pytest.raises(BrokenModel, match=r"final\.mdl"):
        check_model(model)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    """The zip itself, say."""
    path = tmp_path / "model.zip"
    path.write_bytes(b"PK")

    with pytest.raises(BrokenModel, match="not a folder"):
        check_model(path)


def test_a_wide_band_model_that_may_not_resample_is_fed_at_its_own_rate(model: Path) -> None:
    """Vosk would refuse 8 kHz audio, so the transcriber has to resample."""
    set_rate(model, "--sample-frequency=16000")

    facts = check_model(model)

    assert (facts.model_hz, facts.feed_hz) == (16000, 16000)


def test_a_wide_band_model_that_may_resample_is_fed_telephone_audio(model: Path) -> None:
    """Kaldi's own permission is honoured, comments and blanks ignored."""
    set_rate(model, "# wide", "--sample-frequency = 16000  # Hz", "--allow-upsample")

    assert check_model(model).feed_hz == 8000


def test_audio_above_the_model_needs_permission_to_come_down(model: Path) -> None:
    """Downsampling has a permission of its own."""
    set_rate(model, "--sample-frequency=8000", "--allow-upsample=true", "--allow-downsample=false")

    assert check_model(model, audio_hz=16000).feed_hz == 8000


def test_a_model_that_names_no_rate_has_kaldis(model: Path) -> None:
    """Kaldi's default is 16 kHz."""
    set_rate(model)

    assert check_model(model).model_hz == 16000


@pytest.mark.parametrize("rate", ["0", "-8000", "fast", "", "nan", "inf", "1e9", "8000.5"])
def test_an_absurd_rate_is_refused(model: Path, rate: str) -> None:
    """A rate of 0 would make Vosk hang for ever."""
    set_rate(model, f"--sample-frequency={rate}")

    with pytest.raises(UnusableRate, match="8000"):
        check_model(model)


def test_the_chosen_model_wins_over_the_shelf(model: Path) -> None:
    """A setting is obeyed."""
    assert find_model(model, model.parent) == model


def test_a_chosen_model_that_is_not_there_is_not_replaced_by_another(model: Path) -> None:
    """A wrong setting is told, not mended in silence."""
    with pytest.raises(NoModel):
        find_model(model / "elsewhere", model.parent)


def test_the_largest_model_on_the_shelf_is_found(model: Path) -> None:
    """Of a small and a full model the full one is meant."""
    larger = Path(shutil.copytree(model, model.with_name("a-full-model")))
    (larger / "more").write_bytes(b"more")
    (model.parent / "half.zip.part").write_bytes(b"")

    assert find_model(None, model.parent) == larger


def test_an_empty_shelf_has_no_model(tmp_path: Path) -> None:
    """Nor has a shelf that does not exist."""
    for shelf in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(NoModel):
            find_model(None, shelf)
