"""What can go wrong between Asterisk and us, named by situation. A child exists only where someone acts differently."""

from __future__ import annotations


class TelephonyError(Exception):
    """Asterisk and we could not do what was asked."""


class AsteriskUnreachable(TelephonyError):
    """There is no AMI connection: nothing was sent. Calls in progress go on without us."""


class ConnectionLost(AsteriskUnreachable):
    """The connection ended after the action was sent: it may have been carried out. It is never sent again."""


class ActionTimedOut(TelephonyError):
    """No answer within the deadline: the action may have been carried out. It is never sent again."""


class AsteriskRefused(TelephonyError):
    """Asterisk understood and said no; the message is its own sentence. Nothing was done."""


class LoginRefused(AsteriskRefused):
    """The AMI account or its secret is wrong. Trying again by itself would help nobody."""


class PeerMisbehaved(TelephonyError):
    """What came over the line is not what Asterisk says. The connection cannot be trusted any more and is closed."""


class CallerHungUp(TelephonyError):
    """The caller is gone. Normal; callers do that. Never log it as an error."""


class PromptNotPlayed(TelephonyError):
    """Asterisk could not play a prompt although the caller is still there: most likely the file is missing."""


class UnsafeText(ValueError):
    """A key or a value could break the line it is to be written on. Nothing was written. Names the key only."""


class ActionNotListed(ValueError):
    """The project does not use this AMI action (see `telephony.rights`): a mistake in the program, nothing was sent."""
