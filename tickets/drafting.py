"""Where a transcript becomes a draft:

looks up the call, drafts, stores. Once a recording, in the transcript's own transaction.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from asr.transcript import Transcript
from recordings.calls import read_call
from recordings.recording import Recording
from tickets.deadlines import Counting
from tickets.draft import NO_CLASSES, NO_WORDS, CallFacts, Knowledge, draft
from tickets.flows import FlowBook
from tickets.places import Gazetteer, KnownPlace
from tickets.store import draft_once
from tickets.urgency import UrgencyTable
from wording import Lexis

_NO_FLOWS = FlowBook((), {})


class Drafting:
    """Drafts with one city's names and, at each moment, its quick flows. Give `draft_of` to the transcriber as its
    follow-up."""

    def __init__(
        self,
        places: Iterable[KnownPlace],
        hotlines: Mapping[str, str],  # number citizens dial -> name of the hotline
        *,
        flows: Callable[[], FlowBook] = lambda: _NO_FLOWS,
        lexis: Lexis = NO_WORDS,
        urgency: UrgencyTable = NO_CLASSES,
        counting: Counting | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._gazetteer, self._hotlines, self._clock = Gazetteer(places), dict(hotlines), clock
        self._flows, self._lexis, self._urgency, self._counting = flows, lexis, urgency, counting

    async def draft_of(self, connection: AsyncConnection, recording: Recording, transcript: Transcript) -> None:
        """Store the draft of this recording unless it has one."""
        facts = await self._facts(connection, recording.call_id)
        knows = Knowledge(
            gazetteer=self._gazetteer,
            book=self._flows(),
            lexis=self._lexis,
            urgency=self._urgency,
            counting=self._counting,
        )
        proposed = await asyncio.to_thread(draft, facts, transcript, knows)
        await draft_once(connection, recording, facts, proposed, self._clock())

    async def _facts(self, connection: AsyncConnection, call_id: str) -> CallFacts:
        call = await read_call(connection, call_id)
        hotline = call.hotline or call.dnis
        return CallFacts(
            call_id=call_id,
            hotline=hotline,
            hotline_name=self._hotlines.get(hotline) if hotline else None,
            ani=call.ani,
            withheld=bool(call.withheld),
            arrived_at=call.arrived_at,
            answered_at=call.answered_at,
            ended_at=call.ended_at,
            agent=call.agent,
        )
