"""An agent with a plain SIP phone can do everything, and hears what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from acd.errors import Refused
from acd.model import BreakReason
from acd.staff import WrongPin
from ivr.agent_codes import BREAK_REASONS, CODES, DONE, LOG_ON_ATTEMPTS, REFUSALS, WAIT_S, WRONG_PIN, Answer, serve
from tests.ivr.scene import HungUp, Phone

LOG_ON, READY, BREAK, WRAP_UP_DONE, LONGER_WRAP_UP, LOG_OFF = "*71", "*72", "*73", "*74", "*75", "*70"


@dataclass
class FakeDesk:
    """Notes what it is asked; knows agent 101 with PIN 2468, and refuses everything by `rule` if there is one."""

    rule: str = ""
    asked: list[str] = field(default_factory=list)

    async def log_on(self, agent: str, pin: SecretStr, seat: str) -> Answer:
        """Checks the PIN first, as a real desk would."""
        self.asked.append(f"log on {agent} at {seat}")
        return Answer("wrong_pin") if (agent, pin.get_secret_value()) != ("101", "2468") else Answer(self.rule)

    async def ready(self, seat: str) -> Answer:
        """Notes it."""
        return self._answer(f"ready at {seat}")

    async def take_break(self, seat: str, reason: str) -> Answer:
        """Notes it."""
        return self._answer(f"break at {seat}: {reason}")

    async def finish_wrap_up(self, seat: str) -> Answer:
        """Notes it."""
        return self._answer(f"wrap-up done at {seat}")

    async def extend_wrap_up(self, seat: str) -> Answer:
        """Notes it."""
        return self._answer(f"longer wrap-up at {seat}")

    async def log_off(self, seat: str) -> Answer:
        """Notes it."""
        return self._answer(f"log off at {seat}")

    def _answer(self, asked: str) -> Answer:
        self.asked.append(asked)
        return Answer(self.rule)


@dataclass
class Noting(FakeDesk):
    """Lets everybody log on and notes with which keys."""

    keyed: list[tuple[str, str]] = field(default_factory=list)

    async def log_on(self, agent: str, pin: SecretStr, seat: str) -> Answer:
        """Number and PIN."""
        self.keyed.append((agent, pin.get_secret_value()))
        return DONE


@pytest.mark.parametrize(
    ("code", "keyed", "asked", "heard"),
    [
        (READY, [], "ready at 8001", ["code-ready"]),
        (BREAK, ["1"], "break at 8001: rest", ["code-ask-break", "code-on-break"]),
        (BREAK, ["9", "2"], "break at 8001: meal", ["code-ask-break", "code-ask-break", "code-on-break"]),
        (BREAK, ["3"], "break at 8001: training", ["code-ask-break", "code-on-break"]),
        (BREAK, ["4"], "break at 8001: other", ["code-ask-break", "code-on-break"]),
        (WRAP_UP_DONE, [], "wrap-up done at 8001", ["code-wrap-up-done"]),
        (LONGER_WRAP_UP, [], "longer wrap-up at 8001", ["code-wrap-up-extended"]),
        (LOG_OFF, [], "log off at 8001", ["code-logged-off"]),
    ],
)
async def test_each_code_asks_the_desk_and_confirms_by_voice(
    code: str, keyed: list[str | None], asked: str, heard: list[str]
) -> None:
    """One row of the table: the code, the keys, what the desk is asked, what the agent hears."""
    phone, desk = Phone(keyed), FakeDesk()

    assert await serve(code, "8001", phone, desk) == DONE
    assert (desk.asked, phone.heard) == ([asked], heard)


async def test_logging_on_reads_the_number_back() -> None:
    """工号 101 is read 幺零幺, and the agent is told that they are on break until they say ready."""
    phone, desk = Phone(["101", "2468"]), FakeDesk()

    assert await serve(LOG_ON, "8001", phone, desk) == DONE
    assert desk.asked == ["log on 101 at 8001"]
    assert phone.heard == [
        *("code-ask-agent", "code-ask-pin"),
        *("code-logged-on", "digit-yao", "digit-0", "digit-yao"),
        "code-then-ready",
    ]


async def test_a_wrong_pin_may_be_corrected() -> None:
    """Number and PIN are asked again, since nobody says which of them was wrong."""
    phone, desk = Phone(["101", "1111", "101", "2468"]), FakeDesk()

    assert await serve(LOG_ON, "8001", phone, desk) == DONE
    assert phone.heard[:5] == ["code-ask-agent", "code-ask-pin", "refused-wrong-pin", "code-ask-agent", "code-ask-pin"]


async def test_after_too_many_wrong_pins_the_dialog_ends() -> None:
    """Three are enough; the desk is asked no further, whatever more is keyed."""
    phone, desk = Phone(["101", "1111"] * 3 + ["101", "2468"]), FakeDesk()

    assert await serve(LOG_ON, "8001", phone, desk) == Answer("too_many_attempts")
    assert len(desk.asked) == LOG_ON_ATTEMPTS == 3
    assert phone.heard[-2:] == ["code-ask-pin", "refused-too-many-attempts"]


@pytest.mark.parametrize("keyed", [["", "2468"], ["101", ""], [None, None]])
async def test_an_empty_number_or_pin_is_not_put_to_the_desk(keyed: list[str | None]) -> None:
    """Silence and a lone # count as an attempt all the same."""
    desk = FakeDesk()

    assert await serve(LOG_ON, "8001", Phone(keyed * LOG_ON_ATTEMPTS), desk) == Answer("too_many_attempts")
    assert desk.asked == []


