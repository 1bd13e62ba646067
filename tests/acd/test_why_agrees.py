"""Whatever happens, why says what the distributor did: the same choices, and no second of a wait without a reason."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.account import Account, OfferEnd, Phase
from acd.errors import Refused
from acd.matching import Ask, able_at, can_serve
from acd.model import AgentId
from acd.why import LASTING, Bar, CallRule, kept_from, seat_of
from acd.why_words import told
from tests.acd.scene import Scene, skilled
from tests.acd.test_random_play import HANDING_ON, Move, play, play_all, small
from tests.acd.test_why import HEALTH, asked, text


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HANDING_ON), small, small, small), max_size=60))
def test_it_never_disagrees_with_the_distributor(moves: list[Move]) -> None:
    """Whatever happens: each choice is the one the rules as told make, and no second of any wait is unexplained."""
    scene = Scene()
    play_all(scene, moves)
    for call in sorted({getattr(event, "call", "") for event in scene.told}):
        check(asked(scene.told, call))


def check(account: Account) -> None:
    """Nothing in it is unexplained, and its stretches lie end to end."""
    for earlier, later in zip(account.spans, account.spans[1:], strict=False):
        assert earlier.until == later.since
    for span in account.spans:
        assert span.phase is not Phase.UNEXPLAINED
        assert all(one.rule is not CallRule.UNEXPLAINED for one in span.before)
    for offer in account.offers:
        assert offer.choice is None or offer.choice.agrees
        assert (offer.end is OfferEnd.OPEN) == (offer.ended is None)
    text(told(account, everything=True))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(HANDING_ON), small, small, small), max_size=40))
def test_what_keeps_somebody_is_what_the_matcher_sees(moves: list[Move]) -> None:
    """A lasting bar exactly if the agent cannot serve the call, none at all exactly if the index holds them free."""
    scene = Scene()
    for move in moves:
        try:
            play(scene, move)
        except Refused:
            continue
    hall, ask = scene.core._hall, Ask(HEALTH, skilled(psychology=1))
    for agent in scene.core.agents.values():
        kept, seat = kept_from(scene.core, agent, ask), seat_of(scene.core, agent)
        serves = seat is not None and can_serve(able_at(agent.skills, seat), ask)
        assert (kept.bar in LASTING) == (not serves)
        assert (kept.bar is Bar.NOTHING) == (serves and hall.matching.is_free(AgentId(agent.id)))
