"""Laws of losses, trips, batteries, collectives, fabrics and fair shares that hold for any
numbers.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from twin.physics import power
from twin.physics.network import (
    AMPERE,
    BLACKWELL,
    HOPPER,
    allgather_s,
    allreduce_s,
    alltoall_s,
    bus_bandwidth_b_s,
    bus_factor,
    clos_counts,
    maxmin,
)
from twin.physics.reliability.bdd import exact, failure_diagram
from twin.physics.reliability.contingency import down_nodes, single_failures
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates

LOADS = st.floats(0.0, 1e7)
RATINGS = st.floats(1e3, 1e7)
COEFFICIENT = st.floats(0.0, 0.1)


def loss(output: float, rating: float, a: float, b: float, c: float) -> float:
    arrays = [np.array([value]) for value in (output, rating, a, b, c)]
    return float(power.loss_w(*arrays)[0])


@given(st.floats(0, 1), RATINGS, COEFFICIENT, COEFFICIENT, COEFFICIENT, st.floats(0.1, 10.0))
def test_a_stage_twice_as_large_at_twice_the_load_loses_twice_as_much(
    share: float, rating: float, a: float, b: float, c: float, scale: float
) -> None:
    one = loss(share * rating, rating, a, b, c)
    many = loss(share * rating * scale, rating * scale, a, b, c)
    assert many == pytest.approx(scale * one, rel=1e-9, abs=1e-9)


@given(RATINGS, COEFFICIENT, st.floats(1e-4, 0.1))
def test_efficiency_is_best_where_the_square_loss_equals_the_idle_loss(
    rating: float, a: float, c: float
) -> None:
    assume(1e-5 < a < c)
    best = math.sqrt(a / c)

    def share(x: float) -> float:
        return loss(x * rating, rating, a, 0.0, c) / (x * rating)

    assert share(best) <= share(best * 0.9) + 1e-12
    assert share(best) <= share(min(1.0, best * 1.1)) + 1e-12


@given(LOADS, LOADS, st.floats(0.0, 1e4), st.floats(0.5, 1.0))
def test_a_converter_is_a_straight_line(
    one: float, other: float, constant: float, efficiency: float
) -> None:
    middle = power.converter_input_w((one + other) / 2, constant, efficiency)
    ends = (
        power.converter_input_w(one, constant, efficiency)
        + power.converter_input_w(other, constant, efficiency)
    ) / 2
    assert middle == pytest.approx(float(ends), rel=1e-12)
    assert middle >= (one + other) / 2


@given(st.floats(1.0, 1e10), st.floats(1.0, 1e7), st.floats(0.5, 1.0), st.floats(1.01, 10.0))
def test_a_battery_lasts_in_inverse_proportion_to_its_load(
    energy: float, load: float, efficiency: float, scale: float
) -> None:
    one = float(power.battery_time_s(energy, load, efficiency))
    assert float(power.battery_time_s(energy, load * scale, efficiency)) == pytest.approx(
        one / scale, rel=1e-9
    )
    assert float(power.battery_time_s(energy * scale, load, efficiency)) == pytest.approx(
        one * scale, rel=1e-9
    )
    assert one * load <= energy * (1 + 1e-12)


def trip_rate(load: float, pickup: float, constant: float, instant: float) -> float:
    arrays = [np.array([value]) for value in (load, pickup, constant, instant)]
    return float(power.trip_rate_per_s(*arrays)[0])


@given(st.floats(0, 20), st.floats(1.0, 1.3), st.floats(1.0, 300.0), st.floats(5.0, 15.0))
def test_a_trip_runs_only_above_its_pick_up_and_at_once_above_the_band(
    load: float, pickup: float, constant: float, instant: float
) -> None:
    rate = trip_rate(load, pickup, constant, instant)
    assert (rate == 0) == (load <= pickup) or load == pytest.approx(pickup)
    assert math.isinf(rate) == (load >= instant) or load == pytest.approx(instant)
    if pickup < load < instant and load > 1 + 1e-6:  # nearer to 1 the difference is rounding
        assert 1 / rate == pytest.approx(constant / (load**2 - 1), rel=1e-9)


SIZES = st.floats(1e3, 1e11)
RANKS = st.sampled_from([8, 16, 64, 512])
LIBRARIES = st.sampled_from([AMPERE, HOPPER, BLACKWELL])
COLLECTIVES = {"all_reduce": allreduce_s, "all_gather": allgather_s, "alltoall": alltoall_s}
NAMES = st.sampled_from(sorted(COLLECTIVES))


@given(NAMES, SIZES, RANKS, LIBRARIES)
def test_no_collective_beats_the_wire(name: str, size: float, ranks: int, library: object) -> None:
    took = COLLECTIVES[name](size, ranks, 8, 450e9, 50e9, library)
    assert took > 0
    if ranks > 8 and name != "alltoall":
        between = (ranks / 8 - 1) / (ranks / 8) * size / 8 / 50e9
        assert took >= between * (1 - 1e-9)


@given(NAMES, SIZES, RANKS, st.floats(1.0, 10.0), LIBRARIES)
def test_more_bytes_never_take_less_and_never_more_than_in_parts(
    name: str, size: float, ranks: int, more: float, library: object
) -> None:
    one = COLLECTIVES[name](size, ranks, 8, 450e9, 50e9, library)
    many = COLLECTIVES[name](size * more, ranks, 8, 450e9, 50e9, library)
    assert one <= many * (1 + 1e-12)
    assert many <= math.ceil(more) * one * (1 + 1e-9)


@given(NAMES, SIZES, RANKS)
def test_an_all_gather_is_at_most_an_all_reduce(name: str, size: float, ranks: int) -> None:
    gather = allgather_s(size, ranks, 8, 450e9, 50e9, AMPERE)
    reduce = allreduce_s(size, ranks, 8, 450e9, 50e9, AMPERE)
    assert gather <= reduce * (1 + 1e-12), name


@given(SIZES, st.integers(2, 4096), st.floats(1e-6, 1e3))
def test_bus_bandwidth_is_bytes_over_time(size: float, ranks: int, time_s: float) -> None:
    for name in ("all_reduce", "all_gather", "reduce_scatter", "alltoall", "broadcast"):
        rate = bus_bandwidth_b_s(name, size, ranks, time_s)
        assert rate * time_s == pytest.approx(bus_factor(name, ranks) * size, rel=1e-12)
        assert 0 < bus_factor(name, ranks) <= 2


PORTS = st.sampled_from([32, 64, 128, 144])


@given(st.integers(1, 16), st.integers(1, 24), st.sampled_from([1, 2, 4, 8]), PORTS)
def test_every_cable_has_two_ends(nodes: int, units: int, rails: int, ports: int) -> None:
    found = clos_counts(nodes, units, rails, 1, ports)
    assert found.cables_node_leaf == nodes * units * rails
    assert found.cables_leaf_spine <= found.leaf * ports // 2
    assert found.cables_leaf_spine <= found.spine * ports
    assert found.leaf >= rails or units == 0
    if found.tiers >= 2:
        assert found.cables_leaf_spine >= found.cables_node_leaf, "no tier is oversubscribed"


@st.composite
def routes(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Links with capacities, and flows over a few of them each."""
    links = draw(st.integers(1, 8))
    capacity = np.array(draw(st.lists(st.floats(0.5, 10.0), min_size=links, max_size=links)))
    flows = draw(
        st.lists(
            st.lists(st.integers(0, links - 1), min_size=1, max_size=4, unique=True),
            min_size=1,
            max_size=10,
        )
    )
    ptr = np.cumsum([0, *map(len, flows)])
    return capacity, ptr, np.concatenate([np.array(flow) for flow in flows])


