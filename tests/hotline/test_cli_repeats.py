"""Repeated appeals on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.api.draft_scene import draft
from tests.api.face import Face
from tests.api.test_repeats import first
from tests.hotline.typed import hotline

__all__ = ["draft", "first"]


async def test_repeats_are_listed_merged_and_parted(face: Face, first: str, draft: str, state: Path) -> None:
    """What is likely, with its reasons; then by a person's word."""
    listed = await hotline(state, "repeats", "list", draft)
    merged = await hotline(state, "repeats", "merge", draft, first, "--reason", "同一工地")
    seen = await hotline(state, "repeats", "list", draft)
    parted = await hotline(state, "repeats", "undo", draft, "--reason", "不是")

    assert (listed.code, "0.6" in listed.out, "同一号码" in listed.out) == (0, True, True), listed
    assert (merged.code, parted.code) == (0, 0), (merged, parted)
    assert f"已并入 {first}" in seen.out
