"""溢出: whom a recipe sends to leave a message, on a real Asterisk."""

from datetime import UTC, datetime, timedelta

import pytest

from acd.call_facts import MessageBegun
from acd.events import AgentAnswered, QueuesLoaded
from acd.model import LeaveMessage, Queue, QueueName, RecipeRow
from sandbox.citizens import voice
from sandbox.ear import Ear
from sandbox.phones import Manner

pytestmark = pytest.mark.asyncio(loop_scope="module")


def ask_for_messages(scene, after_s: float) -> None:
    """From now on, callers of the general queue are asked for a message when they have waited so long."""
    recipe = (RecipeRow(timedelta(seconds=after_s), LeaveMessage()),)
    scene.controller.engine.tell(
        QueuesLoaded(at=datetime.now(UTC), queues=(Queue(QueueName("general"), recipe=recipe),))
    )


async def test_a_caller_whom_nobody_is_free_for_leaves_a_message_that_becomes_a_draft(scene, prompt):
    """An agent who becomes ready meanwhile is rung for the next caller, not for the one who speaks."""
    ask_for_messages(scene, 1)
    (said,) = await voice([("citizen", "幸福小区停水三天了")])
    citizen, other = await scene.citizen(), await scene.citizen("13912345678")
    call = await scene.wait_in(citizen)
    await scene.fact(MessageBegun, call=call)
    assert not scene.controller.distributor.waiting

    ear = Ear(citizen.calls[-1])
    await ear.clip([prompt("message-invite")], 15)
    await scene.agent("101", "8001", Manner.ANSWER)
    await scene.fact(AgentAnswered, call=await scene.wait_in(other))
    await ear.clip([prompt("beep")], 5)
    await citizen.play(said.sound)
    await citizen.hang_up()
    await other.hang_up()

    assert scene.orders(call) == []
    await scene.rows("select id from tickets where call_id = :call", call=call, within_s=30)
    await scene.rows("select outcome from calls where call_id = :call and outcome = 'voice_message'", call=call)
    await scene.comes_to_rest()
