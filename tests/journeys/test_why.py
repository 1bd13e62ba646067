"""A call on real telephones is asked about afterwards: why it waited, why this agent; and its incident is cut out."""

import pytest

from acd.events import AgentAnswered, AgentLoggedOff, CallEnded
from acd.incident import read, replayed
from acd.model import AgentId, AgentState, RingFailure
from sandbox.phones import Manner
from tests.hotline.typed import hotline

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_real_call_is_explained_replayed_and_cut_out(scene, tmp_path):
    """One refuses it, the next answers; told by the command from the database alone, and equal when played again."""
    await scene.agent("101", "8001", Manner.REFUSE)
    call = await scene.wait_in(await scene.citizen())
    assert await scene.failure(call) is RingFailure.REFUSED
    await scene.ask(AgentLoggedOff, agent=AgentId("101"))  # or they are rung again after a rest
    await scene.agent("102", "8002", Manner.ANSWER)
    await scene.fact(AgentAnswered, call=call)
    await scene.people.aclose()
    await scene.fact(CallEnded, call=call)
    await scene.becomes("102", AgentState.WRAP_UP)
    state, file = scene.settings.state_dir, tmp_path / "incident.jsonl"

    told, mine = await hotline(state, "why", call), await hotline(state, "why", "--agent", "102")
    again, cut = await hotline(state, "replay"), await hotline(state, "replay", "--call", call, "--cut", str(file))
    with file.open(encoding="utf-8") as lines:
        incident = read(lines)

    assert "拒接" in told.out, told
    assert "由 102 接听" in told.out, told
    assert "13812345678" not in told.out
    assert "第 2 次派出:102" in mine.out, mine
    assert "第 1 次派出" not in mine.out
    assert (again.code, cut.code) == (0, 0), (again, cut)
    assert "✓ 每条指令都与当时相同" in again.out
    tally, reached = replayed(incident)
    assert (tally.differences, reached) == (0, incident.digest)
    assert call not in file.read_text(encoding="utf-8")
