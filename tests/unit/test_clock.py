"""The clock: who acts first at one instant, instants that stay equal, and a queue that is data."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import astuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.simulation.kernel.clock import Clock, Due
from twin.simulation.kernel.order import Stage

Call = tuple[float, str, tuple[object, ...]]


def noting(*actions: str) -> tuple[Clock, list[Call]]:
    """A clock whose actions write down when they were called, and for whom."""
    clock = Clock()
    seen: list[Call] = []

    def note(action: str) -> Callable[..., None]:
        return lambda *who: seen.append((clock.now_s, action, who))

    for action in actions:
        clock.can(action, note(action))
    return clock, seen


def test_at_equal_instants_stages_act_in_their_order_whatever_was_asked_first() -> None:
    clock, seen = noting("act")
    for stage in reversed(Stage):
        clock.wait(stage, 5.0, "act", int(stage))
    clock.fire(5.0)
    assert [who for _, _, who in seen] == [(int(stage),) for stage in Stage]


def test_at_one_stage_of_one_instant_who_asked_first_acts_first() -> None:
    clock, seen = noting("act")
    for n in range(5):
        clock.wait(Stage.JOBS, 5.0, "act", n)
    clock.fire(5.0)
    assert [who for _, _, who in seen] == [(n,) for n in range(5)]


def test_what_acts_at_an_instant_may_let_a_later_stage_act_at_the_same_instant() -> None:
    clock, seen = noting("power", "controls")

    def fault() -> None:
        seen.append((clock.now_s, "fault", ()))
        clock.wait(Stage.POWER, 0.0, "power")

    clock.can("fault", fault)
    clock.wait(Stage.FAULTS, 5.0, "fault")
    clock.wait(Stage.CONTROLS, 5.0, "controls")
    clock.fire(5.0)
    assert [action for _, action, _ in seen] == ["fault", "power", "controls"]


def test_an_action_gets_what_was_said_when_it_was_asked_for() -> None:
    clock, seen = noting("act")
    clock.wait(Stage.FAULTS, 2.0, "act", "cdu_1", 3, 0.5)
    clock.fire(2.0)
    assert seen == [(2.0, "act", ("cdu_1", 3, 0.5))]


def test_repeats_never_drift_from_the_multiples_of_their_step() -> None:
    clock, seen = noting("scan")
    clock.repeat(Stage.PLANT, 0.1, 1000.0, "scan")
    clock.fire(1000.0)
    assert len(seen) == 10_000
    moments = [moment for moment, _, _ in seen]
    np.testing.assert_allclose(moments, 0.1 * np.arange(1, 10_001), rtol=1e-15)


def test_two_rhythms_with_a_common_multiple_meet_there_in_stage_order() -> None:
    clock, seen = noting("controls", "plant")
    clock.repeat(Stage.CONTROLS, 0.3, 30.0, "controls")
    clock.repeat(Stage.PLANT, 0.1, 30.0, "plant")
    clock.fire(31.0)
    assert len(seen) == 400
    last = [action for moment, action, _ in seen if abs(moment - 30.0) < 1e-9]
    assert last == ["plant", "controls"]


@pytest.mark.parametrize(("end_s", "count"), [(0.9, 0), (1.0, 1), (3.0, 3), (3.5, 3)])
def test_repeats_end_with_the_horizon_and_keep_an_end_that_is_a_multiple(
    end_s: float, count: int
) -> None:
    clock, seen = noting("scan")
    clock.repeat(Stage.PLANT, 1.0, end_s, "scan")
    clock.fire(10.0)
    assert len(seen) == count


def test_repeats_hand_over_for_whom_they_are_and_the_number_of_the_step() -> None:
    clock, seen = noting("window")
    clock.repeat(Stage.PLANT, 2.0, 6.0, "window", "chat")
    clock.fire(6.0)
    assert seen == [(2.0 * n, "window", ("chat", n)) for n in (1, 2, 3)]


def test_fire_goes_to_an_instant_at_which_nothing_waits() -> None:
    clock, seen = noting("act")
    clock.wait(Stage.PLANT, 7.0, "act")
    clock.fire(0.0)
    clock.fire(3.0)
    assert clock.now_s == 3.0
    assert not seen
    assert clock.peek_s() == 7.0
    clock.fire(7.0)
    assert [moment for moment, _, _ in seen] == [7.0]
    assert clock.peek_s() == np.inf


def test_what_waits_is_data_and_stands_in_the_order_in_which_it_will_fire() -> None:
    clock, _ = noting("b", "a")
    clock.wait(Stage.CONTROLS, 5.0, "b", "x")
    clock.wait(Stage.FAULTS, 5.0, "a")
    clock.wait(Stage.CONTROLS, 1.0, "b", 2)
    clock.repeat(Stage.PLANT, 3.0, 9.0, "a")
    waiting = clock.pending()
    assert [(due.time_s, due.stage) for due in waiting] == [
        (1.0, Stage.CONTROLS),
        (3.0, Stage.PLANT),
        (5.0, Stage.FAULTS),
        (5.0, Stage.CONTROLS),
    ]
    assert json.loads(json.dumps([astuple(due) for due in waiting]))[0] == [1.0, 17, "b", [2]]


def test_what_is_not_wanted_any_more_is_dropped_and_the_rest_fires_as_before() -> None:
    clock, seen = noting("keep", "drop")
    for n in range(6):
        clock.wait(Stage.JOBS, 5.0, "drop" if n % 2 else "keep", n)
    clock.cancel(lambda due: due.action == "drop")
    clock.fire(10.0)
    assert seen == [(5.0, "keep", (n,)) for n in (0, 2, 4)]


WAITS = st.lists(
    st.tuples(
        st.sampled_from(list(Stage)),
        st.sampled_from([0.0, 0.1, 1 / 3, 1.0, 2.0, 1e6, 1e6 + 0.1]),
        st.sampled_from(["a", "b"]),
    ),
    max_size=30,
)


@given(WAITS, st.sampled_from([0.05, 0.1, 1.0, 1.5, 1e6]))
def test_a_queue_taken_out_and_put_back_fires_the_same_at_the_same_instants(
    waits: list[tuple[Stage, float, str]], now_s: float
) -> None:
    """Taken out at any instant, put into another clock: same moments, same order, same words."""

    def asked() -> tuple[Clock, list[Call]]:
        clock, seen = noting("a", "b")
        clock.repeat(Stage.PLANT, 0.3, 30.0, "a")
        for n, (stage, delay_s, action) in enumerate(waits):
            clock.wait(stage, delay_s, action, n)
        return clock, seen

    whole, all_ = asked()
    whole.fire(2e6)
    first, before = asked()
    first.fire(now_s)
    again, after = noting("a", "b")
    again.put_back(first.now_s, [Due(*astuple(due)) for due in first.pending()])
    assert again.now_s == first.now_s
    assert again.pending() == first.pending()
    again.fire(2e6)
    assert before + after == all_
