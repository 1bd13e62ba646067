"""`hotline hotlines`: what is in force, the table out and in again; and `hotline calendar`."""

from __future__ import annotations

from pathlib import Path

from tests.city.conftest import copy
from tests.city.scene import Copy
from tests.hotline.typed import hotline

__all__ = ["copy"]


async def exported(copy: Copy, sheet: Path) -> None:
    """The copy's hotlines, as a sheet."""
    done = await hotline(copy.folder, "hotlines", "export", "--to", str(sheet), "--city", str(copy.folder))
    assert (done.code, "89 条热线" in done.out) == (0, True), done.err


async def imported(copy: Copy, sheet: Path, *more: str) -> tuple[int | None, str]:
    """What was said about it."""
    done = await hotline(copy.folder, "hotlines", "import", str(sheet), "--city", str(copy.folder), *more)
    assert "Traceback" not in done.err
    return done.code, done.out + done.err


async def test_a_table_that_nobody_edited_changes_nothing(copy: Copy, tmp_path: Path) -> None:
    """The file is as it was, comments and all; as CSV and as TOML."""
    before = (copy.folder / "hotlines.toml").read_bytes()
    for name in ("热线.csv", "hotlines-out.toml"):
        await exported(copy, tmp_path / name)
        code, told = await imported(copy, tmp_path / name, "--yes")
        assert (code, "没有差别" in told) == (0, True), told

    assert (copy.folder / "hotlines.toml").read_bytes() == before


async def test_an_edited_table_is_shown_and_then_written(copy: Copy, tmp_path: Path) -> None:
    """A hotline more, one less, one changed, saved as GBK; nothing is written before somebody says yes."""
    sheet, before = tmp_path / "热线.csv", (copy.folder / "hotlines.toml").read_bytes()
    await exported(copy, sheet)
    text = sheet.read_text(encoding="utf-8-sig").replace("供水服务热线", "自来水服务热线")
    lines = [line for line in text.splitlines() if not line.startswith("96096")]
    cells = "96555,,民宿投诉热线,Guest houses,市文化广电和旅游局,整体并入,general,,,hello; recorded"
    sheet.write_bytes("\r\n".join([*lines, cells]).encode("gbk"))

    for more in ("--dry-run",), ():
        code, told = await imported(copy, sheet, *more)
        assert code == (0 if more else 1)
        assert (copy.folder / "hotlines.toml").read_bytes() == before
    for word in ("新增", "96555", "移除", "96096", "修改", "96933", "自来水服务热线"):
        assert word in told
    code, _ = await imported(copy, sheet, "--yes")

    now = copy.load()
    assert code == 0
    assert "96096" not in now.hotlines
    assert (now.hotlines["96555"].owner, now.hotlines["96933"].zh) == ("市文化广电和旅游局", "自来水服务热线")
    head = (copy.folder / "hotlines.toml").read_text(encoding="utf-8").splitlines()
    assert head[0].startswith("#:schema")
    assert head[1].startswith("# 热线")
    assert not list(copy.folder.glob("*.new"))


async def test_one_mistake_and_nothing_is_written(copy: Copy, tmp_path: Path) -> None:
    """Each with the sheet's name, row, column and rule: within a cell, and against the city's other files."""
    sheet, before = tmp_path / "热线.csv", (copy.folder / "hotlines.toml").read_bytes()
    await exported(copy, sheet)
    lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    lines[1] = lines[1].replace(",general,", ",generl,")
    lines[2] = lines[2].replace("12320", "12345", 1)
    lines[3] = lines[3].replace("整体并入", "整个并入").replace("双号并行", "整个并入")
    sheet.write_text("\n".join(lines), encoding="utf-8")

    code, told = await imported(copy, sheet, "--yes")

    assert code == 1
    for place in ("热线.csv:2:7: [unknown_queue]", "热线.csv:3:1: [duplicate_number]", "热线.csv:4:6: [not_allowed]"):
        assert place in told.replace("\n", ""), told
    assert (copy.folder / "hotlines.toml").read_bytes() == before


async def test_12345_cannot_be_closed_by_a_table(copy: Copy, tmp_path: Path) -> None:
    """The rule holds for sheets as for files."""
    sheet = tmp_path / "x.csv"
    await exported(copy, sheet)
    text = sheet.read_text(encoding="utf-8-sig").replace("greeting-12345,,,", "greeting-12345,,office,留言")
    sheet.write_text(text, encoding="utf-8")

    code, told = await imported(copy, sheet, "--yes")
    assert (code, "[never_closed]" in told) == (1, True), told


async def test_a_file_that_is_not_there_is_said(copy: Copy, tmp_path: Path) -> None:
    """In both languages."""
    code, told = await imported(copy, tmp_path / "nothing.csv")

    assert (code, "无法读取" in told) == (1, True)


async def test_a_place_that_cannot_be_written_is_said(copy: Copy, tmp_path: Path) -> None:
    """In both languages, without a trace."""
    sheet = tmp_path / "nowhere" / "x.csv"
    done = await hotline(copy.folder, "hotlines", "export", "--to", str(sheet), "--city", str(copy.folder))

    assert (done.code, "无法写入" in done.err, "Traceback" in done.err) == (1, True, False), done.err


async def test_the_hotlines_in_force_are_listed(state: Path) -> None:
    """With owner, mode, and where callers go now."""
    listed = await hotline(state, "hotlines", "list")

    assert listed.code == 0, listed.err
    for word in ("12345", "政务服务便民热线", "设分中心", "市税务局"):
        assert word in listed.out


async def test_a_year_is_told_or_said_to_be_unpublished(state: Path) -> None:
    """By its notice, with made-up days; 2031 has none."""
    known, unknown = await hotline(state, "calendar", "2026"), await hotline(state, "calendar", "2031")

    assert (known.code, unknown.code) == (0, 0), known.err + unknown.err
    assert "国办发明电〔2025〕7号" in known.out
    assert "2026-09-20" in known.out
    assert "2031 年放假安排未公布" in unknown.out
