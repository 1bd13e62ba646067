"""`hotline keys …`: the master keys of the recordings. Works on the state folder itself, controller running or not."""

from __future__ import annotations

import typer

from hotline.cli_face import Face, say, table
from hotline.client import Trouble
from recordings.archive import Archive
from recordings.keeper import rotate as rotate_keys
from recordings.vault import Tampered, master_of

app = typer.Typer(help="录音密钥 · keys of the recordings", no_args_is_help=True)


@app.command("list")
def everything() -> None:
    """主密钥及其保护的文件数 · the master keys, and how many files need each."""
    archive = _archive()
    needed: dict[str, int] = dict.fromkeys(archive.ring.names(), 0)
    for sealed in archive.sealed():
        try:
            name = master_of(sealed)
        except Tampered:
            name = "?"
        needed[name] = needed.get(name, 0) + 1
    there = set(archive.ring.names())
    rows = ((name, count, "有" if name in there else "缺失 missing") for name, count in sorted(needed.items()))
    table("录音主密钥 · master keys", ("名称 name", "文件 files", "状态 state"), rows)


@app.command()
def rotate() -> None:
    """更换主密钥,录音文件不动 · a new master key; the recordings' files stay as they are."""
    done, unread = rotate_keys(_archive())
    if unread:
        names = " ".join(path.name for path in unread[:5])
        raise Trouble(
            f"{len(unread)} 个文件的密钥无法读取,旧主密钥均保留:{names}",
            f"the keys of {len(unread)} files cannot be read; every old master key is kept: {names}",
        )
    say(f"已更换,{done} 个文件改用新主密钥;请重新备份密钥", f"renewed for {done} files; back the keys up again")


def _archive() -> Archive:
    folder = Face.state_dir / "recordings"
    if not Face.state_dir.is_dir():
        raise Trouble(f"没有状态目录:{Face.state_dir}", f"there is no state folder {Face.state_dir}")
    return Archive(folder)
