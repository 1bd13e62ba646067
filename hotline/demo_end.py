"""How the demonstration ends: what became of every call, and the journal played again to the same state."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from acd.past import NothingThen, Past, Unreadable
from hotline.cli_face import complain, say
from hotline.looking_back import replay_period
from plumbing.database import connect

LONGEST = timedelta(days=30)


async def show_replay(state_dir: Path) -> None:
    """Play the journal of a controller that has ended, say whether every order is the same, and the state's hash."""
    now = datetime.now(UTC)
    database = connect(f"sqlite+aiosqlite:///{(state_dir / 'hotline.db').resolve()}")
    try:
        seen = await replay_period(Past(database), now - LONGEST, now)
    except (NothingThen, Unreadable) as error:
        complain("日志无法重放", f"the journal cannot be played again: {type(error).__name__}")
        return
    finally:
        await database.dispose()
    tally = seen.tally
    if tally.differences:
        complain(f"重放有 {tally.differences} 处与当时不同", "the replay differs: hotline replay says where")
    else:
        say(
            f"✓ 重放:{tally.events} 个事实、{tally.orders} 条指令与当时全同",
            f"played again: {tally.events} facts, {tally.orders} orders, all as then",
        )
    say(f"状态哈希 {seen.digest}", "hash of the state")
