"""溢出方案: what a queue does as a call waits, row by row. In the file `queues.toml`; the meaning is in acd.recipe.

While a queue is hard pressed rows are laid on its recipe (`laid_on`): its own go on, and nothing follows a message.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Final, Literal

from pydantic import Field

from city.written import Slug, Written

MOST_LENT: Final = 500
"""借调: so many seats at most, by a recipe or a level."""


class Row(Written):
    """One row: when, and which step. Each kind of step is a kind of row."""

    after_s: Annotated[float, Field(ge=1, le=7200)]
    """进入等候多少秒之后 / when a call has waited so long, in seconds"""


class RelaxRow(Row):
    """放宽技能: a lower level of a skill will do."""

    step: Literal["relax"]
    """放宽某项技能 / a skill is asked for at a lower level"""
    skill: Slug
    """技能名,见 city.toml / a name from city.toml"""
    to_level: Annotated[int, Field(ge=1, le=4)]
    """放宽到此级别 / the level that will do from then on"""


class WaiveRow(Row):
    """免除技能: a skill is not asked for any more."""

    step: Literal["waive"]
    """不再要求某项技能 / a skill is asked for no more"""
    skill: Slug
    """技能名,见 city.toml / a name from city.toml"""


class MessageRow(Row):
    """请留言: the last row of a recipe."""

    step: Literal["message"]
    """请来电者语音留言 / the caller is asked for a voice message, unless somebody is free just then"""


class ForeseenRow(Row):
    """A step that may be done only where a long wait is foreseen."""

    predicted_wait_s: Annotated[float, Field(ge=10, le=7200)] | None = None
    """仅当那时预计还要等这么多秒;不可知则不做 / only if the wait foreseen then is so long; not if it is not known"""


class SpokenRow(ForeseenRow):
    """Something is said to the caller."""


class AnnounceRow(SpokenRow):
    """播报: the caller hears something, and waits on."""

    step: Literal["announce"]
    """播放一段提示音 / a prompt is played, unless somebody is free just then"""
    prompt: Slug
    """提示音,见 prompts/prompts.toml / a name from prompts/prompts.toml"""


class AnnounceWaitRow(SpokenRow):
    """播报预计等待: the caller hears between how many minutes, and waits on."""

    step: Literal["announce_wait"]
    """播报预计还需等待几到几分钟;不可知、太短、太长、太宽则不播 / says the wait foreseen, or nothing of no use"""


class AnnouncePositionRow(SpokenRow):
    """播报位置: the caller hears how many stand before them, and waits on."""

    step: Literal["announce_position"]
    """播报前面还有几位;不可知或会误导则不播 / says how many stand before, or nothing where that would mislead"""


class OfferCallBackRow(SpokenRow):
    """提供回拨: who presses 1 is called back in their place."""

    step: Literal["offer_call_back"]
    """请来电者选择回拨:按 1 挂机,位置保留 / the caller may press 1 and hang up: the place is kept, and we call"""


class BorrowRow(ForeseenRow):
    """借调: seats of another queue serve this one, until the line has eased."""

    step: Literal["borrow"]
    """从另一队列借坐席,排队缓解即归还 / borrows seats of another queue, which has them back when the line has eased"""
    lender: Slug
    """借出的队列;不得是危机热线所用的 / the queue that lends; no crisis line's"""
    seats: Annotated[int, Field(ge=1, le=MOST_LENT)]
    """至多几个坐席 / how many seats at most"""
    keep: Annotated[int, Field(ge=0, le=MOST_LENT)] = 1
    """借出后至少留几名在岗话务员 / how many agents on duty the lender keeps at least"""
    lasts_s: Annotated[float, Field(ge=60, le=14400)] = 900.0
    """至多借多少秒 / for how long at most, in seconds"""


AnyRow = Annotated[
    RelaxRow
    | WaiveRow
    | BorrowRow
    | AnnounceRow
    | AnnounceWaitRow
    | AnnouncePositionRow
    | OfferCallBackRow
    | MessageRow,
    Field(discriminator="step"),
]
"""Told apart by `step`."""

AddedRow = Annotated[
    AnnounceRow | AnnounceWaitRow | AnnouncePositionRow | OfferCallBackRow | MessageRow, Field(discriminator="step")
]
"""What can be laid on a recipe: what is said and offered. Whom a caller needs is the recipe's own to say."""

APART_S: Final = 1.0


def laid_on(recipe: Sequence[AnyRow], more: Sequence[AnyRow]) -> tuple[AnyRow, ...]:
    """The recipe with more rows, by time. Of two at the same moment the recipe's own goes first, the other a second on.

    A message ends it: rows after the first one are of no use and left out.
    """
    if not more:
        return tuple(recipe)
    rows: dict[float, AnyRow] = {row.after_s: row for row in recipe}
    for row in more:
        after_s = row.after_s
        while after_s in rows:
            after_s += APART_S
        rows[after_s] = row if after_s == row.after_s else row.model_copy(update={"after_s": after_s})
    laid = [row for _, row in sorted(rows.items())]
    last = next((place for place, row in enumerate(laid, 1) if isinstance(row, MessageRow)), len(laid))
    return tuple(laid[:last])


def level_left(row: RelaxRow | WaiveRow) -> int:
    """What is still asked for of the row's skill; 0: nothing."""
    return row.to_level if isinstance(row, RelaxRow) else 0
