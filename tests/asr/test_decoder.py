"""Real Vosk in real children, which crash, hang and are killed."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import sys
from pathlib import Path

import pytest

from asr.decoder import Decoder, Patience
from asr.errors import DecodingFailed, NoModel
from asr.launched import launch
from asr.transcript import Transcript
from recordings.archive import Archive
from recordings.recording import Leg, new_recording_id
from recordings.wav import header
from tests.asr.conftest import MODEL
from tests.asr.talks import TALK, record_talk
from tests.recordings.scenes import NOON, tree, until

SAID = ["您好请问您贵姓", "我要投诉海州区解放路十二号的噪音", "好的我们会尽快处理"]
LONG = 60  # times over: minutes of talk, a second or more of decoding
ROOT = Path(__file__).parents[2]


def texts(transcript: Transcript) -> list[str]:
    """What was said, turn by turn."""
    return [turn.text for turn in transcript.turns]


def alive(pid: int) -> bool:
    """Whether a process lives and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except FileNotFoundError:
        return False


def my_children() -> set[int]:
    """Whom this thread started."""
    return set(map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()))


async def one_child(decoder: Decoder) -> int:
    """The process id of a child at work."""
    return (await until(decoder.children_at_work))[0]


async def test_talk_is_heard_with_speakers_times_and_confidence(decoder: Decoder, legs: dict[Leg, Path]) -> None:
    """The words that were spoken, in order, through A-law."""
    transcript = await decoder.decode(legs)

    assert texts(transcript) == SAID
    assert [turn.speaker.value for turn in transcript.turns] == ["agent", "caller", "agent"]
    assert 0.9 < transcript.turns[0].start_s < 1.3
    assert all(word.confidence > 0.5 for turn in transcript.turns for word in turn.words)


async def test_talk_in_the_vault_is_heard_the_same(decoder: Decoder, legs: dict[Leg, Path], tmp_path: Path) -> None:
    """The children open what lies in the controller's memory."""
    archive, recording = Archive(tmp_path / "archive"), new_recording_id(NOON)
    for leg, path in legs.items():
        archive.take(path, recording, leg)
        archive.put_away(recording, leg, None)

    with archive.in_the_open(recording) as opened:
        transcript = await decoder.decode(opened)

    assert texts(transcript) == SAID
    assert not [name for name in tree(tmp_path) if name.endswith(".wav")]


async def test_launcher_says_what_it_loaded(decoder: Decoder) -> None:
    """Rate, time and memory, for the log and the health page."""
    loaded = await decoder.start()

    assert (loaded.rate_hz, loaded.load_s < 30) == (8000, True)
    assert loaded.rss_bytes > 1_000_000


async def test_many_talks_at_once_never_have_more_children_than_allowed(
    decoder: Decoder, legs: dict[Leg, Path]
) -> None:
    """Six talks, twelve legs, two children."""
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, len(decoder.children_at_work()))
            await asyncio.sleep(0.002)

    watching = asyncio.ensure_future(watch())
    heard = await asyncio.gather(*(decoder.decode(legs) for _ in range(6)))
    watching.cancel()

    assert [texts(transcript) for transcript in heard] == [SAID] * 6
    assert 1 <= most <= 2


@pytest.mark.parametrize("death", [signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT])
async def test_crashed_child_costs_one_attempt_and_nobody_else(
    decoder: Decoder, legs: dict[Leg, Path], tmp_path: Path, death: signal.Signals
) -> None:
    """The launcher lives on; the next attempt succeeds."""
    launcher = decoder.launcher_pid
    long = record_talk(tmp_path / "long", TALK, times=LONG)
    decoding = asyncio.ensure_future(decoder.decode(long))
    os.kill(await one_child(decoder), death)

    with pytest.raises(DecodingFailed, match=death.name):
        await decoding

    assert texts(await decoder.decode(legs)) == SAID
    assert decoder.launcher_pid == launcher


async def test_hung_child_is_killed_at_its_deadline(legs: dict[Leg, Path], tmp_path: Path) -> None:
    """A stopped child does not answer; its place is free again."""
    long = record_talk(tmp_path / "long", TALK, times=LONG)
    patience = Patience(constant_s=3.0, per_audio_s=0.0)
    async with Decoder(MODEL, children=1, patience=patience) as decoder:
        decoding = asyncio.ensure_future(decoder.decode({Leg.CALLER: long[Leg.CALLER]}))
        hung = await one_child(decoder)
        os.kill(hung, signal.SIGSTOP)

        with pytest.raises(DecodingFailed, match="deadline"):
            await decoding

        assert not alive(hung)
        assert texts(await decoder.decode(legs)) == SAID


async def test_killed_launcher_takes_its_children_along_and_is_replaced(
    decoder: Decoder, legs: dict[Leg, Path], tmp_path: Path
) -> None:
    """The attempt fails, the next one has a new launcher."""
    decoding = asyncio.ensure_future(decoder.decode(record_talk(tmp_path / "long", TALK, times=LONG)))
    child, launcher = await one_child(decoder), decoder.launcher_pid
    assert launcher is not None
    os.kill(launcher, signal.SIGKILL)

    with pytest.raises(DecodingFailed, match="died"):
        await decoding

    await until(lambda: not alive(child))
    assert texts(await decoder.decode(legs)) == SAID
    assert decoder.launcher_pid != launcher


