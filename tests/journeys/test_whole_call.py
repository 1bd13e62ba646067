"""One call from the first ring to the draft ticket, on a real PBX, with real phones, real speech and real Vosk."""

import numpy as np
import pytest

from acd.events import AgentAnswered, CallArrived, CallEnded, CallJoined, PhoneDialled, RingStarted
from acd.model import AgentState
from recordings.chain import Head
from recordings.seals import Seals
from recordings.witness import verify
from sandbox.citizens import converse, voice
from sandbox.dialogues import load_dialogues
from sandbox.phones import Manner
from sandbox.scoring import character_error_rate
from sandbox.sound import find, read_wav
from tests.journeys.api import api_of

pytestmark = pytest.mark.asyncio(loop_scope="module")

WAY = (CallArrived, CallJoined, PhoneDialled, RingStarted, AgentAnswered, CallEnded)


async def test_one_call_is_greeted_answered_recorded_transcribed_and_drafted(scene, prompt):
    """Dialled, greeting, waiting, ringing, talking both ways, hang-up, wrap-up, ready; and a draft that is right."""
    dialogue = load_dialogues()[0]
    turns = await voice(dialogue.turns[:2])
    agent = await scene.agent("101", "8001", Manner.ANSWER, after_s=0.3)
    citizen = await scene.citizen("13812345678")
    call = await scene.dial(citizen)
    await scene.fact(AgentAnswered, call=call)
    await agent.calls[-1].established()
    await converse(citizen, agent, turns)
    await citizen.hang_up()
    await scene.fact(CallEnded, call=call)

    assert scene.agent_now("101").state is AgentState.WRAP_UP
    await scene.becomes("101", AgentState.READY)
    way = [type(event) for event, _ in scene.told if getattr(event, "call", None) == call]
    assert [kind for kind in way if kind in WAY] == list(WAY)

    spoken_to, heard = turns[0].sound, citizen.calls[-1]
    await heard.closed()
    assert find(prompt("greeting-12345"), heard.heard()) is not None
    assert find(spoken_to, heard.heard()) is not None
    await agent.calls[-1].closed()
    assert find(turns[1].sound, agent.calls[-1].heard()) is not None

    rows = await scene.rows("select id, state, attempt from recordings where call_id = :call", call=call)
    assert [(row.state, row.attempt) for row in rows] == [("kept", 1)]
    legs = scene.settings.state_dir / "recordings"
    caller_leg, agent_leg = (sorted(legs.rglob(f"*{side}*.wav")) for side in ("caller", "agent"))
    assert find(turns[1].sound, read_wav(caller_leg[0])) is not None
    assert find(turns[0].sound, read_wav(agent_leg[0])) is not None

    (ticket,) = await scene.rows("select id from tickets where call_id = :call", call=call)
    async with api_of(scene) as api:
        draft = await api.get(f"/api/drafts/{ticket.id}")
        await _heard_and_seen_for_a_reason(api, call, rows[0].id, turns)
    assert isinstance(await verify(scene.controller.database, Seals(scene.settings.seals)), Head)
    said = {
        party: "".join(turn["text"] for turn in draft["transcript"] if turn["speaker"] == party)
        for party in ("caller", "agent")
    }
    assert draft["ticket"]["kind"] in (dialogue.kind, None)
    assert draft["ticket"]["place"] == "".join(dialogue.places)
    assert character_error_rate(_plain(turns[1].text), said["caller"].replace(" ", "")) <= 0.15
    assert draft["ticket"]["caller"] == "138****5678"
    assert "13812345678" not in str(draft)


async def _heard_and_seen_for_a_reason(api, call, recording, turns):
    """By a grant, caller left and agent right; the number is whole; three lines say who heard and saw what."""
    why = {"reason": "核对草稿"}
    grant = await api.send("POST", f"/api/recordings/{recording}/grants", **why)
    sound = await api.fetch(f"/api/recordings/{recording}/audio?grant={grant['token']}")
    sides = np.frombuffer(sound[44:], "<i2").reshape(-1, 2)
    assert find(turns[1].sound, sides[:, 0]) is not None
    assert find(turns[0].sound, sides[:, 1]) is not None

    assert (await api.send("POST", f"/api/calls/{call}/unmask", **why))["caller"] == "13812345678"
    trail = [(await api.get(f"/api/audit?subject={subject}"))["lines"] for subject in (recording, call)]
    assert [line["deed"] for line in trail[0]] == ["recording.played", "recording.granted"]
    assert [line["deed"] for line in trail[1]] == ["number.shown"]


def _plain(text):
    return "".join(sign for sign in text if sign.isalnum())
