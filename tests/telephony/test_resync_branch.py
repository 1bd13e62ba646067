"""A caller put through to a branch centre while nobody looked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from acd.call_facts import CallTransferredOut
from acd.events import CallArrived, CallEnded
from telephony.telephones import Where
from tests.acd.scene import Scene
from tests.telephony.test_resync import CALL, live, look


@pytest.mark.parametrize("knows", [True, False], ids=["greeted", "unknown"])
def test_a_caller_whom_a_branch_has_is_transferred_out(knows: bool) -> None:
    """Put through by the dialplan while nobody looked: told once, and its end is known by looking, too."""
    scene = Scene()
    if knows:
        scene.tell(CallArrived(at=scene.now, call=CALL, hotline="12366"))
    at_the_branch = replace(live(Where.TALKING), seat=None)

    assert look(scene, at_the_branch) == ([] if knows else [CallArrived]) + [CallTransferredOut]
    assert look(scene, at_the_branch) == []
    assert look(scene) == [CallEnded]
