"""Where a transcript becomes a draft:

looks up the call, drafts, stores. Once a recording, in the transcript's own transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from asr.transcript import Transcript
from city.case_rules import CaseRules
from recordings.calls import read_call
from recordings.recording import Recording
from tickets.draft import NO_WORDS, CallFacts, Knowledge, draft
from tickets.learned_file import Lessons, lessons_of_kinds
from tickets.places import Gazetteer, KnownPlace
from tickets.rules import NO_RULES, Rules
from tickets.store import draft_once
from wording import Lexis


class _Sources(NamedTuple):
    rules: Rules
    places: tuple[KnownPlace, ...]
    lexis: Lexis

    def say_the_same(self, others: _Sources) -> bool:
        """Rules are never changed but replaced; the rest is compared, since a city is made anew with every version."""
        return self.rules is others.rules and self[1:] == others[1:]


class Drafting:
    """Drafts with a city's places, words and rules as they are at each moment; a draft ends with those it began with.

    Give `draft_of` to the transcriber as its follow-up.
    """

    def __init__(
        self,
        places: Iterable[KnownPlace],  # a live view
        hotlines: Mapping[str, str],  # number citizens dial -> name of the hotline; a live view
        *,
        rules: Callable[[], Rules] = lambda: NO_RULES,
        lexis: Callable[[CaseRules], Lexis] = lambda _: NO_WORDS,
        lessons: Lessons | None = None,
        is_confidential: Callable[[str | None], bool] = lambda _: False,  # of a hotline
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._places, self._hotlines, self._clock = places, hotlines, clock
        self._rules, self._lexis, self._is_confidential = rules, lexis, is_confidential
        self._lessons = lessons or lessons_of_kinds()
        self._turn = asyncio.Lock()
        self._known: tuple[_Sources, Knowledge] | None = None

    async def draft_of(self, connection: AsyncConnection, recording: Recording, transcript: Transcript) -> None:
        """Store the draft of this recording unless it has one."""
        facts = await self._facts(connection, recording.call_id)
        knows = await self._knowledge()
        proposed = await asyncio.to_thread(draft, facts, transcript, knows)
        await draft_once(connection, recording, facts, proposed, self._clock())

    async def _knowledge(self) -> Knowledge:
        """Of this moment. Prepared once for as long as its sources say the same."""
        rules = self._rules()
        sources = _Sources(rules, tuple(self._places), self._lexis(rules.written))
        async with self._turn:
            if self._known is None or not sources.say_the_same(self._known[0]):
                self._known = sources, await asyncio.to_thread(self._prepared, sources)
            return self._known[1]

    def _prepared(self, sources: _Sources) -> Knowledge:
        return Knowledge(
            gazetteer=Gazetteer(sources.places),
            book=sources.rules.book,
            lexis=sources.lexis,
            urgency=sources.rules.urgency,
            lessons=self._lessons,
            counting=sources.rules.counting,
        )

    async def _facts(self, connection: AsyncConnection, call_id: str) -> CallFacts:
        call = await read_call(connection, call_id)
        hotline = call.hotline or call.dnis
        is_secret = self._is_confidential(hotline)
        return CallFacts(
            call_id=call_id,
            hotline=hotline,
            hotline_name=self._hotlines.get(hotline) if hotline else None,
            ani=None if is_secret else call.ani,
            withheld=bool(call.withheld),
            is_confidential=is_secret,
            arrived_at=call.arrived_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            agent=call.agent,
        )
