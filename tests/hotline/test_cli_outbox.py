"""Messages to other systems on the command line."""

from __future__ import annotations

from pathlib import Path

from tests.api.draft_scene import draft
from tests.api.face import Face
from tests.api.test_outbox import stuck
from tests.hotline.typed import hotline

__all__ = ["draft"]


async def test_stuck_message_is_listed_and_tried_again(face: Face, draft: str, state: Path) -> None:
    """With its reason; without a receiver that is said, too."""
    letter = await stuck(face, draft)

    listed = await hotline(state, "outbox", "list")
    again = await hotline(state, "outbox", "retry", str(letter.seq))
    missing = await hotline(state, "outbox", "retry", "99")
    same = await hotline(state, "outbox", "reload", "--why", "核对接收方")

    assert (same.code, "接收方未变:无 none" in same.out) == (0, True), same
    assert (listed.code, "受阻 stuck" in listed.out, "HTTP 500" in listed.out) == (0, True, True), listed
    assert "未配置接收方" in listed.out
    assert (again.code, "将重发" in again.out) == (0, True), again
    assert (missing.code, "没有这条外发消息" in missing.err) == (1, True), missing
