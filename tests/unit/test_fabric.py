from __future__ import annotations

import numpy as np
import pytest

from twin.errors import InputError
from twin.facility.fabric import (
    CORE,
    LEAF,
    SPINE,
    bandwidth_frac,
    group_fabric,
    links,
    no_fabric,
    rail_fabric,
    scale_up_bandwidth,
)
from twin.facility.storage import Storage


def lost(fabric, *names):
    """Which switches are up when those are down."""
    return np.array([name not in names for name in fabric.switches])


@pytest.fixture(scope="module")
def two_tier():
    return rail_fabric(128, 32, 8, 1, 64, 50e9)


@pytest.fixture(scope="module")
def three_tier():
    return rail_fabric(512, 32, 8, 1, 64, 50e9)


def test_names_and_attachments(two_tier):
    assert two_tier.switches[0] == "leaf_su1_rail1"
    assert two_tier.switches[32] == "spine_1"
    assert len(set(two_tier.switches)) == 48
    leaf = two_tier.leaf_of_node_rail
    assert leaf.shape == (128, 8)
    assert two_tier.switches[leaf[33, 2]] == "leaf_su2_rail3"
    assert np.all(np.bincount(leaf.ravel()) == 32)
    np.testing.assert_array_equal(two_tier.links_leaf_spine, [2])
    assert two_tier.node_bandwidth_b_s == 400e9


def test_the_last_unit_may_lack_nodes(two_tier):
    short = rail_fabric(100, 32, 8, 1, 64, 50e9)
    assert short.switches == two_tier.switches
    assert short.leaf_of_node_rail.shape == (100, 8)


def test_all_up_gives_all(two_tier, three_tier):
    for fabric in (two_tier, three_tier):
        assert bandwidth_frac(fabric, np.arange(128), lost(fabric)) == 1.0


def test_lost_spine_matters_only_between_leaves(two_tier):
    up = lost(two_tier, "spine_5")
    assert bandwidth_frac(two_tier, np.arange(64), up) == pytest.approx(15 / 16)
    assert bandwidth_frac(two_tier, np.arange(32), up) == 1.0


def test_lost_leaf_takes_a_rail_from_its_unit_only(two_tier):
    up = lost(two_tier, "leaf_su2_rail3")
    gang = np.arange(64)
    assert bandwidth_frac(two_tier, gang, up) == pytest.approx(7 / 8)
    assert bandwidth_frac(two_tier, gang, up, restripe=False) == 0.0
    assert bandwidth_frac(two_tier, gang[:32], up) == 1.0
    assert bandwidth_frac(two_tier, gang[40:41], up) == 1.0
    both = lost(two_tier, "leaf_su2_rail3", "leaf_su1_rail5")
    assert bandwidth_frac(two_tier, gang, both) == pytest.approx(6 / 8)


def test_cut_off(two_tier):
    no_spine = two_tier.tier != SPINE
    assert bandwidth_frac(two_tier, np.arange(64), no_spine) == 0.0
    assert bandwidth_frac(two_tier, np.arange(32), no_spine) == 1.0
    assert bandwidth_frac(two_tier, np.arange(2), two_tier.tier != LEAF) == 0.0
    assert bandwidth_frac(two_tier, np.array([7]), np.zeros(48, bool)) == 1.0


def test_pods_meet_in_the_core(three_tier):
    assert three_tier.pod_of_domain.tolist() == [0] * 4 + [1] * 4 + [2] * 4 + [3] * 4
    core = lost(three_tier, "core_1", "core_2")
    assert bandwidth_frac(three_tier, np.arange(0, 128), core) == 1.0
    assert bandwidth_frac(three_tier, np.arange(100, 200), core) == pytest.approx(62 / 64)
    spine = lost(three_tier, "spine_pod2_9")
    assert bandwidth_frac(three_tier, np.arange(0, 128), spine) == 1.0
    assert bandwidth_frac(three_tier, np.arange(100, 200), spine) == pytest.approx(31 / 32)


def test_two_planes_halve_a_rail_and_no_job_stops():
    fabric = rail_fabric(128, 64, 8, 2, 128, 100e9)
    leaf = lost(fabric, "leaf_su1_rail1_plane2")
    gang = np.arange(128)
    assert bandwidth_frac(fabric, gang, leaf) == pytest.approx(15 / 16)
    assert bandwidth_frac(fabric, gang, leaf, restripe=False) == pytest.approx(1 / 2)
    spine = lost(fabric, "spine_1_plane1")
    assert bandwidth_frac(fabric, gang, spine) == pytest.approx((7 / 8 + 1) / 2)