@given(routes())
def test_fair_shares_overfill_no_link_and_each_flow_meets_a_full_one(
    drawn: tuple[np.ndarray, ...],
) -> None:
    capacity, ptr, idx = drawn
    rate = maxmin(capacity, ptr, idx)
    load = np.bincount(idx, np.repeat(rate, np.diff(ptr)), len(capacity))
    assert (load <= capacity * (1 + 1e-9)).all()
    full = load >= capacity * (1 - 1e-9)
    for flow in range(len(rate)):
        assert full[idx[ptr[flow] : ptr[flow + 1]]].any()


@given(routes(), st.floats(0.1, 100.0))
def test_fair_shares_scale_with_the_capacities(drawn: tuple[np.ndarray, ...], scale: float) -> None:
    capacity, ptr, idx = drawn
    assert maxmin(capacity * scale, ptr, idx) == pytest.approx(
        scale * maxmin(capacity, ptr, idx), rel=1e-9
    )


@given(routes(), st.integers(0, 7), st.floats(1.1, 5.0))
def test_a_wider_link_makes_the_poorest_no_poorer(
    drawn: tuple[np.ndarray, ...], which: int, more: float
) -> None:
    capacity, ptr, idx = drawn
    wider = capacity.copy()
    wider[which % len(capacity)] *= more
    assert maxmin(wider, ptr, idx).min() >= maxmin(capacity, ptr, idx).min() * (1 - 1e-9)


