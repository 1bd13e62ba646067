"""A controller that dies at one step of dialling out: `python -m tests.journeys.dies_dialling STEP`."""

import os
import sys

from acd.dial_facts import AgentDialsOut
from acd.engine import Engine
from hotline.controller import main
from telephony.ami import Ami


def die():
    """As by `kill -9`: nothing is said, nothing is closed."""
    os._exit(9)


def at_the_asking(ask):
    """The intent is on disk; the ACD is about to be asked."""

    async def asked(self, request):
        if isinstance(request, AgentDialsOut):
            die()
        await ask(self, request)

    return asked


def before_originate(action):
    """The step is taken; Asterisk is not told."""

    async def told(self, name, /, *args, **fields):
        if name == "Originate":
            die()
        return await action(self, name, *args, **fields)

    return told


def after_originate(action):
    """Asterisk has been told; nothing of it is heard any more."""

    async def told(self, name, /, *args, **fields):
        reply = await action(self, name, *args, **fields)
        if name == "Originate":
            die()
        return reply

    return told


if __name__ == "__main__":
    match sys.argv.pop(1):
        case "intended":
            Engine.ask = at_the_asking(Engine.ask)
        case "sent":
            Ami.action = before_originate(Ami.action)
        case "told":
            Ami.action = after_originate(Ami.action)
    sys.exit(main())