@pytest.mark.parametrize(
    ("code", "rule", "heard"),
    [
        (LOG_ON, "seat_taken", "refused-seat-taken"),
        (LOG_ON, "agent_already_logged_on", "refused-agent-already-logged-on"),
        (LOG_ON, "unknown_seat", "refused-unknown-seat"),
        (LOG_ON, "unknown_queue", "refused-unknown-queue"),
        (LOG_ON, "too_many_attempts", "refused-too-many-attempts"),
        (LOG_ON, "locked_out", "refused-too-many-attempts"),
        (READY, "unknown_agent", "refused-unknown-agent"),
        (READY, "too_busy", "refused-too-busy"),
        (BREAK, "not_now", "refused-not-now"),
        (BREAK, "too_many_on_break", "refused-too-many-on-break"),
        (BREAK, "ordered_ready", "refused-ordered-ready"),
        (WRAP_UP_DONE, "not_now", "refused-not-now"),
        (LONGER_WRAP_UP, "not_now", "refused-not-now"),
        (LONGER_WRAP_UP, "no_more_extensions", "refused-no-more-extensions"),
        (LOG_OFF, "a_rule_of_tomorrow", "refused"),
    ],
)
async def test_each_refusal_says_which_rule(code: str, rule: str, heard: str) -> None:
    """And nothing is confirmed."""
    phone = Phone(["101", "2468"] if code == LOG_ON else ["1"])

    assert await serve(code, "8001", phone, FakeDesk(rule)) == Answer(rule)
    assert phone.heard[-1] == heard
    assert not {str(said) for dialog in CODES.values() for said in dialog.confirmed} & {*phone.heard}
    assert "code-logged-on" not in phone.heard


async def test_no_more_keys_are_taken_than_a_number_or_a_pin_can_have() -> None:
    """Eight and twelve: somebody who falls asleep on a key keeps nobody busy. Each key may take six seconds."""
    phone, desk = Phone(["1" * 20, "2" * 20]), Noting()

    await serve(LOG_ON, "8001", phone, desk)
    assert desk.keyed == [("1" * 8, "2" * 12)]
    assert WAIT_S == 6.0


async def test_without_a_reason_there_is_no_break() -> None:
    """Nothing has changed, and the agent is told so."""
    phone, desk = Phone([None, "7", "1"]), FakeDesk()

    assert await serve(BREAK, "8001", phone, desk) == Answer("no_choice")
    assert (desk.asked, phone.heard) == ([], ["code-ask-break", "code-ask-break", "code-no-choice"])


