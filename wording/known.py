"""What a gazetteer says of a place, whoever keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol


class KnownPlace(Protocol):
    """A place. `kind`: district, town, area, road, estate, landmark."""

    @property
    def name(self) -> str:
        """As it is written."""

    @property
    def kind(self) -> str:
        """One of the kinds."""

    @property
    def parent(self) -> str | None:
        """The place it lies in, if only one."""

    @property
    def aliases(self) -> Sequence[str]:
        """What people say for it."""
