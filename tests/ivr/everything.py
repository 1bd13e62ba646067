"""A journey that has every kind of node and of way, a loop excepted."""

from __future__ import annotations

from ivr.menu import (
    CallBack,
    Digits,
    Goto,
    Join,
    Journey,
    Menu,
    Message,
    Need,
    Progress,
)

PERSON = Join("general")
ENGLISH = Join("general", frozenset({Need("english", 1)}), language="english")
EVERYTHING = Journey(
    greeting=("hello", "welcome"),
    person=PERSON,
    start="first",
    menus={
        "first": Menu(
            "first",
            {
                "1": Join("health", frozenset({Need("psychology", 2)}), 4),
                "2": Goto("message"),
                "3": Goto("call-back"),
                "4": Goto("progress"),
                "5": Goto("digits"),
                "6": Goto("say"),
                "7": Goto("choices", language="english"),
                "*": ENGLISH,
            },
            Join("general", priority=1),
            attempts=2,
            wait_s=3.0,
        ),
        "message": Message(prompt="message", otherwise=PERSON, attempts=2, wait_s=3.0, most_s=60.0),
        "call-back": CallBack(prompt="call-back", otherwise=PERSON, attempts=2, wait_s=3.0, other_number=True),
        "progress": Progress(prompt="progress", otherwise=PERSON, attempts=2, wait_s=3.0),
        "digits": Digits(
            prompt="digits", otherwise=PERSON, attempts=2, wait_s=3.0, name="meter", least=6, most=8,
            pattern="[1-9][0-9][0-9]3[0-9][2-5]",
            confirm=True, then=Join("health"),
        ),
        "say": Menu("say", {}, Goto("message"), attempts=1, wait_s=1.0),
        "choices": Menu("choices", {"1": PERSON}, PERSON, attempts=1, wait_s=2.0),
    },
    variants={"english": {"choices": "choices-en"}},
)  # fmt: skip
