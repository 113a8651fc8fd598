"""Cascades followed to their end, by hand and against the power flow of one state at a time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.physics.carried_most import may_trip, most_w
from twin.physics.cascade import aftermath, carried_w, powered
from twin.physics.overload import step_rate_per_s, steps
from twin.physics.power_system import PowerSystem

INF = np.inf


def system(
    supplies: list[tuple[int, ...]],
    load_w: list[float],
    rating_w: list[float],
    generator: tuple[int, ...] = (),
    priority: tuple[int, ...] = (),
    ups: tuple[int, ...] = (),
    bypass: tuple[list[float], list[float]] = ([1.0, 1.25], [600.0, 60.0]),
) -> PowerSystem:
    """Lossless devices that trip above 1.05 of their rating; nodes without supplies are sources."""
    size = len(supplies)
    zeros = np.zeros(size)
    place = np.arange(size)
    source = np.array([not fed for fed in supplies])
    return PowerSystem(
        supplies=tuple(supplies),
        priority=np.isin(place, priority),
        utility=source & ~np.isin(place, generator),
        generator=np.isin(place, generator),
        load_w=np.array(load_w),
        rating_w=np.array(rating_w),
        loss=(zeros, zeros, zeros),
        trip_rating_w=np.array(rating_w),
        trip_pickup_frac=np.full(size, 1.05),
        trip_constant_s=np.full(size, 60.0),
        trip_instantaneous_frac=np.full(size, 10.0),
        minimum_w=zeros,
        stepped=np.flatnonzero(np.isin(place, ups)),
        inverter=steps([([1.05, 1.25, 1.5], [60.0, 30.0, 0.0])] * len(ups)),
        bypass=steps([bypass] * len(ups)),
        has_bypass=np.full(len(ups), bool(bypass[0])),
        bypass_loss=(np.zeros(len(ups)), np.zeros(len(ups))),
    )


def ring() -> PowerSystem:
    """A utility, three UPS of 500, three loads of 380 on two of them each."""
    fed = [(), (0,), (0,), (0,), (1, 2), (2, 3), (1, 3)]
    return system(fed, [0, 0, 0, 0, 380, 380, 380], [INF, 500, 500, 500, INF, INF, INF])


def lost(size: int, *cases: tuple[int, ...]) -> np.ndarray:
    failed = np.zeros((size, len(cases)), dtype=bool)
    for case, nodes in enumerate(cases):
        failed[list(nodes), case] = True
    return failed


def test_three_overlapping_pairs_go_one_after_another() -> None:
    after = aftermath(ring(), lost(7, (), (1,)))
    assert after.live[:, 0].all()
    assert after.output_w[1:4, 0] == pytest.approx([380, 380, 380])
    assert after.tripped[:, 1].tolist() == [False, False, True, True, False, False, False]
    assert not after.live[4:, 1].any()


def test_states_do_not_depend_on_their_neighbours() -> None:
    cases = [(), (1,), (2, 3), (0,), (3,)]
    together = aftermath(ring(), lost(7, *cases))
    for column, case in enumerate(cases):
        alone = aftermath(ring(), lost(7, case))
        assert np.array_equal(alone.live[:, 0], together.live[:, column])
        assert np.array_equal(alone.output_w[:, 0], together.output_w[:, column])


def test_the_heavier_overload_trips_first_and_may_spare_the_other() -> None:
    """Two modules of 100 and 90 share 210; the smaller goes, then the larger cannot bear it all."""
    pair = system([(), (0,), (0,), (1, 2)], [0, 0, 0, 210], [INF, 100, 90, INF])
    assert aftermath(pair, lost(4, ())).tripped[:, 0].tolist() == [False, True, True, False]
    wide = system([(), (0,), (0,), (1, 2)], [0, 0, 0, 210], [INF, 300, 90, INF])
    after = aftermath(wide, lost(4, ()))
    assert after.tripped[:, 0].tolist() == [False, False, True, False]
    assert after.live[3, 0]
    assert after.output_w[1, 0] == pytest.approx(210)


def test_a_generator_runs_only_where_its_own_board_is_dead() -> None:
    """Utility and generator on a board, a panel below it; a second panel on the utility alone."""
    fed = [(), (), (0, 1), (2,), (0,), (3, 4)]
    plant = system(fed, [0, 0, 0, 0, 0, 50], [INF] * 6, generator=(1,), priority=(2,))
    live = powered(plant, ~lost(6, (), (3,), (0,), (2,)))
    assert live[1].tolist() == [False, False, True, False]
    assert live[5].tolist() == [True, True, True, True]
    carried = carried_w(plant, live)
    assert carried[1].tolist() == [0, 0, 50, 0]


def test_the_bound_counts_each_load_once() -> None:
    assert most_w(ring())[:4].tolist() == [1140, 760, 760, 760]
    assert may_trip(ring()).tolist() == [False, True, True, True, False, False, False]


@pytest.mark.parametrize("seed", range(10))
def test_no_state_carries_more_than_the_bound(seed: int) -> None:
    draw = np.random.default_rng(seed)
    fed: list[tuple[int, ...]] = [(), ()]
    for node in range(2, 12):
        chosen = draw.choice(node, size=min(node, int(draw.integers(1, 4))), replace=False)
        fed.append(tuple(chosen.tolist()))
    load_w = np.where(np.arange(12) >= 8, draw.uniform(10, 50, 12), 0.0)
    rating_w = draw.uniform(20, 200, 12)
    plant = system(fed, load_w.tolist(), rating_w.tolist(), priority=(4, 6, 9))
    failed = draw.random((12, 300)) < 0.2
    failed[8:] = False
    live = powered(plant, ~failed)
    assert (carried_w(plant, live) <= most_w(plant)[:, None] * (1 + 1e-12)).all()


def test_a_step_curve_runs_at_one_over_its_time() -> None:
    curve = steps([([1.05, 1.25, 1.5], [60.0, 30.0, 0.0]), ([1.1], [600.0])])
    loads = np.array([[1.05, 1.1], [1.051, 1.2], [1.3, 9.0], [1.6, 1.0]])
    wanted = [[0, 0], [1 / 60, 1 / 600], [1 / 30, 1 / 600], [np.inf, 0]]
    assert step_rate_per_s(loads, curve).tolist() == wanted


def two_ups(bypass: tuple[list[float], list[float]]) -> PowerSystem:
    """Two UPS of 100 share 120; one lost, the other has 1.2 of its rating."""
    fed = [(), (0,), (0,), (1, 2)]
    return system(fed, [0, 0, 0, 120], [INF, 100, 100, INF], ups=(1, 2), bypass=bypass)


def test_a_bypass_that_bears_the_load_for_good_saves_it() -> None:
    after = aftermath(two_ups(([1.35, 1.7], [600.0, 0.1])), lost(4, (), (1,)))
    assert after.live[3].tolist() == [True, True]
    assert after.on_bypass.tolist() == [[False, False], [False, True]]
    assert not after.tripped.any()


def test_a_bypass_that_does_not_opens_in_the_end() -> None:
    after = aftermath(two_ups(([1.0, 1.25], [600.0, 60.0])), lost(4, (), (1,)))
    assert after.live[3].tolist() == [True, False]
    assert after.tripped[2].tolist() == [False, True]


def test_without_a_bypass_the_inverter_opens() -> None:
    after = aftermath(two_ups(([], [])), lost(4, (1,)))
    assert after.tripped[2, 0]
    assert not after.on_bypass.any()


def test_a_lost_supply_without_a_rating_counts_as_nothing_beside_another() -> None:
    """A board asks for 500 W: a utility of any size is lost, 700 W of the other are enough."""
    asks = np.array([0.0, 0.0, 0.0, 500.0, 0.0])
    fed = [(), (), (1,), (0, 2), (3,)]
    both = system(fed, [0, 0, 0, 0, 100], [INF, INF, 700, INF, INF])
    after = aftermath(replace(both, minimum_w=asks), lost(5, (0,), (0, 2)))
    assert after.live[4].tolist() == [True, False]
