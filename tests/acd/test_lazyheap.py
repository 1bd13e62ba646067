"""The heap behind every index."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from acd.lazyheap import SWEEP_SLACK, LazyHeap

acts = st.lists(st.tuples(st.integers(0, 9), st.none() | st.integers(0, 9)), max_size=200)


@settings(max_examples=300, deadline=None)
@given(acts)
def test_the_first_is_the_least_whatever_came_moved_and_left(acts: list[tuple[int, int | None]]) -> None:
    """Moved to earlier and to later keys, taken out, put in again; ties by item."""
    heap: LazyHeap[int, int] = LazyHeap()
    naive: dict[int, int] = {}
    for item, key in acts:
        if key is None:
            heap.discard(item)
            naive.pop(item, None)
        else:
            heap.push(item, key)
            naive[item] = key

        least = min(((key, item) for item, key in naive.items()), default=None)
        assert heap.first() == least
        assert (heap.entries[0] if heap.entries else None) == least
        assert len(heap) == len(naive)


def test_what_has_left_does_not_pile_up() -> None:
    """A deadline that is set and lifted a million times takes no more room than once."""
    heap: LazyHeap[int, int] = LazyHeap()
    heap.push(-1, 0)
    for number in range(1000):
        heap.push(number, 1000 - number)
        heap.push(number, 2000 + number)
        heap.discard(number)

    assert len(heap.entries) <= 2 * len(heap) + SWEEP_SLACK


def test_an_item_that_moves_back_stands_behind_those_it_has_moved_behind() -> None:
    """The first of three, to the middle and to the end; and again to the front."""
    heap: LazyHeap[int, str] = LazyHeap()
    for key, item in enumerate("abc"):
        heap.push(item, 10 * key)
    firsts = []
    for key in (15, 25, 5):
        heap.push("a", key)
        firsts.append(heap.first())

    assert firsts == [(10, "b"), (10, "b"), (5, "a")]
    for item, left in (("a", (10, "b")), ("b", (20, "c")), ("c", None)):
        heap.discard(item)
        assert heap.first() == left
    assert len(heap) == 0


def test_what_is_swept_out_leaves_the_rest_in_order() -> None:
    """Forty in, most of them out again: the others still come by their keys, and may move."""
    heap: LazyHeap[int, int] = LazyHeap()
    for number in range(3 * SWEEP_SLACK):
        heap.push(number, number * 7 % 97)
    for number in range(3 * SWEEP_SLACK - 5):
        heap.discard(number)
    left = range(3 * SWEEP_SLACK - 5, 3 * SWEEP_SLACK)
    heap.push(left[0], 1000)

    keys = {number: number * 7 % 97 for number in left} | {left[0]: 1000}
    seen = []
    while (first := heap.first()) is not None:
        seen.append(first)
        heap.discard(first[1])
    assert seen == sorted((key, item) for item, key in keys.items())
