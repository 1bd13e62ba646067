"""Names and ids."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from recordings.archive import Archive
from recordings.recording import Leg, RecordingId, SpoolName, made_at, new_recording_id, spool_name
from tests.recordings.scenes import NOON


def test_ids_are_in_the_order_in_which_they_were_made() -> None:
    """UUID version 7: time first, the rest random."""
    ids = [new_recording_id(NOON + timedelta(milliseconds=n)) for n in range(50)]

    assert ids == sorted(ids)
    assert {(UUID(id_).version, UUID(id_).variant) for id_ in ids} == {(7, "specified in RFC 4122")}
    assert made_at(ids[7]) == NOON + timedelta(milliseconds=7)


def test_a_thousand_ids_of_one_moment_differ() -> None:
    """74 random bits."""
    assert len({new_recording_id(NOON) for _ in range(1000)}) == 1000


@pytest.mark.parametrize(
    "file_name", ["lx5f3a-1732.17-2-caller.wav", "lx5f3a-1732.17-2-agent.wav", "lx5f3a-1732.17-2.done"]
)
def test_the_dialplans_names_say_call_and_attempt(file_name: str) -> None:
    """A call's id may itself have dashes."""
    assert spool_name(file_name) == SpoolName("lx5f3a-1732.17", 2)


@pytest.mark.parametrize(
    "file_name",
    [
        "a-1-caller.wav.part",
        "-1.done",
        "a-1-both.wav",
        "a-.done",
        "..-1.done",
        "a b-1.done",
        "张-1.done",
        "a-１.done",
        "a-1.done\n",
    ],
)
def test_other_names_are_nobodys(file_name: str) -> None:
    """Whatever else lies in the spool is left alone."""
    assert spool_name(file_name) is None


@pytest.mark.parametrize("hostile", ["../../etc/passwd", "13812340000", "", "00000000-0000-4000-8000-000000000000"])
def test_archive_has_no_place_for_what_is_no_id(tmp_path, hostile: str) -> None:
    """No path is ever made of outside text."""
    with pytest.raises(ValueError, match=r"."):
        Archive(tmp_path).path(RecordingId(hostile), Leg.CALLER)
