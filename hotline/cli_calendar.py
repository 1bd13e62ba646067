"""`hotline calendar`: whether a year's holidays are published, what they are, and which hours are open now."""

from __future__ import annotations

from typing import Annotated

import typer

from hotline.cli_face import controller, say, table, when

alone = typer.Typer(add_completion=False)


@alone.command()
def calendar(
    year: Annotated[int | None, typer.Argument(min=2000, max=2100, help="年份,缺省今年 / left out: this year")] = None,
) -> None:
    """放假与调休,开放时间此刻的状态 · holidays and made-up days, and which hours are open now."""
    seen = controller().ask("GET /api/calendar" + (f"?year={year}" if year else ""))
    if seen["published"]:
        columns = ("节假日 holiday", "自 first", "至 last", "调休上班 worked instead")
        days = ((each["zh"], each["first"], each["last"], " ".join(each["made_up_on"])) for each in seen["holidays"])
        table(f"{seen['year']} 年放假安排 · holidays", columns, days)
        say(f"依据 {seen['notice']},{seen['issued']}", "the notice it is copied from, and its day")
    else:
        known = ", ".join(map(str, seen["published_years"])) or "—"
        say(
            f"{seen['year']} 年放假安排未公布,按星期计;已有:{known}",
            f"the holidays of {seen['year']} are not published: days of the week alone count; known: {known}",
        )
    rows = ((h["name"], h["zh"], "开放 open" if h["open"] else "关闭 closed", when(h["until"])) for h in seen["hours"])
    table("开放时间 · hours", ("名称 name", "", "现在 now", "至 until"), rows)
