"""Real phones on a real PBX: they register, answer or not, press keys, and their sound goes both ways."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import numpy as np
import pytest

from sandbox.diary import Kind
from sandbox.lines import Line
from sandbox.pbx import Pbx
from sandbox.phone_errors import CallEnded, NoCall, PhoneError, RegistrationRefused
from sandbox.phones import Manner, Phone
from sandbox.sound import Samples, find, pitch, rms, stretches, tone

pytestmark = pytest.mark.asyncio(loop_scope="module")
REPOSITORY = Path(__file__).resolve().parents[2]


def seat(pbx: Pbx, extension: str) -> Line:
    """The line of a seat of this PBX."""
    return Line.seat(pbx.config.sip_port, extension, f"secret-{extension}")


@asynccontextmanager
async def two_seats(pbx: Pbx, manner: Manner = Manner.RING, after_s: float = 0.0) -> AsyncIterator[tuple[Phone, Phone]]:
    """Phones 8001 and 8002; the second has this manner."""
    async with (
        Phone.start(seat(pbx, "8001")) as first,
        Phone.start(seat(pbx, "8002"), manner=manner, after_s=after_s) as second,
    ):
        yield first, second


async def logged(pbx: Pbx, words: str) -> str:
    """The line of the PBX's log that contains these words, once it is there."""
    async with asyncio.timeout(10):
        while True:
            for line in pbx.config.log.read_text(encoding="utf-8", errors="replace").splitlines():
                if words in line:
                    return line
            await asyncio.sleep(0.02)


def loudest(heard: Samples) -> tuple[float, Samples]:
    """The longest loud stretch: its length in seconds and its samples."""
    best = max((one for one in stretches(heard) if one.loud), key=lambda one: one.length_s)
    return best.length_s, heard[int(best.start_s * 8000) : int(best.end_s * 8000)]


async def test_seat_registers_and_can_be_called_until_it_unregisters(pbx: Pbx) -> None:
    """The registrar's answer is noted; without registration a call fails at once."""
    async with two_seats(pbx) as (first, second):
        assert (await second.wait_for(Kind.REGISTERED)).detail == "200 OK"

        await second.unregister()
        refused = await first.dial("8002")
        end = await refused.closed()
        await second.register()
        accepted = await first.dial("8002")
        await accepted.ringing()

        assert end.detail.startswith("503")


async def test_wrong_password_is_refused(pbx: Pbx) -> None:
    """The failure is seen, with the registrar's answer."""
    with pytest.raises(RegistrationRefused, match="401"):
        async with Phone.start(Line.seat(pbx.config.sip_port, "8001", "guessed")):
            pass


async def test_sound_flows_both_ways(pbx: Pbx) -> None:
    """What one speaks the other hears, whole and alone, and silence in between."""
    async with two_seats(pbx, Manner.ANSWER) as (first, second):
        call = await first.dial("8002")
        await call.established()
        theirs = await second.incoming()
        await call.hearing()
        await theirs.hearing()
        await first.play(tone(440, 1.0))
        await second.play(tone(900, 0.6))
        await first.hang_up()
        await theirs.closed()

        for heard, hz, length_s in ((theirs.heard(), 440, 1.0), (call.heard(), 900, 0.6)):
            lasted_s, sound = loudest(heard)
            assert lasted_s == pytest.approx(length_s, abs=0.06)
            assert pitch(sound) == pytest.approx(hz, abs=3)
            assert rms(sound) == pytest.approx(5657, rel=0.1)
            assert sum(one.length_s for one in stretches(heard) if one.loud) == pytest.approx(length_s, abs=0.1)


