"""Published SuperPOD fabrics follow from five numbers, and so do the published sizes of two tiers.

Sources: NVIDIA DGX SuperPOD reference architectures (DGX H100 RA-11333-001 V11 tables 3 and 4; DGX
B200; DGX B300 Spectrum-X and Quantum-X800 table 3). One published GPU count (9,216) contradicts its
own node and cable counts; nodes times eight is used.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.sources import table
from twin.facility.fabric import CORE, LEAF, SPINE, bandwidth_frac, rail_fabric
from twin.physics.network import clos_counts, maxmin

COUNTED = {
    "leaf_switches": "leaf",
    "spine_switches": "spine",
    "core_switches": "core",
    "cables_node_leaf": "cables_node_leaf",
    "cables_leaf_spine": "cables_leaf_spine",
    "cables_spine_core": "cables_spine_core",
}
"""Published column and our name for it."""
SHAPE = ("nodes_per_su", "su_count", "nic_per_node", "plane_count", "switch_port_count")


def rows() -> list[dict[str, str]]:
    return table("network/fabric_counts.csv")


def test_every_published_row_exactly():
    assert len(rows()) == 16
    for row in rows():
        managers = 4 if "fabric-manager" in row["note"] else 0
        shape = [int(row[name]) for name in SHAPE]
        found = clos_counts(*shape, nodes=int(row["node_count"]), manager_cables=managers)
        counted = {column: getattr(found, name) for column, name in COUNTED.items()}
        assert counted == {column: int(row[column]) for column in COUNTED}, row["row_id"]


def test_built_fabrics_have_the_published_switches():
    for row in rows():
        nodes_per_su, _, nics, planes, ports = (int(row[name]) for name in SHAPE)
        fabric = rail_fabric(int(row["node_count"]), nodes_per_su, nics, planes, ports, 50e9)
        tiers = tuple(int((fabric.tier == tier).sum()) for tier in (LEAF, SPINE, CORE))
        assert tiers == tuple(int(row[name]) for name in list(COUNTED)[:3]), row["row_id"]
        assert fabric.leaf_of_node_rail.shape[0] * nics == int(row["gpu_count_consistent"])


@pytest.mark.parametrize(("ports", "largest"), [(64, 2048), (128, 8192), (144, 10368)])
def test_largest_fabric_of_two_tiers(ports, largest):
    """Half the ports squared times two: NIC ports of one plane."""
    units = ports // 8
    assert clos_counts(ports // 2, units, 8, 1, ports).tiers == 2
    assert ports // 2 * units * 8 == largest
    assert clos_counts(ports // 2, units + 1, 8, 1, ports).tiers == 3


def test_meta_pods_share_their_uplinks():
    """Llama 3 paper 3.3.1: 1:7 between 8 pods of 3,072 GPUs; of uniform traffic 7/8 leaves the
    pod.
    """
    pods = 8
    gpus = 3072
    nic_b_s = 50e9
    up, down = np.meshgrid(np.arange(pods), pods + np.arange(pods), indexing="ij")
    between = np.stack([up, down], axis=2)[~np.eye(pods, dtype=bool)]
    capacity = np.full(2 * pods, gpus * nic_b_s / 7)
    rate = maxmin(capacity, np.arange(0, 2 * len(between) + 1, 2), between.ravel())
    per_gpu_b_s = rate[0] * (pods - 1) / (7 / 8) / gpus
    assert per_gpu_b_s == pytest.approx(50e9 / 7 / (7 / 8), rel=1e-9)


def test_sprayed_ring_after_one_spine_of_32():
    """Every flow spread over the spines that are left: 31/32, as flows on links and as the short
    form.
    """
    leaves = 32
    nodes = 32
    spines = np.arange(31)
    source = np.repeat(np.arange(leaves), nodes)
    target = (source + 1) % leaves
    up = source[:, None] * 32 + spines
    down = 1024 + target[:, None] * 32 + spines
    idx = np.concatenate([up, down], axis=1)
    ptr = np.arange(0, idx.size + 1, idx.shape[1])
    rate = maxmin(np.ones(2048), ptr, idx.ravel(), frac=np.full(idx.size, 1 / 31))
    assert rate == pytest.approx(31 / 32, rel=1e-9)
    fabric = rail_fabric(256, 32, 8, 1, 64, 50e9)
    switch_up = np.array([name != "spine_1" for name in fabric.switches])
    assert bandwidth_frac(fabric, np.arange(256), switch_up) == pytest.approx(31 / 32)
