"""As many legs are heard live as processors and memory bear, measured on this machine."""

from __future__ import annotations

from asr.admission import FIRST_COST, MEMORY_KEPT_BYTES, Admission, Machine

GIB = 1 << 30
MACHINE = Machine(cores=4, free_bytes=16 * GIB)


def test_before_anything_is_measured_a_large_model_is_assumed() -> None:
    """0.6 of four cores, a fifth of a core a leg."""
    assert Admission().legs_most(MACHINE, followed=0) == int(0.6 * 4 / FIRST_COST) == 11


def test_cheap_legs_make_room_for_many_and_dear_ones_for_few() -> None:
    """The first measurement replaces the guess, the following ones move it."""
    cheap, dear = Admission(), Admission()
    cheap.note_cost(cpu_s=1.0, sound_s=200.0, own_bytes=5 << 20)
    dear.note_cost(cpu_s=150.0, sound_s=200.0, own_bytes=5 << 20)

    assert cheap.legs_most(MACHINE, followed=0) == 480
    assert dear.legs_most(MACHINE, followed=0) == 3
    dear.note_cost(cpu_s=80.0, sound_s=200.0, own_bytes=5 << 20)
    assert round(dear.cost, 3) == 0.68


def test_first_leg_says_what_it_costs_before_it_has_ended() -> None:
    """Else a controller that starts in a surge would hear two talks until one of them is over; its end counts more."""
    admission = Admission()
    admission.note_first_cost(cpu_s=0.02, sound_s=1.0)
    assert admission.cost == FIRST_COST
    admission.note_first_cost(cpu_s=0.06, sound_s=3.0)
    assert admission.cost == 0.02

    admission.note_cost(cpu_s=6.0, sound_s=200.0, own_bytes=5 << 20)
    admission.note_first_cost(cpu_s=9.0, sound_s=3.0)

    assert admission.cost == 0.03


def test_sound_too_short_to_measure_changes_no_cost() -> None:
    """A wrong number of half a second."""
    admission = Admission()
    admission.note_cost(cpu_s=1.0, sound_s=0.5, own_bytes=5 << 20)

    assert admission.cost == FIRST_COST


def test_memory_bounds_the_number_whatever_the_processors() -> None:
    """The largest child measured is what each may need; half a gigabyte stays free."""
    admission = Admission()
    admission.note_cost(cpu_s=1.0, sound_s=100.0, own_bytes=400 << 20)
    admission.note_cost(cpu_s=1.0, sound_s=100.0, own_bytes=100 << 20)
    short = Machine(cores=4, free_bytes=MEMORY_KEPT_BYTES + (900 << 20))

    assert admission.legs_most(short, followed=0) == 2
    assert admission.legs_most(short, followed=3) == 5
    assert admission.legs_most(Machine(cores=4, free_bytes=0), followed=3) == 3


def test_last_places_are_kept_for_urgent_calls() -> None:
    """Two legs: one talk."""
    admission = Admission()
    room = admission.legs_most(MACHINE, followed=0)

    assert admission.admits(MACHINE, room - 3, urgent=False)
    assert not admission.admits(MACHINE, room - 2, urgent=False)
    assert admission.admits(MACHINE, room - 1, urgent=True)
    assert not admission.admits(MACHINE, room, urgent=True)


def test_nobody_is_admitted_while_a_leg_falls_behind() -> None:
    """Until it has caught up or is given up."""
    admission = Admission()
    admission.note_unread("a", 2.0)
    assert admission.admits(MACHINE, 1, urgent=False)

    admission.note_unread("a", 5.0)
    assert not admission.admits(MACHINE, 1, urgent=True)

    admission.note_unread("a", 0.3)
    assert admission.admits(MACHINE, 1, urgent=False)

    admission.note_unread("b", 60.0)
    admission.forget("b")
    assert admission.admits(MACHINE, 1, urgent=False)