async def test_silence_is_sent_and_lasts_longer_than_its_file(pbx: Pbx, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call stays up, with RTP flowing, beyond the end of the silence file."""
    monkeypatch.setattr("sandbox.mouth.SILENCE_S", 1.0)
    async with Phone.start(Line.citizen(pbx.config.sip_port, "13800138000")) as citizen:
        call = await citizen.dial("12345")
        await call.established()

        with pytest.raises(TimeoutError):
            await call.closed(1.6)
        statistics = await pbx.cli("pjsip show channelstats")
        await citizen.hang_up()

    received = int(next(line for line in statistics.splitlines() if "alaw" in line).split("alaw")[1].split()[0])
    assert received > 60


async def test_keys_arrive_as_pressed(pbx: Pbx) -> None:
    """Digits, star and hash come out at the other phone, each once."""
    async with two_seats(pbx, Manner.ANSWER) as (first, second):
        await (await first.dial("8002")).established()
        theirs = await second.incoming()
        await theirs.hearing()
        await first.press("15*0#")

        assert await theirs.digits(5) == "15*0#"


async def test_feature_code_and_keys_reach_the_dialplan(pbx: Pbx) -> None:
    """*71 is dialled as it is, and Read() hears the keys; the last one may end the call."""
    async with Phone.start(seat(pbx, "8001")) as phone:
        call = await phone.dial("*71")
        await call.established()
        await phone.press("101#")
        await phone.press("2468#")
        await call.closed()

        assert "code=*71 number=101 pin=2468" in await logged(pbx, "code=")


@pytest.mark.parametrize(("manner", "status"), [(Manner.BUSY, "486"), (Manner.REFUSE, "480")])
async def test_busy_and_refusal_reach_the_caller(pbx: Pbx, manner: Manner, status: str) -> None:
    """The caller is told why."""
    async with two_seats(pbx, manner) as (first, _):
        call = await first.dial("8002")

        assert (await call.closed()).detail.startswith(status)
        with pytest.raises(CallEnded, match=status):
            await call.established()


async def test_caller_gives_up_while_it_rings(pbx: Pbx) -> None:
    """A phone that nobody answers rings until the caller hangs up, and then stops."""
    async with two_seats(pbx) as (first, second):
        call = await first.dial("8002")
        await call.ringing()
        theirs = await second.incoming()
        await first.hang_up()

        assert (await theirs.closed()).kind is Kind.CLOSED
        assert "8001" in theirs.peer
        with pytest.raises(NoCall):
            await second.answer()


async def test_either_side_hangs_up(pbx: Pbx) -> None:
    """The end reaches the other side, and the phone is free for the next call."""
    async with two_seats(pbx) as (first, second):
        for number, leaving in enumerate((first, second), 1):
            call = await first.dial("8002")
            theirs = await second.incoming()
            await second.answer()
            await leaving.hang_up()
            await call.closed()
            await theirs.closed()

            assert len(first.calls) == len(second.calls) == number


async def test_phone_answers_after_a_while(pbx: Pbx) -> None:
    """An automatic phone lets it ring as long as told; its diary says when."""
    async with two_seats(pbx, Manner.ANSWER, after_s=0.4) as (first, second):
        await (await first.dial("8002")).established()
        theirs = await second.incoming()
        answered = await theirs.established()

        rang = theirs.events[0]
        assert rang.kind is Kind.INCOMING
        assert 0.39 < answered.monotonic_s - rang.monotonic_s < 1.0
        assert answered.at.tzinfo is not None


async def test_second_caller_hears_busy(pbx: Pbx) -> None:
    """A phone has one line."""
    async with two_seats(pbx, Manner.ANSWER) as (first, second), Phone.start(seat(pbx, "8003")) as third:
        await (await first.dial("8002")).established()
        call = await third.dial("8002")

        assert (await call.closed()).detail.startswith("486")
        assert len(second.calls) == 1


async def test_dead_and_frozen_phones_never_ring(pbx: Pbx) -> None:
    """A killed phone tells who waits that it is gone; a frozen one rings only when it thaws."""
    async with two_seats(pbx) as (first, second), Phone.start(seat(pbx, "8003")) as third:
        await second.program.kill()
        await second.wait_for(Kind.GONE)
        third.program.freeze()
        for number in ("8002", "8003"):
            call = await first.dial(number)
            with pytest.raises(TimeoutError):
                await call.ringing(0.5)
            if number == "8003":
                third.program.thaw()
                await call.ringing()
            await first.hang_up()


async def test_citizens_number_is_shown_or_hidden(pbx: Pbx) -> None:
    """The PBX sees the number in `From`, or an anonymous caller."""
    port = pbx.config.sip_port
    for line, shown in (
        (Line.citizen(port, "13912345678"), "number=13912345678"),
        (Line.hidden(port), "number=anonymous"),
    ):
        async with Phone.start(line) as citizen:
            await (await citizen.dial("12345")).established()

            assert await logged(pbx, shown)


async def test_account_holds_no_special_characters() -> None:
    """A user or password cannot add settings to the phone's account."""
    for user, password in (("80>;x=1", "secret"), ("8001", "se;regint=0"), ("8001", "a\nb")):
        with pytest.raises(PhoneError):
            Line.seat(5060, user, password)


async def test_play_ends_when_the_call_ends(pbx: Pbx) -> None:
    """Who speaks into a call that ends is told so at once."""
    async with two_seats(pbx, Manner.ANSWER) as (first, second), asyncio.TaskGroup() as group:
        await (await first.dial("8002")).established()
        theirs = await second.incoming()
        await theirs.established()
        speaking = group.create_task(_speak_until_cut(first))
        await second.hang_up()

        assert await asyncio.wait_for(speaking, 5)


async def _speak_until_cut(phone: Phone) -> bool:
    try:
        await phone.play(tone(440, 30.0))
    except CallEnded:
        return True
    return False


async def test_ten_phones_at_once(pbx: Pbx) -> None:
    """Five calls between ten phones, each with its own pitch: nobody hears another's."""
    async with AsyncExitStack() as stack:
        phones = [
            await stack.enter_async_context(Phone.start(seat(pbx, f"{8001 + number}"), manner=Manner.ANSWER))
            for number in range(10)
        ]
        pairs = list(zip(phones[:5], phones[5:], strict=True))
        async with asyncio.TaskGroup() as group:
            for number, (caller, called) in enumerate(pairs):
                group.create_task(_whistle(caller, called, 400 + 150 * number))

        for number, (_, called) in enumerate(pairs):
            lasted_s, sound = loudest(called.calls[0].heard())
            assert pitch(sound) == pytest.approx(400 + 150 * number, abs=4)
            assert lasted_s == pytest.approx(1.0, abs=0.2)


async def _whistle(caller: Phone, called: Phone, hz: float) -> None:
    call = await caller.dial(called.line.user)
    await call.established()
    theirs = await called.incoming()
    await call.hearing()
    await theirs.hearing()
    await caller.play(tone(hz, 1.0))
    await caller.hang_up()
    await theirs.closed()


async def test_no_orphan_when_the_parent_dies(pbx: Pbx) -> None:
    """The kernel ends the phone when the Python that started it is killed."""
    script = (
        "import asyncio, sys\n"
        "from sandbox.lines import Line\nfrom sandbox.phones import Phone\n"
        "async def main():\n"
        f"    async with Phone.start(Line.citizen({pbx.config.sip_port}, '1')) as phone:\n"
        "        print(phone.program.pid, flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(main())\n"
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, cwd=REPOSITORY, stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    orphan = int(await asyncio.wait_for(parent.stdout.readline(), 20))
    assert _alive(orphan)

    parent.send_signal(signal.SIGKILL)
    await parent.wait()

    async with asyncio.timeout(5):
        await _death(orphan)


async def _death(pid: int) -> None:
    while True:
        if not _alive(pid):
            return
        await asyncio.sleep(0.02)


def _alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"


async def test_music_is_recognised_by_a_clip(pbx: Pbx) -> None:
    """What the PBX plays can be told from a recording of it."""
    prompt = np.frombuffer((REPOSITORY / "cities/sample/prompts/beep.wav").read_bytes()[44:], "<i2").astype(np.int16)
    async with Phone.start(seat(pbx, "8001")) as phone:
        call = await phone.dial("*71")
        await call.established()
        with pytest.raises(TimeoutError):
            await call.closed(0.8)
        await phone.hang_up()

        assert find(prompt, call.heard()) is not None
