"""`hotline transcribe FOLDER`: a folder of recordings to text, without a controller."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from asr.decoder import Decoder
from asr.errors import NoModel
from asr.folder import Side, Talk, find
from asr.models import ModelProblem, find_model
from city.load import load_city
from city.mistakes import CityInvalid
from hotline.cli_face import complain, err, say
from hotline.cli_model import shelf
from hotline.client import Trouble
from hotline.folder_batch import Batch, Outcome
from ivr.prompts import SPOKEN
from plumbing.logs import set_up_logs
from wording import Lexis, lexis_of

alone = typer.Typer(add_completion=False)


@dataclass(slots=True)
class Sum:
    """What the summary says."""

    done: int = 0
    were_there: int = 0
    silent: int = 0
    failed: int = 0
    sound_s: float = 0.0

    def add(self, outcome: Outcome) -> None:
        """One talk has ended."""
        self.failed += outcome.trouble is not None
        self.were_there += outcome.was_there
        made = outcome.trouble is None and not outcome.was_there
        self.done += made
        self.silent += made and not outcome.turns
        self.sound_s += outcome.seconds


@alone.command()
def transcribe(
    folder: Annotated[Path, typer.Argument(exists=True, file_okay=False, help="录音文件夹 / a folder of WAV files")],
    out: Annotated[Path | None, typer.Option(help="结果放在哪里,默认在录音旁 / where results go")] = None,
    model: Annotated[
        Path | None, typer.Option(envvar="HOTLINE_ASR_MODEL", help="语音模型 / a model's folder; none: the one fetched")
    ] = None,
    city: Annotated[
        Path | None, typer.Option(envvar="HOTLINE_CITY_DIR", help="城市文件夹,按它正名 / whose names correct the text")
    ] = None,
    children: Annotated[
        int,
        typer.Option(
            min=0, max=256, help="至多几个进程,0 为每核一个;内存不足则少于此 / 0: one a core; fewer if memory is short"
        ),
    ] = 0,
    caller: Annotated[Side, typer.Option(help="立体声里来电人在哪边 / where stereo has the caller")] = Side.LEFT,
) -> None:
    """转写一个文件夹的录音,可中断后接着做;有失败则退出码 1 · may be broken off and run again; 1 when one failed."""
    set_up_logs(level="ERROR")
    try:
        chosen = find_model(model, shelf())
        lexis = lexis_of(load_city(city, also_spoken=SPOKEN)) if city else Lexis()
        talks = find(folder)
        decoder = Decoder(chosen, children=children)
        batch = Batch(folder, out or folder, decoder, model=chosen.name, lexis=lexis, caller=caller)
        total = asyncio.run(_run(talks, batch, decoder))
    except (ModelProblem, NoModel) as problem:
        raise Trouble(problem.zh, str(problem)) from problem
    except CityInvalid as error:
        raise Trouble(f"城市配置有误:{error}", "the city folder has mistakes") from error
    except OSError as error:
        raise Trouble(f"文件夹无法读取:{error.strerror}", f"the folder cannot be read: {error.strerror}") from error
    except KeyboardInterrupt:
        complain("已中断,再次运行会接着做", "broken off: run it again, and it goes on")
        raise typer.Exit(130) from None
    if total.failed:
        raise typer.Exit(1)


async def _run(talks: list[Talk], batch: Batch, decoder: Decoder) -> Sum:
    total, began_s = Sum(), time.monotonic()
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with decoder:
        loaded = await decoder.start()
        with Progress(*columns, console=err) as bar:
            task = bar.add_task("转写 transcribing", total=len(talks))

            def note(outcome: Outcome) -> None:
                total.add(outcome)
                _tell(outcome)
                bar.advance(task)

            await batch.run(talks, note)
    _sum_up(total, time.monotonic() - began_s)
    say(
        f"模型占内存 {loaded.rss_bytes >> 20} MB,每个进程另占至多 {decoder.room.child_bytes >> 20} MB,"
        f"同时至多 {decoder.room.most_at_work} 个",
        f"the model took {loaded.rss_bytes >> 20} MB of memory, a process {decoder.room.child_bytes >> 20} MB more at "
        f"most; {decoder.room.most_at_work} at once at most",
    )
    return total


def _tell(outcome: Outcome) -> None:
    """What a person should know of one talk; nothing of one that went well."""
    name = outcome.talk.name
    if outcome.trouble:
        complain(f"{name}:{outcome.trouble[0]}", f"{name}: {outcome.trouble[1]}")
    elif outcome.damage:
        say(f"{name}:录音有损,有多少听多少({' '.join(outcome.damage)})", "damaged, heard as far as it goes")


def _sum_up(total: Sum, took_s: float) -> None:
    speed = total.sound_s / took_s if took_s else 0.0
    say(
        f"转写 {total.done} 段(其中无话 {total.silent}),早已完成 {total.were_there},失败 {total.failed};"
        f"声音 {total.sound_s:.0f} 秒,每秒转写 {speed:.1f} 秒",
        f"{total.done} transcribed ({total.silent} without words), {total.were_there} were there, "
        f"{total.failed} failed; {total.sound_s:.0f} s of sound, {speed:.1f} s a second",
    )
