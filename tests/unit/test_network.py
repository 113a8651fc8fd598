from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.network import (
    AMPERE,
    HOPPER,
    allgather_s,
    allreduce_s,
    alltoall_s,
    bus_bandwidth_b_s,
    bus_factor,
    clos_counts,
    maxmin,
)

NVLINK = 450e9
NIC = 50e9


def test_units_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="down-ports"):
        clos_counts(33, 1, 8, 1, 64)
    with pytest.raises(ValueError, match="even number"):
        clos_counts(4, 1, 2, 1, 9)
    with pytest.raises(ValueError, match="outgrow"):
        clos_counts(32, 257, 8, 1, 64)
    with pytest.raises(ValueError, match="at least 1"):
        clos_counts(32, 0, 8, 1, 64)
    assert clos_counts(32, 256, 8, 1, 64).pods == 64


@given(
    st.integers(1, 60),
    st.sampled_from([4, 8]),
    st.sampled_from([1, 2]),
    st.sampled_from([64, 128, 144]),
)
def test_no_switch_has_more_cables_than_ports(units, rails, planes, ports):
    counts = clos_counts(ports // 2, units, rails, planes, ports)
    links = counts.cables_leaf_spine * planes
    assert links == counts.leaf * counts.uplinks_per_leaf
    if counts.tiers == 2:
        assert links <= counts.spine * ports
        assert counts.uplinks_per_leaf % (counts.spine // planes) == 0
    else:
        assert links == counts.spine * ports // 2
        assert counts.cables_spine_core * planes <= counts.core * ports


def random_flows(seed: int, flows: int = 60, links: int = 25):
    rng = np.random.default_rng(seed)
    routes = [rng.choice(links, rng.integers(1, 5), replace=False) for _ in range(flows)]
    ptr = np.concatenate([[0], np.cumsum([len(route) for route in routes])])
    return rng.choice([0.5, 1.0, 2.0], links), ptr, np.concatenate(routes), rng


def one_bottleneck_at_a_time(capacity, ptr, idx, weight):
    rate = np.zeros(len(ptr) - 1)
    left = capacity.astype(float)
    active = np.ones(len(ptr) - 1, bool)
    owner = np.repeat(np.arange(len(rate)), np.diff(ptr))
    while active.any():
        load = np.bincount(idx, weight * active[owner], len(left))
        share = np.where(load > 1e-12, left / np.maximum(load, 1e-300), np.inf)
        worst = int(share.argmin())
        frozen = np.unique(owner[(idx == worst) & active[owner]])
        rate[frozen] = share[worst]
        taken = np.isin(owner, frozen) * weight * share[worst]
        left = np.maximum(left - np.bincount(idx, taken, len(left)), 0)
        active[frozen] = False
    return rate


@pytest.mark.parametrize("seed", range(8))
def test_batch_filling_is_the_textbook_filling(seed):
    capacity, ptr, idx, rng = random_flows(seed)
    frac = rng.uniform(0.1, 1.0, len(idx))
    np.testing.assert_allclose(
        maxmin(capacity, ptr, idx, frac),
        one_bottleneck_at_a_time(capacity, ptr, idx, frac),
        rtol=1e-12,
    )


@given(st.integers(0, 10_000))
def test_every_flow_has_a_full_link_where_nobody_is_faster(seed):
    capacity, ptr, idx, _ = random_flows(seed)
    rate = maxmin(capacity, ptr, idx)
    owner = np.repeat(np.arange(len(rate)), np.diff(ptr))
    used = np.bincount(idx, rate[owner], len(capacity))
    assert np.all(used <= capacity * (1 + 1e-9))
    fastest = np.zeros(len(capacity))
    np.maximum.at(fastest, idx, rate[owner])
    bottleneck = (used[idx] >= capacity[idx] * (1 - 1e-9)) & (
        rate[owner] >= fastest[idx] * (1 - 1e-9)
    )
    assert np.all(np.bincount(owner, bottleneck, len(rate)) >= 1)


def test_a_class_of_two_is_two_flows_and_capacity_scales():
    capacity, ptr, idx, _ = random_flows(3)
    count = np.ones(len(ptr) - 1)
    count[0] = 2
    twice = np.concatenate([idx[: ptr[1]], idx])
    split = maxmin(capacity, np.concatenate([[0], ptr + ptr[1]]), twice)
    np.testing.assert_allclose(maxmin(capacity, ptr, idx, count=count), split[1:], rtol=1e-12)
    np.testing.assert_allclose(
        maxmin(3 * capacity, ptr, idx), 3 * maxmin(capacity, ptr, idx), rtol=1e-12
    )


def test_empty_routes_dead_links_and_bad_arrays():
    rate = maxmin(np.array([4.0, 0.0]), np.array([0, 1, 1, 3]), np.array([0, 0, 1]))
    np.testing.assert_array_equal(rate, [4.0, np.inf, 0.0])
    assert len(maxmin(np.ones(1), np.array([0]), np.array([], int))) == 0
    for ptr, idx, capacity in (([0, 2], [0], [1.0]), ([0, 1], [1], [1.0]), ([0, 1], [0], [-1.0])):
        with pytest.raises(ValueError):
            maxmin(np.array(capacity), np.array(ptr), np.array(idx))
    with pytest.raises(ValueError, match="count"):
        maxmin(np.ones(1), np.array([0, 1]), np.array([0]), count=np.zeros(1))


@pytest.mark.parametrize("collective", [allreduce_s, allgather_s, alltoall_s])
@given(st.floats(1, 1e11), st.sampled_from([2, 4, 8, 16, 64, 1024]))
def test_a_bigger_message_or_a_slower_fabric_never_takes_less(collective, size, ranks):
    time = collective(size, ranks, 8, NVLINK, NIC)
    assert 0 < time <= collective(2 * size, ranks, 8, NVLINK, NIC)
    assert time <= collective(size, ranks, 8, NVLINK, NIC * 7 / 8)
    assert time <= collective(size, ranks, 8, NVLINK * 17 / 18, NIC)


@pytest.mark.parametrize("collective", [allreduce_s, allgather_s, alltoall_s])
def test_only_a_gang_that_spans_nodes_waits_for_the_fabric(collective):
    assert collective(1e9, 8, 8, NVLINK, 0.0) == collective(1e9, 8, 8, NVLINK, NIC)
    assert collective(1e9, 16, 8, NVLINK, 0.0) == math.inf
    assert collective(1e9, 1, 8, NVLINK, NIC) == 0.0


def test_one_gpu_a_node_needs_no_nvlink():
    time = allreduce_s(1e9, 4, 1, 0.0, NIC)
    assert time == pytest.approx(1.5e9 / (0.96 * NIC), rel=0.01)


def test_large_messages_approach_the_rates_stated():
    size = 1e13
    ring = bus_bandwidth_b_s("all_gather", size, 8, allgather_s(size, 8, 8, NVLINK, NIC))
    assert ring == pytest.approx(HOPPER.ring_frac * NVLINK, rel=1e-3)
    nvls = bus_bandwidth_b_s("all_reduce", size, 8, allreduce_s(size, 8, 8, NVLINK, NIC))
    assert nvls == pytest.approx(HOPPER.nvls_frac * NVLINK * 2 * 7 / 9, rel=1e-3)
    no_switch = bus_bandwidth_b_s(
        "all_reduce", size, 8, allreduce_s(size, 8, 8, NVLINK, NIC, AMPERE)
    )
    assert no_switch == pytest.approx(AMPERE.ring_frac * NVLINK, rel=1e-3)


def test_bus_factors():
    assert bus_factor("all_reduce", 8) == 1.75
    assert bus_factor("alltoall", 8) == bus_factor("reduce_scatter", 8) == 0.875
    assert bus_factor("broadcast", 8) == 1
    with pytest.raises(KeyError):
        bus_factor("allreduce", 8)