async def test_an_unknown_code_is_told_as_such() -> None:
    """A mistyped code does nothing."""
    phone, desk = Phone([]), FakeDesk()

    assert await serve("*99", "8001", phone, desk) == Answer("unknown_code")
    assert (desk.asked, phone.heard) == ([], ["code-unknown"])


async def test_hanging_up_in_the_middle_changes_nothing() -> None:
    """Number keyed, then gone: the desk was never asked."""
    desk = FakeDesk()

    with pytest.raises(HungUp):
        await serve(LOG_ON, "8001", Phone(["101"]), desk)
    assert desk.asked == []


class Broken(FakeDesk):
    """A desk that fails with a mistake of its own."""

    async def log_on(self, agent: str, pin: SecretStr, seat: str) -> Answer:
        """Says everything it was given, as a careless program would."""
        raise RuntimeError(f"cannot log on {agent=} {pin=} {seat=}")


async def test_a_pin_is_in_no_message_even_if_the_desk_breaks() -> None:
    """The PIN is handed on wrapped: who prints it prints stars."""
    with pytest.raises(RuntimeError) as broken:
        await serve(LOG_ON, "8001", Phone(["101", "2468"]), Broken())

    frames = [entry.frame.f_locals for entry in broken.traceback if Path(entry.path).name == "agent_codes.py"]
    shown = [str(value) for frame in frames for name, value in frame.items() if name != "phone"]
    assert len(frames) == 3
    assert not [text for text in (str(broken.value), *shown) if "2468" in text]


# Refusals that only the console and the API can meet: no key of a phone leads there.
NOT_AT_A_PHONE = {
    *("bad_reason", "bad_seat", "no_such_phone", "seat_exists", "seat_changed_meanwhile", "unknown_change"),
    *("number_taken", "bad_number_or_pin", "seat_open_without_agent"),
    *("not_enough_seats", "seat_not_in_queue", "lent_to_itself", "seat_of_measure", "limits_do_not_fit"),
    *("unknown_level", "nothing_to_change", "in_the_past", "ends_before_it_begins", "plans_conflict"),
    *("crisis_lane_needs_agents", "crisis_has_no_machine", "offers_no_call_back", "unknown_prompt"),
    *("unknown_skill", "seat_in_talk", "needs_an_end", "announcement_too_long", "unknown_hotline"),
    *("advertising", "crisis_lane_stays_free"),
    *("queue_still_needed", "level_in_force"),
    *("unknown_measure", "measure_is_over", "measures_changed_meanwhile", "advice_gone"),
    *("forced_meanwhile", "nothing_pending", "bad_wish"),
    *("number_refused", "number_not_listed"),  # in a talk the dialplan says so itself; calls to citizens are clicked
}


def test_every_refusal_of_the_acd_has_its_voice() -> None:
    """A new rule needs a prompt, or a word here that no phone meets it. A wrong PIN is asked for again."""
    rules = {refusal.rule for refusal in Refused.__subclasses__() if refusal.__module__.startswith("acd.")}

    assert WrongPin.rule == WRONG_PIN
    assert rules - NOT_AT_A_PHONE - {WRONG_PIN} <= REFUSALS.keys()


def test_reasons_of_a_break_are_those_that_people_choose() -> None:
    """The same words as the ACD's, in the order that the voice reads them."""
    assert list(BREAK_REASONS.values()) == [
        *(BreakReason.REST, BreakReason.MEAL, BreakReason.TRAINING, BreakReason.OTHER),
    ]


@given(
    st.sampled_from([*CODES, "*79"]), st.lists(st.one_of(st.none(), st.text("0123456789*", max_size=14)), max_size=12)
)
async def test_any_keys_end_with_an_answer_or_a_hang_up(code: str, keyed: list[str | None]) -> None:
    """Every dialog ends by itself, and every end is said."""
    phone = Phone(keyed)
    try:
        answer = await serve(code, "8001", phone, FakeDesk())
    except HungUp:
        assert len(keyed) < 2 * LOG_ON_ATTEMPTS
    else:
        said = CODES[code].confirmed[-1] if answer.accepted else REFUSALS[answer.refused_by]
        assert phone.heard[-1] == said
