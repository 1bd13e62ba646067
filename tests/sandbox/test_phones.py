"""Real phones on a real PBX: they register, ring, answer or do not, hang up, and leave nothing behind."""

from __future__ import annotations

import asyncio
import signal
import sys
from pathlib import Path

import pytest

from sandbox.diary import Kind
from sandbox.lines import Line
from sandbox.pbx import Pbx
from sandbox.phone_errors import CallEnded, NoCall, PhoneError, RegistrationRefused
from sandbox.phones import Manner, Phone
from tests.sandbox.phone_scene import logged, seat, two_seats

pytestmark = pytest.mark.asyncio(loop_scope="module")
REPOSITORY = Path(__file__).resolve().parents[2]


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
