"""From what was said to a draft ticket (工单草稿): every field with its evidence, or with the reason why it is empty.
Pure.

A person always confirms it, so an empty field costs them a second and a wrong one may cost a citizen days: empty
beats wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import datetime

from asr.transcript import Speaker, Transcript
from tickets import proposals
from tickets.categories import CategoryFound
from tickets.contact import contact_of
from tickets.deadlines import Counting, Deadline, deadline_of
from tickets.field import NOT_DRAFTED, Field
from tickets.flows import FlowBook, FlowFound, FlowTaken
from tickets.guesses import Found, category_of, class_of, kind_of
from tickets.heard import Heard, heard
from tickets.learned_file import Lessons, lessons_of_kinds
from tickets.occurred import occurred_in
from tickets.place_file import place_trust
from tickets.place_told import place_told
from tickets.place_trust import PlaceTrust
from tickets.places import Gazetteer
from tickets.read_back import ReadBacks, read_backs
from tickets.readings import Matter
from tickets.ticket import AppealKind
from tickets.urgency import UrgencyTable
from wording import Lexis, retold, write

NO_WORDS = Lexis()
"""Of a city whose words nobody knows."""
NO_CLASSES = UrgencyTable(())
"""Of a city in which nothing is urgent."""

OF_NO_EVENT = (AppealKind.CONSULTATION, AppealKind.SUGGESTION)
"""What such a caller likely says of times is of no event that is to be settled."""

LIKELY = 0.5
"""How probable a kind is that is more likely than not: of one that is less, the time may be of no event, too."""

FILLED_BY_FLOWS = ("contact", "kind", "place", "occurred", "asked_for")
"""The fields that may answer a question of a flow."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFacts:
    """What is known of the call without listening. Times aware UTC. `ani` None: hidden, unknown or confidential."""

    call_id: str
    hotline: str | None
    hotline_name: str | None
    ani: str | None = field(default=None, repr=False)
    withheld: bool = False
    is_confidential: bool = False  # the hotline is
    arrived_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    agent: str | None = None

    @property
    def began_at(self) -> datetime | None:
        """When the caller spoke, nearly."""
        return self.answered_at or self.arrived_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """What a city's files say, ready to be looked for. Replaced whole when they change."""

    gazetteer: Gazetteer
    book: FlowBook
    lexis: Lexis = NO_WORDS
    urgency: UrgencyTable = NO_CLASSES
    lessons: Lessons = field(default_factory=lessons_of_kinds)
    trust: PlaceTrust = field(default_factory=place_trust)
    counting: Counting | None = None  # None: of a city that counts no deadlines


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the machine proposes. `caller.value` is masked; the full number is in the call's facts, and the number
    that was said is in `contact_number`, alone."""

    caller: Field
    hotline: Field
    contact: Field
    kind: Field
    place: Field
    subject: Field
    summary: Field
    category: Field = NOT_DRAFTED
    occurred: Field = NOT_DRAFTED
    asked_for: Field = NOT_DRAFTED
    department: Field = NOT_DRAFTED
    urgency: Field = NOT_DRAFTED
    deadline: Field = NOT_DRAFTED
    confidential: Field = NOT_DRAFTED
    flow: Field = NOT_DRAFTED
    taken: FlowTaken | None = None  # the quick flow, when `flow` has a value
    occurred_at: datetime | None = None  # what `occurred` says, aware
    contact_number: str | None = field(default=None, repr=False)  # whole; never among what is shown


FIELDS = tuple(each.name for each in fields(Draft) if each.type == "Field")
"""What a draft shows of itself, in this order."""


@dataclass(frozen=True, slots=True)
class _Topic:
    """What the talk is about."""

    matter: Matter
    category: CategoryFound | None
    flow: FlowFound | None


def draft(facts: CallFacts, transcript: Transcript, knows: Knowledge) -> Draft:
    """The draft ticket of one talk."""
    transcript = retold(write(transcript, knows.lexis))
    said = [turn for turn in transcript.by(Speaker.CALLER) if not proposals.is_filler(turn)]
    caller, agent = heard(said), heard(transcript.by(Speaker.AGENT))
    answered = read_backs(transcript)
    matter, contact = _matter(caller, agent, knows), contact_of(caller, agent, answered)
    category = category_of(matter, knows.book.tree, knows.lessons.categories)
    topic = _Topic(matter, category, knows.book.begun(caller, category))
    likeliest = kind_of(matter, knows.book.tree, knows.lessons.kinds)
    kind = proposals.kind(caller, likeliest)
    found = {
        "contact": proposals.contact(answered.confirmed if contact and contact.by_agent else caller, contact),
        "kind": kind,
        "place": proposals.place(place_told(caller, agent, answered, knows.gazetteer, knows.trust)),
        "asked_for": proposals.asked_for(caller),
        **_when(facts, caller, answered, likeliest),
        **_topic_fields(topic, kind, knows),
    }
    taken = _taken(caller, topic, found, knows.book)
    return Draft(
        caller=proposals.caller(facts.ani, withheld=facts.withheld),
        hotline=proposals.hotline(facts.hotline, facts.hotline_name),
        subject=proposals.subject(said, kind),
        summary=proposals.summary(said),
        confidential=proposals.confidential(caller, by_hotline=facts.is_confidential),
        deadline=proposals.deadline(_deadline(facts, found, taken, knows.counting), found),
        taken=taken,
        occurred_at=datetime.fromisoformat(value) if (value := found["occurred"].value) else None,
        contact_number=contact.number if contact and found["contact"].value else None,
        **found,
    )


def _when(facts: CallFacts, caller: Heard, answered: ReadBacks, kind: Found | None) -> dict[str, Field]:
    """`kind`: the likeliest, be it sure enough to be filled or not."""
    if kind is not None and (kind.value in OF_NO_EVENT or kind.strength < LIKELY):
        return {"occurred": proposals.of_no_event()}
    began = facts.began_at
    found = occurred_in(caller, began, answered) if began else None
    said = answered.confirmed if found and found.by_agent else caller
    return {"occurred": proposals.occurred(said, found, is_call_known=began is not None)}


def _matter(caller: Heard, agent: Heard, knows: Knowledge) -> Matter:
    places = tuple((place.start, place.stop) for place in knows.gazetteer.find(caller))
    return Matter(caller, places, knows.book.tree.find(caller), agent.text)


def _topic_fields(topic: _Topic, kind: Field, knows: Knowledge) -> dict[str, Field]:
    caller = topic.matter.said
    flow = proposals.flow(caller, topic.flow, topic.category)
    begun = topic.flow if flow.value else None
    urgent = class_of(topic.matter, knows.urgency, knows.lessons.urgency)
    return {
        "category": proposals.category(caller, topic.category),
        "flow": flow,
        "department": proposals.department(caller, begun, topic.category, knows.book.tree),
        "urgency": proposals.urgency(caller, begun, kind, urgent, knows.urgency),
    }


def _deadline(
    facts: CallFacts, found: dict[str, Field], taken: FlowTaken | None, counting: Counting | None
) -> Deadline | None:
    """As the ticket's clock will count it (tickets.clocking), which starts from what is proposed here."""
    if counting is None or facts.arrived_at is None:
        return None
    return deadline_of(
        counting,
        kind=found["kind"].value,
        category=found["category"].value,
        urgency=found["urgency"].value,
        hotline=facts.hotline,
        received_at=facts.arrived_at,
        days_most=taken.deadline_days if taken else None,
    )


def _taken(caller: Heard, topic: _Topic, proposed: dict[str, Field], book: FlowBook) -> FlowTaken | None:
    if topic.flow is None or proposed["flow"].value is None:
        return None
    filled = [name for name in FILLED_BY_FLOWS if proposed[name].value is not None]
    return book.taken(topic.flow, caller, filled)
