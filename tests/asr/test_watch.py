"""Who is silent: judged by counts that stand still, on one clock."""

from asr.watch import Pulse, Watch


def test_worker_that_shows_itself_keeps_its_job():
    """However long the job takes."""
    watch = Watch(silence_s=20)

    assert [watch.silent([Pulse(1, 1, beats=n)], now_s=19.0 * n) for n in range(10)] == [[]] * 10


def test_worker_that_is_silent_loses_its_job_after_the_time():
    """Not before; the time begins when we first see the count."""
    watch, seen = Watch(silence_s=20), Pulse(1, 1, beats=3)

    assert watch.silent([], now_s=50.0) == []
    assert watch.silent([seen], now_s=100.0) == []
    assert watch.silent([seen], now_s=110.0) == []
    assert watch.silent([seen], now_s=119.9) == []
    assert watch.silent([seen], now_s=120.0) == [seen]


def test_another_attempt_is_another_worker():
    """Its time begins anew, and what is finished is forgotten."""
    watch = Watch(silence_s=20)
    watch.silent([Pulse(1, 1, beats=0), Pulse(2, 1, beats=0)], now_s=0.0)

    watch.silent([Pulse(1, 1, beats=0), Pulse(2, 1, beats=0)], now_s=10.0)

    assert watch.silent([Pulse(1, 2, beats=0)], now_s=20.0) == []
    assert watch.silent([Pulse(1, 2, beats=0), Pulse(2, 1, beats=0)], now_s=30.0) == []


def test_who_has_not_looked_has_seen_nothing():
    """After an hour without the database nobody is taken for dead who shows himself at once."""
    watch, seen = Watch(silence_s=20), Pulse(1, 1, beats=3)
    watch.silent([seen], now_s=0.0)

    assert watch.silent([seen], now_s=3600.0) == []
    assert watch.silent([seen._replace(beats=4)], now_s=3612.0) == []
    assert watch.silent([seen._replace(beats=4)], now_s=3622.0) == []