async def test_hung_launcher_is_replaced(legs: dict[Leg, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """It does not even say that its child is late."""
    monkeypatch.setattr("asr.launched.LAUNCHER_GRACE_S", 0.2)
    patience = Patience(constant_s=0.3, per_audio_s=0.0)
    async with Decoder(MODEL, children=1, patience=patience) as decoder:
        hung = decoder.launcher_pid
        assert hung is not None
        os.kill(hung, signal.SIGSTOP)

        with pytest.raises(DecodingFailed, match="did not answer"):
            await decoder.decode(legs)

        await until(lambda: not alive(hung))


async def test_cancelled_decoding_frees_its_child(decoder: Decoder, tmp_path: Path) -> None:
    """Nobody waits for it any more."""
    decoding = asyncio.ensure_future(decoder.decode(record_talk(tmp_path / "long", TALK, times=LONG)))
    child = await one_child(decoder)
    decoding.cancel()

    with pytest.raises(asyncio.CancelledError):
        await decoding
    await until(lambda: not alive(child))


async def test_who_gives_up_while_the_model_is_loaded_leaves_no_process() -> None:
    """Not even for as long as a kill takes: the loop may end next."""
    before, loading = my_children(), asyncio.ensure_future(launch(MODEL, 8000))
    (launcher,) = await until(lambda: my_children() - before)
    loading.cancel()

    with pytest.raises(asyncio.CancelledError):
        await loading
    assert not alive(launcher)


async def test_dead_controller_leaves_no_process(tmp_path: Path) -> None:
    """Killed with -9, it takes launcher and children along."""
    talk = record_talk(tmp_path / "long", TALK, times=LONG)
    script = f"""
import asyncio
from pathlib import Path
from asr.decoder import Decoder
from recordings.recording import Leg

async def main():
    async with Decoder(Path({str(MODEL)!r})) as decoder:
        decoding = asyncio.ensure_future(decoder.decode({{Leg.CALLER: Path({str(talk[Leg.CALLER])!r})}}))
        while not decoder.children_at_work():
            await asyncio.sleep(0.001)
        print("PIDS", decoder.launcher_pid, *decoder.children_at_work(), flush=True)
        await decoding
        await asyncio.Event().wait()

asyncio.run(main())
"""
    controller = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        script,
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert controller.stdout is not None
    async with asyncio.timeout(30):
        while not (line := await controller.stdout.readline()).startswith(b"PIDS"):
            assert line
    controller.kill()
    await controller.wait()

    await until(lambda: not any(alive(int(pid)) for pid in line.split()[1:]))
    assert len(line.split()) >= 3


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """A copy of the model, to be spoilt."""
    return Path(shutil.copytree(MODEL, tmp_path / "model"))


async def refusal(model: Path) -> str:
    """Why the model is refused."""
    with pytest.raises(NoModel) as refused:
        await Decoder(model).start()
    assert "语音模型" in refused.value.zh
    return str(refused.value)


@pytest.mark.parametrize("part", ["am/final.mdl", "graph/Gr.fst", "conf/mfcc.conf"])
async def test_model_with_a_missing_part_is_refused_by_its_files(model: Path, part: str) -> None:
    """No process is started for it, and the reason names the file."""
    (model / part).unlink()

    assert part.partition("/")[0] in await refusal(model)


@pytest.mark.parametrize("part", ["am/final.mdl", "graph/Gr.fst", "graph/HCLr.fst"])
async def test_model_with_a_truncated_part_is_refused_with_libvosks_reason(model: Path, part: str) -> None:
    """Some of these load without complaint: only a recogniser shows it."""
    whole = (model / part).read_bytes()
    (model / part).write_bytes(whole[: len(whole) // 2])

    assert re.search(r"Failed to create a (?:model|recognizer); .+", await refusal(model))


async def test_absent_model_is_refused(tmp_path: Path) -> None:
    """Nothing is fetched, nothing is guessed."""
    assert "does not exist" in await refusal(tmp_path / "nowhere")


async def test_model_of_another_rate_hears_the_same(model: Path, legs: dict[Leg, Path]) -> None:
    """A model of 16 kHz gets 16 kHz, made by soxr; times stay those of the recording."""
    conf = model / "conf" / "mfcc.conf"
    conf.write_text(conf.read_text().replace("=8000", "=16000").replace("=true", "=false"))
    async with Decoder(model, children=2) as decoder:
        transcript = await decoder.decode(legs)

    assert texts(transcript) == SAID
    assert 0.9 < transcript.turns[0].start_s < 1.3


@pytest.mark.parametrize("rate", [0, -8000, 100, 10**9])
async def test_absurd_rate_never_reaches_libvosk(rate: int) -> None:
    """At 0 it would hang for ever."""
    with pytest.raises(NoModel, match="sample rate"):
        await Decoder(MODEL, rate_of=lambda _: rate).start()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        header(rate_hz=8000, channels=1, sound_bytes=0),
        header(rate_hz=8000, channels=1, sound_bytes=1)[:30],
        header(rate_hz=0, channels=1, sound_bytes=4) + b"\0" * 4,
        header(rate_hz=8000, channels=1, sound_bytes=1) + b"\0",
    ],
)
async def test_leg_without_sound_says_nothing(decoder: Decoder, legs: dict[Leg, Path], content: bytes) -> None:
    """0, 44, 30 bytes, rate 0, half a sample: the other leg is heard all the same."""
    legs[Leg.AGENT].write_bytes(content)

    assert texts(await decoder.decode(legs)) == [SAID[1]]
