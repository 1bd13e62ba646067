"""What can go wrong with a phone, named by situation."""

from __future__ import annotations


class PhoneError(Exception):
    """A phone did not do what was asked."""


class PhoneDidNotStart(PhoneError):
    """Its program ended or said nothing until the deadline. The message holds its last words."""


class PhoneGone(PhoneError):
    """Its program has ended, so it can be told nothing more."""


class CommandRefused(PhoneError):
    """It refused a command, for example to hang up where there is no call. The message is its own."""


class RegistrationRefused(PhoneError):
    """The registrar said no. The message is its answer, for example `401 Unauthorized`."""


class NoCall(PhoneError):
    """There is no call to do this with."""


class CallEnded(PhoneError):
    """The call was over before what was waited for happened. The message is the reason, for example `486 Busy Here`.

    It is empty where baresip gives no reason; a program that has ended is named as such.
    """
