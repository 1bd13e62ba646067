"""`hotline model …`: a full Chinese speech model, fetched where there is internet; any model, looked at."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from asr.fetch import MODELS, fetch_model
from asr.models import ModelProblem, check_model, find_model
from hotline.cli_face import Face, err, say
from hotline.client import Trouble

app = typer.Typer(help="语音模型 · speech models", no_args_is_help=True)


def shelf() -> Path:
    """Where fetched models stand: beside the rest of the state, so that an update of the program leaves them."""
    return Face.state_dir / "models"


@app.command()
def fetch(
    name: Annotated[str, typer.Argument(help=f"{'、'.join(MODELS)},或模型全名 / or a model's full name")] = "small",
) -> None:
    """下载完整的中文模型 · fetch a full Chinese model."""
    with Progress("{task.description}", BarColumn(), DownloadColumn(), TimeRemainingColumn(), console=err) as bar:
        download = bar.add_task("下载 fetching", total=None)
        try:
            fetched = fetch_model(
                name, shelf(), progress=lambda here, total: bar.update(download, completed=here, total=total)
            )
        except ModelProblem as problem:
            raise Trouble(problem.zh, problem.en) from problem
    say(f"模型已就绪:{fetched.folder}", "the model is ready")
    say(f"启用:设置 HOTLINE_ASR_MODEL={fetched.folder}", "set this, then start the controller anew")


@app.command()
def check(
    folder: Annotated[Path | None, typer.Argument(help="模型文件夹 / a model's folder; none: the one fetched")] = None,
) -> None:
    """检查模型是否完整、采样率是否可用于电话 · is a model whole, and does its rate suit the telephone."""
    try:
        facts = check_model(find_model(folder, shelf()))
    except ModelProblem as problem:
        raise Trouble(problem.zh, problem.en) from problem
    say(f"模型完整:{facts.folder},{facts.model_hz} 赫兹", f"the model is whole; trained at {facts.model_hz} Hz")
