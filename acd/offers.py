"""Which call was offered to whom: the offer being made, the conversation it became, and all earlier ones.

Earlier offers are remembered while the call lives: attempt numbers are never used twice (recordings are named by
them), and an agent may turn out to have answered one that was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from acd.model import CallId, Count, Offer, PastOffers


class OfferBook:
    """Offers by call. A call has at most one offer open or one conversation, never both."""

    def __init__(self) -> None:
        self._open: dict[CallId, Offer] = {}
        self._talking: dict[CallId, Offer] = {}
        self._made: dict[CallId, dict[int, Offer]] = {}
        self._attempts: dict[CallId, int] = {}
        self._late: dict[CallId, Offer] = {}
        self._kept: dict[CallId, Offer] = {}
        self._asked: dict[CallId, Offer] = {}
        self._handed: dict[CallId, Offer] = {}

    @property
    def open(self) -> Mapping[CallId, Offer]:
        """Offers being made."""
        return self._open

    @property
    def talking(self) -> Mapping[CallId, Offer]:
        """Conversations."""
        return self._talking

    @property
    def kept(self) -> Mapping[CallId, Offer]:
        """First agents of transfers, and what they talked in."""
        return self._kept

    @property
    def asked(self) -> Mapping[CallId, Offer]:
        """Agents who are consulted, by the call they are asked about."""
        return self._asked

    @property
    def calls(self) -> frozenset[CallId]:
        """Every call that was ever offered and has not ended."""
        return frozenset(self._attempts)

    def attempts(self, call: CallId) -> int:
        """Return the number of the call's last offer, known to us or to the dialplan only."""
        return self._attempts.get(call, 0)

    def count_on(self, call: CallId, attempts: int) -> None:
        """The dialplan knows of so many offers: the next one gets a higher number."""
        self._attempts[call] = max(attempts, self.attempts(call))

    def made(self, call: CallId, attempt: int) -> Offer | None:
        """Return one offer, past or present."""
        return self._made.get(call, {}).get(attempt)

    def begin(self, offer: Offer) -> None:
        """Offer the call."""
        self._open[offer.call] = offer
        self.remember(offer)

    # ---- beside a call: acd.transfers

    def keep(self, talk: Offer) -> None:
        """The conversation's agent is kept while somebody else is rung."""
        self._kept[talk.call] = talk

    def release(self, call: CallId) -> Offer | None:
        """Keep nobody for the call; return who was."""
        return self._kept.pop(call, None)

    def ask(self, offer: Offer) -> None:
        """An agent is consulted."""
        self._asked[offer.call] = offer

    def drop_asked(self, call: CallId) -> Offer | None:
        """Nobody is consulted any more; return who was."""
        return self._asked.pop(call, None)

    def hand(self, offer: Offer) -> None:
        """The dialplan rings somebody who was not free as far as we know: it counts if they answer."""
        self._handed[offer.call] = offer

    def handed(self, call: CallId, attempt: int) -> Offer | None:
        """Return and forget the offer of this number that the dialplan makes by itself."""
        offer = self._handed.get(call)
        return self._handed.pop(call) if offer is not None and offer.attempt == attempt else None

    def restore_beside(self, kept: Iterable[Offer], asked: Iterable[Offer]) -> None:
        """After a restart."""
        self._kept.update((offer.call, offer) for offer in kept)
        self._asked.update((offer.call, offer) for offer in asked)

    def restore(self, offer: Offer, *, talking: bool) -> None:
        """After a restart: the offer is open, or has become a conversation."""
        (self._talking if talking else self._open)[offer.call] = offer
        self.remember(offer)

    def past(self) -> PastOffers:
        """All that is remembered beside the offers and conversations of now, in a fixed order."""
        return PastOffers(
            made=tuple(offers[attempt] for _, offers in sorted(self._made.items()) for attempt in sorted(offers)),
            counts=tuple(Count(*pair) for pair in sorted(self._attempts.items())),
            late=tuple(self._late[call] for call in sorted(self._late)),
            handed=tuple(self._handed[call] for call in sorted(self._handed)),
        )

    def restore_past(self, past: PastOffers) -> None:
        """After a restart, last."""
        for offer in past.made:
            self._made.setdefault(offer.call, {})[offer.attempt] = offer
        self._attempts.update(past.counts)
        self._late.update((offer.call, offer) for offer in past.late)
        self._handed.update((offer.call, offer) for offer in past.handed)

    def remember(self, offer: Offer) -> None:
        """The offer was made, whatever became of it."""
        call, attempt = offer.call, offer.attempt
        made = self._made.get(call)
        if made is None:
            made = self._made[call] = {}
        made[attempt] = offer
        if attempt > self._attempts.get(call, -1):
            self._attempts[call] = attempt

    def current(self, call: CallId, attempt: int) -> Offer | None:
        """Return the open offer, if it is this one."""
        offer = self._open.get(call)
        return offer if offer is not None and offer.attempt == attempt else None

    def dialled(self, offer: Offer) -> Offer:
        """The open offer took effect: whoever answered an earlier one has lost the caller to it."""
        if not offer.dialled:  # nothing else can be said of it yet
            offer = Offer(offer.call, offer.attempt, offer.agent, offer.seat, offer.queue, dialled=True)
            self._open[offer.call] = offer
            self._late.pop(offer.call, None)
        return offer

    def end_offer(self, call: CallId) -> Offer | None:
        """Close the open offer; return who answered an earlier one meanwhile, if somebody did."""
        self._open.pop(call, None)
        return self._late.pop(call, None)

    def answered(self, offer: Offer) -> None:
        """The offer became a conversation."""
        self.end_offer(offer.call)
        self._talking[offer.call] = offer

    def answered_late(self, offer: Offer) -> None:
        """An earlier offer was answered while the open one had not taken effect yet."""
        self._late[offer.call] = offer

    def forget_late(self) -> None:
        """Whoever seems to have answered late: the telephones are about to be asked."""
        self._late.clear()

    def end_talk(self, call: CallId, attempt: int | None = None) -> Offer | None:
        """Close and return the conversation, if it is this one. With `attempt`, a late answer to it is over too."""
        late = self._late.get(call)
        if late is not None and late.attempt == attempt:
            del self._late[call]
        offer = self._talking.get(call)
        if offer is None or attempt not in (None, offer.attempt):
            return None
        return self._talking.pop(call)

    def forget(self, call: CallId) -> None:
        """The call has ended."""
        for offers in (self._open, self._talking, self._late, self._kept, self._asked, self._handed):
            offers.pop(call, None)
        self._made.pop(call, None)
        self._attempts.pop(call, None)
