"""`hotline recordings …`: are they all there, and are they still what was recorded?"""

from __future__ import annotations

import asyncio
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

from hotline.cli_face import Face, complain, controller, err, say, table
from hotline.cli_store import database
from recordings.archive import Archive
from recordings.proof import WRONG_MOST, Fault, Proof, prove, resume

app = typer.Typer(help="录音 · recordings", no_args_is_help=True)

TROUBLES = {
    "missing": "文件缺失 missing",
    "keyless": "缺密钥文件 without key",
    "altered": "明文与登记不符 altered",
    "stuck": "入库未完 not taken in",
}
FAULTS = {
    Fault.GONE: "文件不在 gone",
    Fault.CHANGED: "与登记的 SHA-256 不符 changed",
    Fault.TAMPERED: "损坏或被改 damaged or tampered with",
    Fault.KEY_LOST: "主密钥不在 its master key is lost",
}
PROOF = "recordings-verify.json"
RecordingGiven = Annotated[str, typer.Argument(help="录音编号 / the recording's id")]
WhyGiven = Annotated[str, typer.Option("--why", help="原因(留痕)/ why (written down)")]


@app.command()
def sweep(
    everything: Annotated[bool, typer.Option("--all", help="全部,而非最近七天 / all, not the last seven days")] = False,
) -> None:
    """清点并修复;有须人处理的则退出码 1 · compare with the table and repair; 1 when a person must look."""
    swept = controller().ask("POST /api/recordings/sweep", {"everything": everything})
    adopted, again, cleared = len(swept["adopted"]), len(swept["found_again"]), swept["cleared"]
    say(
        f"已修复:补登记 {adopted} 段,失而复得 {again} 段,清除半截文件 {cleared} 个",
        f"repaired: {adopted} adopted, {again} found again, {cleared} half-written files cleared",
    )
    rows = [(title, each) for name, title in TROUBLES.items() for each in swept[name]]
    if swept["set_aside"]:
        rows.append(("搁置文件,见暂存目录 set-aside/ files set aside in the spool", str(swept["set_aside"])))
    if rows:
        table("须人处理 · a person must look", ("问题 trouble", "录音 recording"), rows)
        raise typer.Exit(1)
    say("✓ 录音与登记一致", "every recording is where the table says")


@app.command()
def retention(
    delete: Annotated[bool, typer.Option("--delete", help="立即删除到期的 / delete now what is due")] = False,
) -> None:
    """各级别保存多久、到期多少、封存了哪些 · how long recordings are kept, what is due, what is held."""
    if delete:
        done = controller().ask("POST /api/retention/sweep", {})
        recordings, words = done["deleted"], done["transcripts"]
        say(
            f"已删除到期录音 {recordings} 段、转写 {words} 份", f"deleted: {recordings} recordings, {words} transcripts"
        )
    seen = controller().ask("GET /api/retention")
    if not seen["classes"]:
        say("本市没有 retention.toml:录音永久保存", "there is no retention.toml: every recording is kept for good")
        return
    columns = ("级别 class", "录音天数 days", "转写天数 transcript", "到期 due", "30 天内到期 within 30 days")
    keys = ("keep_days", "transcript_days", "due", "soon")
    rows = [(each["name"], *(str(each[key]) for key in keys)) for each in seen["classes"]]
    table("录音保存期 · how long recordings are kept", columns, rows)
    say(
        f"到期而仍需要(转写、草稿未定)的 {seen['needed']} 段,封存的 {seen['held']} 段,不删",
        f"due and kept for now: {seen['needed']} still needed, {seen['held']} held",
    )
    if seen["holds"]:
        held = [(each["recording"], each["by"], each["at"], each["why"]) for each in seen["holds"]]
        table("封存 · held", ("录音 recording", "何人 by", "何时 at", "原因 why"), held)


@app.command()
def hold(recording: RecordingGiven, why: WhyGiven) -> None:
    """封存:到期不删,直到解除 · keep a recording beyond its time."""
    kept = controller().ask(f"POST /api/recordings/{recording}/hold", {"why": why})
    say(f"✓ 已封存({kept['by']},{kept['at']})", "it is kept until somebody releases it")


@app.command()
def release(recording: RecordingGiven, why: WhyGiven) -> None:
    """解除封存 · keep it no longer than its class says."""
    controller().ask(f"POST /api/recordings/{recording}/release", {"why": why})
    say("✓ 已解除封存", "it is kept as long as its class says")


@app.command()
def verify(
    again: Annotated[bool, typer.Option("--again", help="从头开始 / from the beginning")] = False,
) -> None:
    """逐字节核对 SHA-256,可中断后接着做;有误则退出码 1 · read every recording; may be broken off and run again."""
    file = Face.state_dir / PROOF
    proof = Proof(wrong=[]) if again else resume(file)
    if proof.read:
        say(f"接着上次,已核对 {proof.read} 段", f"going on: {proof.read} were read before")
    asyncio.run(_prove(proof))
    if proof.wrong:
        rows = ((each.recording, each.leg, FAULTS[each.fault]) for each in proof.wrong)
        table("与登记不符 · not what was recorded", ("录音 recording", "腿 leg", "问题 what is wrong"), rows)
        complain(f"{proof.read} 段录音中 {len(proof.wrong)} 腿有误", f"{len(proof.wrong)} legs are wrong")
        if len(proof.wrong) >= WRONG_MOST:
            complain("有误太多,已停下:档案目录在吗?", "too many to go on: is the archive's folder there?")
        raise typer.Exit(1)
    say(f"✓ {proof.read} 段录音与录下时逐字节相同", "every recording is what was recorded, to the byte")


async def _prove(proof: Proof) -> None:
    columns = ("{task.description}", BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    async with database() as engine:
        with Progress(*columns, console=err) as bar:
            reading = bar.add_task("核对 verifying", total=None)
            async for read, of in prove(engine, Archive(Face.state_dir / "recordings"), Face.state_dir / PROOF, proof):
                bar.update(reading, completed=read, total=of)