def test_dragonfly_group():
    frontier = group_fabric(9472, 128, 32, 4, 25e9, gpus_per_node=8)
    assert len(frontier.switches) == 74 * 32
    assert np.all(np.bincount(frontier.leaf_of_node_rail.ravel()) == 16)
    up = lost(frontier, "leaf_group1_1")
    served = np.flatnonzero((frontier.leaf_of_node_rail == 0).any(axis=1))
    assert served.tolist() == list(range(16))
    assert bandwidth_frac(frontier, np.arange(0, 32), up) == pytest.approx(3 / 4)
    assert bandwidth_frac(frontier, np.arange(16, 128), up) == 1.0
    assert bandwidth_frac(frontier, np.arange(100, 200), up) == pytest.approx(31 / 32)
    assert bandwidth_frac(frontier, np.arange(128, 256), up) == 1.0


def test_taper_holds_between_groups():
    fabric = group_fabric(256, 128, 32, 4, 25e9, taper_frac=0.5)
    assert bandwidth_frac(fabric, np.arange(128), lost(fabric)) == 1.0
    assert bandwidth_frac(fabric, np.arange(129), lost(fabric)) == 0.5


def test_no_fabric_loses_nothing():
    fabric = no_fabric(10)
    assert bandwidth_frac(fabric, np.arange(10), np.zeros(0, bool)) == 1.0
    assert links(fabric, np.zeros(10, np.int32), ("rack",)) == []


def test_links_are_unique_and_complete(two_tier, three_tier):
    racks = tuple(f"rack_{i}" for i in range(128))
    pairs = links(two_tier, np.arange(128, dtype=np.int32) // 4, racks)
    assert len(pairs) == len(set(pairs)) == 32 * 8 + 32 * 16
    assert ("rack_8", "leaf_su2_rail1") in pairs
    assert ("leaf_su4_rail8", "spine_16") in pairs
    pairs = links(three_tier, np.arange(512, dtype=np.int32) // 4, racks)
    core = [pair for pair in pairs if pair[1].startswith("core")]
    assert len(pairs) == len(set(pairs)) == 128 * 8 + 128 * 32 + 128 * 2
    assert len(core) == 128 * 2
    assert {name for _, name in core} == {
        f"core_{i + 1}" for i in range(int((three_tier.tier == CORE).sum()))
    }


def test_planes_share_no_cable():
    fabric = rail_fabric(64, 64, 8, 2, 128, 100e9)
    between = [
        pair for pair in links(fabric, np.zeros(64, np.int32), ("rack",)) if pair[0] != "rack"
    ]
    assert between
    assert all(source[-1] == target[-1] for source, target in between)


def test_what_cannot_be_built_is_an_input_error():
    for build in (
        lambda: rail_fabric(64, 40, 8, 1, 64, 50e9),
        lambda: rail_fabric(0, 32, 8, 1, 64, 50e9),
        lambda: rail_fabric(64, 32, 8, 1, 64, 0.0),
        lambda: group_fabric(128, 128, 30, 4, 25e9),
        lambda: group_fabric(128, 100, 32, 4, 25e9),
        lambda: group_fabric(128, 128, 32, 0, 25e9),
        lambda: group_fabric(128, 128, 32, 4, 25e9, taper_frac=0.0),
    ):
        with pytest.raises(InputError):
            build()


def test_lost_nvlink_chips():
    assert scale_up_bandwidth(900e9, 2, 18) == pytest.approx(800e9)
    assert scale_up_bandwidth(900e9, 0, 18) == 900e9
    assert scale_up_bandwidth(900e9, 18, 18) == 0.0


def test_storage_is_bounded_by_the_nodes_or_the_share():
    storage = Storage(read_b_s=100e9, write_b_s=50e9, node_read_b_s=8e9, node_write_b_s=4e9)
    assert storage.checkpoint_s(1e12, nodes=5) == pytest.approx(50.0)
    assert storage.checkpoint_s(1e12, nodes=100) == pytest.approx(20.0)
    assert storage.checkpoint_s(1e12, nodes=100, writers_now=4) == pytest.approx(80.0)
    assert storage.load_s(1e12, nodes=5) == pytest.approx(25.0)
    assert storage.load_s(1e12, nodes=100, readers_now=2) == pytest.approx(20.0)


def test_storage_of_no_bandwidth_is_refused():
    with pytest.raises(InputError) as caught:
        Storage(1e9, 0.0, -1.0, 1e9)
    assert len(caught.value.problems) == 2
