"""Health: well while calls are served, and saying what is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from recordings.chain import Broken, Fault
from recordings.reconcile import Differences
from recordings.recording import RecordingId
from recordings.sweeper import Swept
from telephony.trunks import TrunkSight
from tests.api.face import Face


async def test_all_is_well(face: Face) -> None:
    """Every sign well, in both languages."""
    status, health = await face.call("GET /api/health")

    assert (status, health["well"]) == (200, True)
    assert {sign["name"]: sign["well"] for sign in health["signs"]} == dict.fromkeys(
        (
            "engine",
            "pbx",
            "telephones",
            "database",
            "transcription",
            "jobs",
            "messages",
            "audit",
            "recordings",
            "trunks",
            "guessers",
            "rules",
        ),
        True,
    )


async def test_a_lost_pbx_is_not_well(face: Face) -> None:
    """No PBX, no calls."""
    face.vitals.now = replace(face.vitals.now, pbx_connected=False, pbx_version=None)

    assert (await face.call("GET /api/health"))[1]["well"] is False


async def test_a_frozen_engine_is_not_well(face: Face) -> None:
    """An engine that has not gone round for two seconds is frozen."""
    face.vitals.now = replace(face.vitals.now, engine_ticked_s_ago=2.0)

    assert (await face.call("GET /api/health"))[1]["well"] is False


async def test_a_database_that_is_away_is_not_well(face: Face) -> None:
    """Calls go on, but nobody can log on, and nothing is acknowledged."""
    face.vitals.now = replace(face.vitals.now, database="")

    _, health = await face.call("GET /api/health")

    assert health["well"] is False
    assert [sign["name"] for sign in health["signs"] if not sign["well"]] == ["database"]


async def test_without_transcription_calls_are_still_served(face: Face) -> None:
    """Said, with its reason, and the whole is still well."""
    face.vitals.now = replace(face.vitals.now, transcription="", transcription_off="没有模型 / no model")

    _, health = await face.call("GET /api/health")

    assert health["well"] is True
    assert {sign["name"] for sign in health["signs"] if not sign["well"]} == {"transcription"}
    assert any("没有模型" in sign["zh"] for sign in health["signs"])


async def test_jobs_that_were_given_up_are_said(face: Face) -> None:
    """Those that will be tried again by themselves are no reason to worry; those given up need a person."""
    face.vitals.now = replace(face.vitals.now, jobs_waiting=4, jobs_failed=3)
    assert "jobs" not in await unwell(face)

    face.vitals.now = replace(face.vitals.now, jobs_dead=2)
    assert "2 个已放弃" in (await unwell(face))["jobs"]


async def test_messages_that_are_stuck_are_said(face: Face) -> None:
    """Those that wait will be sent by themselves."""
    face.vitals.now = replace(face.vitals.now, messages_waiting=4)
    assert "messages" not in await unwell(face)

    face.vitals.now = replace(face.vitals.now, messages_stuck=2)
    assert "4 条待发,2 条受阻" in (await unwell(face))["messages"]


async def unwell(face: Face) -> dict[str, str]:
    """The signs that are not well, with their words."""
    _, health = await face.call("GET /api/health")
    return {sign["name"]: sign["zh"] for sign in health["signs"] if not sign["well"]}


async def test_a_broken_audit_trail_is_said_and_calls_go_on(face: Face) -> None:
    """The first bad line, and what is wrong with it."""
    face.vitals.now = replace(face.vitals.now, audit=Broken(17, Fault.MISSING))

    _, health = await face.call("GET /api/health")

    sign = next(sign for sign in health["signs"] if sign["name"] == "audit")
    assert (health["well"], sign["well"], "第 17 条" in sign["zh"], "line 17" in sign["en"]) == (
        True,
        False,
        True,
        True,
    )


async def test_redis_is_a_sign_where_it_is_used(face: Face) -> None:
    """Lost, transcription waits, and the whole is still well."""
    face.vitals.now = replace(face.vitals.now, broker="redis")
    assert ("broker", True) in [(sign["name"], sign["well"]) for sign in (await health_of(face))["signs"]]

    face.vitals.now = replace(face.vitals.now, broker="away", broker_away=True)
    health = await health_of(face)
    assert (health["well"], [sign["name"] for sign in health["signs"] if not sign["well"]]) == (True, ["broker"])


async def health_of(face: Face) -> dict[str, Any]:
    """The answer's body."""
    _, health = await face.call("GET /api/health")
    return dict(health)


async def test_missing_recordings_are_said_with_what_was_repaired(face: Face) -> None:
    """Counted by kind; calls go on."""
    gone = RecordingId("019abc00-0000-7000-8000-000000000000")
    swept = Swept(differences=Differences(missing=(gone,)), set_aside=2)
    face.vitals.now = replace(face.vitals.now, swept=swept, recordings_repaired=3)

    _, health = await face.call("GET /api/health")

    sign = next(sign for sign in health["signs"] if sign["name"] == "recordings")
    assert (health["well"], sign["well"]) == (True, False)
    assert sign["en"].startswith("recordings: 1 missing, 0 without key, 0 altered, 0 not taken in, 2 files set aside")
    assert sign["en"].endswith("3 repaired")


async def test_a_dead_trunk_is_said_with_its_name(face: Face) -> None:
    """One that does not answer, one that refuses us; the house itself is well, it cannot help it."""
    trunks = (
        TrunkSight(name="telecom", reachable=True, registered=None),
        TrunkSight(name="provider", reachable=True, registered=False),
        TrunkSight(name="carrier", reachable=False, registered=None),
    )
    face.vitals.now = replace(face.vitals.now, trunks=trunks, banned=3)

    _, health = await face.call("GET /api/health")

    (sign,) = (sign for sign in health["signs"] if sign["name"] == "trunks")
    assert (health["well"], sign["well"]) == (True, False)
    assert sign["en"] == "telecom answers; provider refuses our registration; carrier does not answer"
    assert any(sign["en"].startswith("3 addresses are banned") for sign in health["signs"])
