"""响应级别: named sets of what is different while a city is hard pressed. The file `levels.toml`.

The first level is the resting one: the queues as `queues.toml` has them. Every other names what it changes, of any
queue and any of its fields but the names, and may lend seats, have a prompt said, and others instead of the usual ones.
What is not named stays. Rows can be laid on a queue's recipe (`recipe_adds`) instead of replacing it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from city.queue import Queue
from city.recipe import MOST_LENT, AddedRow, laid_on
from city.written import Named, Slug, Written

NAMES: Final = frozenset(Named.model_fields) | {"name"}
"""What a queue is called is not changed while callers wait in it."""

ADDED: Final = "recipe_adds"
"""The one field of a change that no queue has: it takes no other's place, several of them add up."""


def _every_field_optional(shape: type[Written], name: str) -> Any:
    """The same table, of which nothing must be written. A field that the shape gets later is here by itself."""

    def optional(field: FieldInfo) -> tuple[Any, Any]:
        kind: Any = field.annotation
        for bound in field.metadata:
            kind = Annotated[kind, bound]
        return kind | None, Field(default=None, description=field.description)

    fields: dict[str, Any] = {key: optional(field) for key, field in shape.model_fields.items() if key not in NAMES}
    more = "加在溢出方案之上的行,原有的照旧 / rows laid on the recipe, whose own go on"
    fields[ADDED] = (tuple[AddedRow, ...] | None, Field(default=None, description=more))
    return create_model(name, __base__=Written, __doc__="队列的改变 what becomes different of a queue.", **fields)


if TYPE_CHECKING:
    QueueChange = Written
else:
    QueueChange = _every_field_optional(Queue, "QueueChange")


def changes(change: Written) -> Mapping[str, Any]:
    """The fields that are written in a QueueChange, and what they become."""
    return {key: value for key in sorted(change.model_fields_set) if (value := getattr(change, key)) is not None}


def fitted(queue: Queue, change: Written) -> Queue | None:
    """A queue under a QueueChange; None if the two together are no queue: some fields need each other."""
    told = dict(changes(change))
    more = told.pop(ADDED, ())
    told = {**dict(queue), **told}
    try:
        return Queue.model_validate({**told, "recipe": laid_on(told["recipe"], more)})
    except ValidationError:
        return None


def changed(queue: Queue, several: Iterable[Written]) -> Queue:
    """A queue under QueueChanges, the later before the earlier; one that does not fit what is below is passed by.

    So is one after which the queue would offer call-backs that no rule makes.
    """
    for change in several:
        under = fitted(queue, change)
        queue = under if under is not None and under.keeps_offers else queue
    return queue


class Lend(Written):
    """借调: seats that serve another queue for as long as the level is in force."""

    lender: Slug
    """借出的队列 / the queue that lends"""
    borrower: Slug
    """借入的队列 / the queue that is served instead"""
    seats: Annotated[int, Field(ge=1, le=MOST_LENT)]
    """至多几个坐席 / how many seats at most"""
    keep: Annotated[int, Field(ge=0, le=MOST_LENT)] = 1
    """借出后至少留几名在岗话务员 / how many agents on duty the lender keeps at least"""


class Level(Named):
    """响应级别: everything that becomes different, together."""

    name: Slug
    """级别名,例如 emergency / its name"""
    queues: Mapping[Slug, QueueChange] = Field(default_factory=dict)
    """各队列的改变,未写的不变 / what changes of each queue; the rest stays"""
    lend: tuple[Lend, ...] = ()
    """借调 / seats that are lent"""
    notice: Slug | None = None
    """问候之后加播的提示音,危机热线不播 / a prompt that is said after every greeting, but on crisis lines"""
    prompts: Mapping[Slug, Slug] = Field(default_factory=dict)
    """换播:原提示音 = 新提示音,危机热线不换 / this prompt = that one is said instead, but on crisis lines"""

    @property
    def changes_nothing(self) -> bool:
        """Whether it is as good as none."""
        return not (self.lend or self.notice or self.prompts or any(changes(change) for change in self.queues.values()))


RESTING: Final = Level(name="normal", zh="常态", en="Normal")
"""The only level of a city that lists none."""


class LevelsFile(Written):
    """响应级别表 levels.toml: the resting level first."""

    levels: Annotated[tuple[Level, ...], Field(min_length=1)]