HOURS = st.floats(100.0, 1e6)
REPAIR = st.floats(0.1, 100.0)


def parts(mtbf: list[float], mttr: list[float]) -> list[Node]:
    return [
        Node(f"p{i}", Rule.SOURCE, mtbf_h=a, mttr_h=b)
        for i, (a, b) in enumerate(zip(mtbf, mttr, strict=True))
    ]


def unavailability(gates: Gates) -> float:
    return float(exact(gates, failure_diagram(gates)).unavailability)


@st.composite
def systems(draw: st.DrawFn) -> tuple[list[Node], list[float]]:
    count = draw(st.integers(1, 5))
    mtbf = draw(st.lists(HOURS, min_size=count, max_size=count))
    mttr = draw(st.lists(REPAIR, min_size=count, max_size=count))
    return parts(mtbf, mttr), [b / (a + b) for a, b in zip(mtbf, mttr, strict=True)]


@given(systems())
def test_in_series_availabilities_multiply_and_in_parallel_unavailabilities(
    drawn: tuple[list[Node], list[float]],
) -> None:
    nodes, q = drawn
    names = tuple(node.name for node in nodes)
    series = unavailability(compile_gates([*nodes, Node("load", Rule.AND, names, racks=1)]))
    parallel = unavailability(compile_gates([*nodes, Node("load", Rule.OR, names, racks=1)]))
    assert 1 - series == pytest.approx(math.prod(1 - each for each in q), rel=1e-9)
    assert parallel == pytest.approx(math.prod(q), rel=1e-9)
    assert parallel <= series * (1 + 1e-12)


@given(systems(), st.data())
def test_needing_more_of_the_same_parts_is_never_more_available(
    drawn: tuple[list[Node], list[float]], data: st.DataObject
) -> None:
    nodes, _ = drawn
    names = tuple(node.name for node in nodes)
    k = data.draw(st.integers(1, len(names)))
    found = [
        unavailability(compile_gates([*nodes, Node("load", Rule.KOFN, names, k=need, racks=1)]))
        for need in range(1, k + 1)
    ]
    assert found == sorted(found)


@given(systems())
def test_single_failures_of_a_chain_are_all_its_parts_and_of_a_pair_none(
    drawn: tuple[list[Node], list[float]],
) -> None:
    nodes, _ = drawn
    names = tuple(node.name for node in nodes)
    chain = compile_gates([*nodes, Node("load", Rule.AND, names, racks=1)])
    assert len(single_failures(chain).lost) == len(nodes)
    pair = compile_gates([*nodes, Node("load", Rule.OR, names, racks=1)])
    assert len(single_failures(pair).lost) == (1 if len(nodes) == 1 else 0)
    everything = down_nodes(pair, [[pair.index[name] for name in names]])
    assert bool(everything[pair.index["load"], 0])


@given(systems(), st.floats(1.1, 20.0))
def test_better_parts_never_make_a_worse_system(
    drawn: tuple[list[Node], list[float]], scale: float
) -> None:
    nodes, _ = drawn
    names = tuple(node.name for node in nodes)
    better = parts([node.mtbf_h * scale for node in nodes], [node.mttr_h for node in nodes])
    for rule in (Rule.AND, Rule.OR):
        load = Node("load", rule, names, racks=1)
        assert unavailability(compile_gates([*better, load])) <= unavailability(
            compile_gates([*nodes, load])
        )
