"""What `bench.load` takes for a loss."""

import numpy as np

from bench.load_sound import _LINEAR, PACKET, PACKETS, decoded, listen


def test_a_leg_in_which_all_was_said_misses_nothing() -> None:
    """Beginning anywhere in the second, and with silence before it."""
    leg = np.concatenate((np.zeros(77, "<i2"), np.tile(_LINEAR, 3)[PACKET * 7 :]))

    heard = listen(leg)

    assert (heard.packets, heard.missing) == (3 * PACKETS - 7, 0)
    assert heard.lasts(2.9)
    assert not heard.lasts(5)


def test_a_packet_that_is_missing_or_torn_is_a_loss() -> None:
    """Cut out, or silent for a moment."""
    leg = np.tile(_LINEAR, 2)
    torn = leg.copy()
    torn[PACKET * 60 + 5] = 0

    assert listen(np.concatenate((leg[: PACKET * 20], leg[PACKET * 22 :]))).missing == 2
    assert listen(torn).missing == 1


def test_a_law_is_read_as_the_standard_says() -> None:
    """G.711: the quietest and the loudest of both signs."""
    assert [decoded(byte) for byte in (0xD5, 0x55, 0xAA, 0x2A)] == [8, -8, 32256, -32256]
