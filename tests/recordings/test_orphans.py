"""Legs without a marker: when nobody will write to them any more."""

from recordings.orphans import Orphans, shape_of
from recordings.recording import SpoolName

ONE = SpoolName("lx1-1732.1", 1)
SHORT_S, LONG_S = 5.0, 900.0


class Scene:
    """A spool with the legs of one call, and a clock that only goes forward."""

    def __init__(self, *over: str) -> None:
        self.now_s = 100.0
        self.over = set(over)
        self._orphans = Orphans(lambda call: call in self.over, monotonic=lambda: self.now_s)

    def look(self, size: int, after_s: float = 0.0) -> bool:
        """Whether the leg is an orphan, and this large."""
        self.now_s += after_s
        return self._orphans.among({ONE: shape_of([("caller.wav", size)])}) == [ONE]


def test_a_leg_of_a_call_that_is_over_is_an_orphan_soon() -> None:
    """Asterisk died: the telephones say that the call is gone."""
    scene = Scene(ONE.call_id)

    assert not scene.look(44)
    assert not scene.look(44, after_s=SHORT_S - 0.1)
    assert scene.look(44, after_s=0.1)


def test_a_leg_of_a_call_that_may_live_is_left_alone_for_long() -> None:
    """Asterisk may be frozen, its disk full for a while."""
    scene = Scene()

    assert not scene.look(44)
    assert not scene.look(44, after_s=LONG_S - 1)
    assert scene.look(44, after_s=1)


def test_a_leg_that_grows_is_no_orphan() -> None:
    """Whatever is believed of its call."""
    scene = Scene(ONE.call_id)

    assert not any(scene.look(size, after_s=SHORT_S) for size in range(44, 60))


def test_waiting_begins_anew_with_every_growth() -> None:
    """Stillness counts from the last change."""
    scene = Scene(ONE.call_id)
    scene.look(44)

    assert not scene.look(45, after_s=SHORT_S)
    assert not scene.look(45, after_s=SHORT_S - 0.1)
    assert scene.look(45, after_s=0.1)
