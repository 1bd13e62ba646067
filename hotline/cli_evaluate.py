"""`hotline evaluate FOLDER`: how well a centre's own talks are transcribed and drafted, against references."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from asr.decoder import Decoder
from asr.errors import DecodingFailed, NoModel
from asr.models import ModelProblem, find_model
from city.mistakes import CityInvalid
from hotline.cli_face import Face, err, say, table
from hotline.client import Trouble
from hotline.evaluate import Evaluated, Scores, evaluate, knowledge_of, page, scores
from hotline.references import ReferenceInvalid, ReferenceTalk, read_references
from hotline.serve import SAMPLE
from hotline.what_if import city_of
from tickets.draft import Knowledge
from tickets.labels import labels_of

OWNER_ONLY = 0o600
PAGE = "evaluation.html"


def evaluate_folder(
    folder: Annotated[
        Path, typer.Argument(help="评测集,格式见 docs/evaluate.md / the references", exists=True, file_okay=False)
    ],
    city: Annotated[Path, typer.Option(envvar="HOTLINE_CITY_DIR", help="城市目录 / the city's folder")] = SAMPLE,
    model: Annotated[
        Path | None, typer.Option(envvar="HOTLINE_ASR_MODEL", help="语音模型;缺省为已下载的 / none: the one fetched")
    ] = None,
    output: Annotated[
        Path | None, typer.Option(help=f"差异页;缺省为评测集里的 {PAGE} / the page of differences")
    ] = None,
) -> None:
    """评测:字错率、各字段准确与召回、用时 · error rate, precision and recall by field, seconds."""
    try:
        whole = city_of(city)
        talks, knows = read_references(folder, labels_of(whole)), knowledge_of(whole)
        chosen = find_model(model, Face.state_dir / "models")
        done, failed = asyncio.run(_evaluated(talks, chosen, knows))
    except ReferenceInvalid as wrong:
        raise Trouble(f"评测集有 {len(wrong.mistakes)} 处有误", f"nothing was evaluated:\n{wrong}") from wrong
    except CityInvalid as wrong:
        raise Trouble("城市配置有误", f"the city folder has mistakes:\n{wrong}") from wrong
    except ModelProblem as problem:
        raise Trouble(problem.zh, problem.en) from problem
    except NoModel as problem:
        raise Trouble(problem.zh, str(problem)) from problem
    _show(scores(done))
    _write(output or folder / PAGE, page(done, failed, model=chosen.name))
    if failed:
        raise Trouble(f"{len(failed)} 段未能转写,不计入", f"not decoded, not counted: {', '.join(failed)}")


async def _evaluated(
    talks: list[ReferenceTalk], model: Path, knows: Knowledge
) -> tuple[list[Evaluated], dict[str, str]]:
    """Every talk, and why those are missing that could not be decoded."""
    done: list[Evaluated] = []
    failed: dict[str, str] = {}
    async with Decoder(model) as decoder:
        for talk in track(talks, "评测 evaluating", console=err):
            try:
                done.append(await evaluate(talk, decoder, knows))
            except DecodingFailed as error:
                failed[talk.name] = str(error)
    return done, failed


def _write(target: Path, text: str) -> None:
    """For its owner's eyes: the page has what citizens said."""
    try:
        target.touch(mode=OWNER_ONLY)
        target.chmod(OWNER_ONLY)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Trouble(f"无法写入 {target}", f"cannot be written: {error.strerror}") from error
    say(f"差异页:{target}", "the page of differences; it has what citizens said, only you can read it")


def _show(seen: Scores) -> None:
    columns = ("字段 field", "准确 precision", "召回 recall", "弃填 abstention", "已填 filled", "应填 wanted")
    rows = (
        (name, *map(_share, (each.precision, each.recall, each.abstention)), each.filled, each.wanted)
        for name, each in seen.fields.items()
    )
    table("草稿各字段 · fields of the drafts", columns, rows)
    for name, alike in seen.words.items():
        if alike.wanted:
            say(f"{name} 相似度 {_share(alike.mean)}({alike.wanted} 段)", "likeness, ROUGE-L over characters")
    caller, agent = (_share(each.rate) for each in seen.characters.values())
    say(f"{seen.talks} 段;字错率 市民 {caller} 话务员 {agent}", "talks; character error rate of caller and agent")
    say(f"每秒声音用时 {seen.pace:.3f} 秒", "seconds of work for a second of sound")


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


alone = typer.Typer(add_completion=False)
alone.command()(evaluate_folder)
