"""The clock: who acts first at one instant, and instants that stay equal."""

from __future__ import annotations

import numpy as np

from twin.simulation.kernel.clock import Clock, Stage


def test_at_equal_instants_stages_act_in_their_order_whatever_was_asked_first() -> None:
    clock = Clock()
    seen = list[Stage]()
    for stage in reversed(Stage):
        clock.at(stage, [5.0], lambda _, s=stage: seen.append(s))  # type: ignore[misc]
    clock.fire(5.0)
    assert seen == list(Stage)


def test_what_acts_at_an_instant_may_let_a_later_stage_act_at_the_same_instant() -> None:
    clock = Clock()
    seen = list[str]()

    def first(_: int) -> None:
        seen.append("fault")
        clock.at(Stage.POWER, [clock.now_s], lambda _: seen.append("power"))

    clock.at(Stage.FAULTS, [5.0], first)
    clock.at(Stage.RECORDER, [5.0], lambda _: seen.append("recorder"))
    clock.fire(5.0)
    assert seen == ["fault", "power", "recorder"]


def test_every_never_drifts_from_the_multiples_of_its_step() -> None:
    clock = Clock()
    seen = list[float]()
    clock.every(Stage.PLANT, 0.1, 1000.0, lambda _: seen.append(clock.now_s))
    clock.fire(1000.0)
    assert len(seen) == 10_000
    np.testing.assert_allclose(seen, 0.1 * np.arange(1, 10_001), rtol=1e-15)


def test_two_rhythms_with_a_common_multiple_meet_there_in_stage_order() -> None:
    clock = Clock()
    seen = list[tuple[float, str]]()
    clock.every(Stage.RECORDER, 0.3, 30.0, lambda _: seen.append((clock.now_s, "recorder")))
    clock.every(Stage.PLANT, 0.1, 30.0, lambda _: seen.append((clock.now_s, "plant")))
    clock.fire(31.0)
    assert len(seen) == 400
    last = [who for moment, who in seen if abs(moment - 30.0) < 1e-9]
    assert last == ["plant", "recorder"]


def test_every_ends_with_the_horizon_and_keeps_an_end_that_is_a_multiple() -> None:
    for end, count in ((0.9, 0), (1.0, 1), (3.0, 3), (3.5, 3)):
        clock = Clock()
        seen = list[int]()
        clock.every(Stage.PLANT, 1.0, end, seen.append)
        clock.fire(10.0)
        assert len(seen) == count


def test_every_hands_over_the_number_of_the_step() -> None:
    clock = Clock()
    seen = list[tuple[int, float]]()
    clock.every(Stage.PLANT, 2.0, 6.0, lambda n: seen.append((n, clock.now_s)))
    clock.fire(6.0)
    assert seen == [(1, 2.0), (2, 4.0), (3, 6.0)]


def test_fire_goes_to_an_instant_at_which_nothing_waits() -> None:
    clock = Clock()
    seen = list[float]()
    clock.at(Stage.PLANT, [7.0], lambda _: seen.append(clock.now_s))
    clock.fire(0.0)
    clock.fire(3.0)
    assert clock.now_s == 3.0
    assert not seen
    assert clock.peek_s() == 7.0
    clock.fire(7.0)
    assert seen == [7.0]
    assert clock.peek_s() == np.inf


def test_one_crew_serves_those_who_wait_in_turn() -> None:
    clock = Clock()
    back = list[tuple[str, float]]()
    crews = clock.crews(1)

    def repair(name: str, took_s: float):  # type: ignore[no-untyped-def]
        with crews.request() as turn:
            yield turn
            yield clock.wait(Stage.FAULTS, took_s)
        back.append((name, clock.now_s))

    for name, took in (("a", 10.0), ("b", 5.0)):
        clock.start(repair(name, took))
    clock.fire(100.0)
    assert back == [("a", 10.0), ("b", 15.0)]
