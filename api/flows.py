"""快速流程: which are in force, in which version and since when; and the city's rules taken anew while calls go on."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from api.asked import Answer, Asked, Nothing, Reason, Wish
from api.errors import Wrong, wrong_lines
from api.unanswered import Unknown
from tickets.flows import FlowBook
from tickets.rulebook import Rulebook
from tickets.rules import shared_triggers


class FlowSeen(Answer):
    """One quick flow. `version` changes with every word of it; a draft keeps the one it followed."""

    name: str
    version: str
    zh: str
    en: str
    category: str
    urgency: str | None
    department: str
    deadline_days: int
    transfer: str | None


class QuestionSeen(Answer):
    """What to ask; `field`: of the draft, that answers it; `answered_by`: phrases that do."""

    zh: str
    en: str
    field: str | None
    answered_by: tuple[str, ...]
    mandatory: bool


class FlowWhole(FlowSeen):
    """A quick flow with all it says."""

    triggers: tuple[str, ...]
    questions: tuple[QuestionSeen, ...]
    examples: tuple[str, ...]


class SharedTrigger(Answer):
    """Words that begin several flows: the category alone tells these apart."""

    trigger: str
    flows: tuple[str, ...]


class RefusalSeen(Answer):
    """The last attempt to take the folder, which failed."""

    at: datetime
    by: str
    mistakes: tuple[Wrong, ...]


class FlowsSeen(Answer):
    """`version`: of all rules together, since when, by whom and why. `refused`: what is in the folder, not in force."""

    version: str
    taken_at: datetime
    taken_by: str
    why: str
    flows: tuple[FlowSeen, ...]
    shared_triggers: tuple[SharedTrigger, ...]
    refused: RefusalSeen | None


class ReloadFlows(Wish):
    """Why the rules change."""

    why: Reason


class FlowsReloaded(Answer):
    """What differs from before: names of flows, other files. Nothing: they were in force already."""

    version: str
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    files: tuple[str, ...]


async def everything(asked: Asked[Nothing]) -> FlowsSeen:
    """The flows in force."""
    rulebook = asked.services.rulebook
    book, taken = rulebook.now().book, rulebook.taken
    return FlowsSeen(
        version=taken.version,
        taken_at=taken.taken_at,
        taken_by=taken.taken_by,
        why=taken.why,
        flows=tuple(FlowSeen.model_validate(_said(book, name)) for name in book.flows),
        shared_triggers=tuple(
            SharedTrigger(trigger=trigger, flows=flows) for trigger, flows in shared_triggers(book).items()
        ),
        refused=_refused(rulebook),
    )


def _refused(rulebook: Rulebook) -> RefusalSeen | None:
    refusal = rulebook.refusal
    if refusal is None:
        return None
    return RefusalSeen(at=refusal.at, by=refusal.by, mistakes=tuple(wrong_lines(refusal.mistakes)))


async def read(asked: Asked[Nothing]) -> FlowWhole:
    """One flow, whole. Unknown."""
    book, name = asked.services.rulebook.now().book, asked.path["flow"]
    if name not in book.flows:
        raise Unknown(name)
    return FlowWhole.model_validate(_said(book, name))


def _said(book: FlowBook, name: str) -> dict[str, Any]:
    return {"name": name, "version": book.versions[name], **book.flows[name].model_dump()}


async def reload(asked: Asked[ReloadFlows]) -> FlowsReloaded:
    """Take the folder as it is now; who and why is written down. FolderRefused: what was in force still is."""
    rulebook = asked.services.rulebook
    changes = await rulebook.reload(by=str(asked.by), why=asked.wish.why)
    return FlowsReloaded(
        version=rulebook.taken.version,
        added=changes.added,
        changed=changes.changed,
        removed=changes.removed,
        files=changes.files,
    )
