"""Room for hundreds of quick flows: `flows.ms_500`, beside the same for the twelve of the sample city, in one run.

500 flows: the sample's twelve and 488 that are made up by seed, each for a category of its own, with ten triggers, four
questions and three examples, in a city folder that is written and read as any other. Talks are some 400 characters in
which citizens tell of other things, too; the sample's examples are among them, so that both books hear the same talks.

`flows.ms_500`: processor time to find category and flow of a talk and the questions still open, the mean; the baseline
is that of the twelve; `…_same_talks`: 500 flows, the talks of the twelve. `flows.found_500`: the share found right.
`flows.conflicts_s`: wall seconds to look for flows that contradict each other, beside comparing each pair.
`flows.check_s`: to read and check the whole folder, examples too. `flows.reload_s`: the whole reload of a rulebook;
`flows.loop_ms`: the longest time that its event loop was kept from other work meanwhile, beside an idle loop's in as
long. The text is generated: nothing is said about real callers.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Awaitable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from itertools import combinations
from pathlib import Path

from city.case_rules import CaseRules
from city.checks.appeals import flows_do_not_contradict
from city.files import Files, flows, read_files
from plumbing.database import connect, prepare
from plumbing.lifecycle import background, settle
from sandbox.figures import report
from tests.tickets.talks import heard_as
from tickets.flows import FlowBook
from tickets.rulebook import open_rulebook
from tickets.rules import checked_rules

SAMPLE = Path(__file__).parents[1] / "cities" / "sample"
SEED, MANY, TALKS, FILLER_CHARS, TICK_S = 20261127, 500, 300, 380, 0.001
SYLLABLES = "桥塔棚闸泵阀槽墩柜栏匾锅缸架筛梯篷盆壶罐钩链轮轴犁耙锹桶篓筐"
TROUBLES = ("坏了", "没人修", "断了", "漏了", "歪了", "丢了", "堵了", "…没人管", "…不能用", "…响")
SMALL_TALK = (
    "您好我想反映一下",
    "我打过好几次电话了",
    "就是上次说的那个事情",
    "麻烦你们给看一看",
    "邻居们也都这么说",
    "谢谢你们",
)


def things(chance: random.Random, count: int) -> Sequence[str]:
    """Names of things that nobody else speaks of, three characters each."""
    triples = ["".join(three) for three in combinations(SYLLABLES, 3)]
    return chance.sample(triples, count)


def write_city(folder: Path, names: Sequence[str]) -> None:
    """The sample city with a category and a flow for each thing."""
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns("*.wav"))
    tree = ['\n[[categories]]\nname = "杂物"\n']
    for name in names:
        tree.append(f'[[categories]]\nname = "{name}类"\nparent = "杂物"\nwords = ["{name}"]\n')
        (folder / "flows" / f"made-{len(tree)}.toml").write_text(flow_text(name), encoding="utf-8")
    with (folder / "categories.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(tree))


def flow_text(name: str) -> str:
    """A flow about one thing."""
    triggers = ", ".join(f'"{name}{trouble}"' for trouble in TROUBLES)
    examples = ", ".join(f'"我们这里的{name}{trouble.strip("…")}"' for trouble in TROUBLES[:3])
    asked = "\n".join(
        f'[[questions]]\nzh = "{name}第{n}问？"\nen = "Question {n}?"\nanswered_by = ["{name}{n}号", "第{n}处"]'
        for n in range(4)
    )
    return (
        f'zh = "{name}"\nen = "{name}"\ncategory = "{name}类"\ndepartment = "城市管理局"\ndeadline_days = 3\n'
        f"triggers = [{triggers}]\nexamples = [{examples}]\n{asked}\n"
    )


def talks(written: CaseRules, chance: random.Random) -> Iterator[tuple[str, str]]:
    """A flow, and what a citizen says who means it."""
    said = [(name, example) for name, flow in written.flows.items() for example in flow.examples]
    for name, example in chance.choices(said, k=TALKS):
        filler = [chance.choice(SMALL_TALK) for _ in range(FILLER_CHARS // 8)]
        filler.insert(1, example + "。")
        yield name, "，".join(filler)


def milliseconds(book: FlowBook, said: Sequence[tuple[str, str]]) -> tuple[float, float]:
    """Processor time for a talk, and the share in which the flow was found."""
    heard = [(name, heard_as(text)) for name, text in said]
    right, began = 0, time.process_time()
    for name, each in heard:
        found = book.begun(each, book.tree.find(each))
        if found is not None:
            book.taken(found, each, ())
            right += found.name == name
    return 1000 * (time.process_time() - began) / len(heard), right / len(heard)


def seconds_of_conflicts(files: Files) -> tuple[float, float]:
    """By the index, and pair by pair."""
    began = time.perf_counter()
    list(flows_do_not_contradict(files))
    middle = time.perf_counter()
    every = [flow for _, _, flow in flows(files)]
    for one, other in combinations(every, 2):
        [trigger for trigger in one.triggers if trigger in other.triggers]
    return middle - began, time.perf_counter() - middle


async def reload(folder: Path, state: Path) -> tuple[float, float, float]:
    """Seconds of a reload that takes one changed flow; the longest pause of the loop in ms, then and when idle."""
    database = connect(f"sqlite+aiosqlite:///{state / 'bench.db'}")
    await prepare(database)
    rulebook = await open_rulebook(database, partial(read_files, folder, ()), lambda: datetime.now(UTC))
    noise = folder / "flows" / "noise.toml"
    noise.write_text(noise.read_text(encoding="utf-8").replace("deadline_days = 3", "deadline_days = 2"), "utf-8")
    settle()  # as the controller does
    began = time.perf_counter()
    pause_ms = await longest_pause(rulebook.reload(by="bench", why="bench"))
    took_s = time.perf_counter() - began
    await database.dispose()
    if rulebook.now().book.flows["noise"].deadline_days != 2:
        raise RuntimeError("the changed flow was not taken")
    return took_s, pause_ms, await longest_pause(asyncio.sleep(took_s))


async def longest_pause(deed: Awaitable[object]) -> float:
    """In ms, while the deed is done."""
    pauses = [0.0]

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(TICK_S)
            pauses.append(time.perf_counter() - began - TICK_S)

    async with background(tick()):
        await deed
    return 1000 * max(pauses)


def measure(state: Path) -> None:
    """Print every figure."""
    chance, folder = random.Random(SEED), state / "city"  # noqa: S311 - no secret
    few, _ = checked_rules(read_files(SAMPLE, ()))
    write_city(folder, things(chance, MANY - len(few.flows)))
    began = time.perf_counter()
    files = read_files(folder, ())
    many, rules = checked_rules(files)
    check_s = time.perf_counter() - began
    both: Mapping[str, FlowBook] = {"12": FlowBook(few.categories, few.flows), "500": rules.book}
    heard = {"12": list(talks(few, chance)), "500": list(talks(many, chance))}
    same, _ = milliseconds(both["500"], heard["12"])
    took = {name: milliseconds(book, heard[name]) for name, book in both.items()}
    report("flows.ms_500", round(took["500"][0], 3), "ms", round(took["12"][0], 3))
    report("flows.ms_500_same_talks", round(same, 3), "ms", round(took["12"][0], 3))
    report("flows.found_500", round(took["500"][1], 3), "1", round(took["12"][1], 3))
    by_index, by_pairs = seconds_of_conflicts(files)
    report("flows.conflicts_s", round(by_index, 3), "s", round(by_pairs, 3))
    report("flows.check_s", round(check_s, 2), "s")
    reload_s, loop_ms, idle_ms = asyncio.run(reload(folder, state))
    report("flows.reload_s", round(reload_s, 2), "s")
    report("flows.loop_ms", round(loop_ms, 1), "ms", round(idle_ms, 1))


if __name__ == "__main__":
    sys.stderr.write(__doc__ or "")
    with tempfile.TemporaryDirectory() as place:
        measure(Path(place))
