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
        assert [item in heap for item in range(10)] == [item in naive for item in range(10)]


def test_what_has_left_does_not_pile_up() -> None:
    """A deadline that is set and lifted a million times takes no more room than once."""
    heap: LazyHeap[int, int] = LazyHeap()
    heap.push(-1, 0)
    for number in range(1000):
        heap.push(number, 1000 - number)
        heap.push(number, 2000 + number)
        heap.discard(number)

    assert len(heap.entries) <= 2 * len(heap) + SWEEP_SLACK
