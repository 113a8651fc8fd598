"""Collective times against measured points, with the errors that were met.

The constants were set on part of these points (see twin.physics.network.collectives), so the bounds
tell how well few constants describe them; A100, B200 and the latencies between nodes are no part of
the fit. Sources: NCCL 2.27.3 on 8 x H100 SXM (aiconfigurator, Apache-2.0); nccl-tests runs on A100,
H200 and B200 nodes and 4 H200 nodes (stas00/ml-engineering network/README.md); SimAI efficiency
tables (aliyun/SimAI, Apache-2.0).
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.sources import table as rows
from twin.physics.network import (
    AMPERE,
    BLACKWELL,
    HOPPER,
    Library,
    allgather_s,
    allreduce_s,
    alltoall_s,
    bus_bandwidth_b_s,
    bus_factor,
)

MIB = 2**20
NVLINK4 = 450e9
NIC = 50e9
TIMES = {
    "all_reduce": allreduce_s,
    "all_gather": allgather_s,
    "reduce_scatter": allgather_s,
    "alltoall": alltoall_s,
}


def bus(collective: str, size: float, ranks: int, nvlink: float, library: Library) -> float:
    time_s = TIMES[collective](size, ranks, 8, nvlink, NIC, library)
    return bus_bandwidth_b_s(collective, size, ranks, time_s)


def errors_h100(ranks: set[int], least: int) -> np.ndarray:
    """Predicted over measured time, less 1."""
    return np.array(
        [
            TIMES[row["op_name"]](int(row["message_bytes"]), int(row["num_gpus"]), 8, NVLINK4, NIC)
            / float(row["t_s"])
            - 1
            for row in rows("workload/nccl_h100_sxm.csv")
            if int(row["num_gpus"]) in ranks and int(row["message_bytes"]) >= least
        ]
    )


def test_h100_four_and_eight_gpus_from_8_mib():
    """Met: median 5 %, 9 in 10 within 10 %, all within 20 % (single runs of one point differ by as
    much).
    """
    error = np.abs(errors_h100({4, 8}, 8 * MIB))
    assert len(error) >= 56
    assert np.median(error) < 0.055
    assert np.quantile(error, 0.9) < 0.105
    assert error.max() < 0.20


def test_h100_pairs_are_predicted_too_fast():
    """Met: 21 % too fast at the median, 27 % at most: two GPUs do not fill their links, and no
    constant is spent on it.
    """
    error = errors_h100({2}, 8 * MIB)
    assert -0.22 < np.median(error) < 0
    assert np.abs(error).max() < 0.28


def test_h100_all_sizes_down_to_512_bytes():
    """Met: median 6 %, 9 in 10 within 27 %; the library changes protocol between 64 KiB and 8
    MiB.
    """
    error = np.abs(errors_h100({2, 4, 8}, 0))
    assert np.median(error) < 0.07
    assert np.quantile(error, 0.9) < 0.28


@pytest.mark.parametrize(
    ("platform", "nvlink", "library", "within"),
    [
        ("A100 8-GPU", 300e9, AMPERE, 0.13),
        ("H200 8-GPU", NVLINK4, HOPPER, 0.06),
        ("B200 8-GPU", 900e9, BLACKWELL, 0.08),
    ],
)
def test_one_node_all_reduce_from_256_mib(platform, nvlink, library, within):
    """Met: A100 12 %, H200 5 %, B200 8 % at most."""
    measured = [
        (int(row["size_B"]), 1e9 * float(row["busbw_GB_s"]))
        for row in rows("network/collective_busbw.csv")
        if row["platform"].startswith(platform) and int(row["size_B"]) >= 256 * MIB
    ]
    assert len(measured) == 7
    for size, value in measured:
        assert bus("all_reduce", size, 8, nvlink, library) == pytest.approx(value, rel=within), size


def test_rings_and_in_switch_reduction_by_gpu_count():
    """4 to 8 GPUs, with and without reduction in the switch: one rate of each explains the whole
    row (5 %).
    """
    measured = [
        row
        for row in rows("network/collective_busbw.csv")
        if row["platform"].startswith("H200 node")
    ]
    assert len(measured) == 14
    for row in measured:
        ring_only = row["algorithm"] == "Ring" and int(row["ranks"]) > 4
        found = bus(
            row["collective"],
            int(row["size_B"]),
            int(row["ranks"]),
            NVLINK4,
            AMPERE if ring_only else HOPPER,
        )
        assert found == pytest.approx(1e9 * float(row["busbw_GB_s"]), rel=0.05), row


def test_four_h200_nodes():
    """364.9 GB/s at 4 GiB, met within 2 %, and between the serial and the overlapped hierarchical
    bounds.
    """
    size = 4 * 2**30
    nodes = 4
    local = 8
    time_s = allreduce_s(size, nodes * local, local, NVLINK4, NIC)
    assert bus_bandwidth_b_s("all_reduce", size, 32, time_s) == pytest.approx(364.87e9, rel=0.02)
    inside_s = 2 * (local - 1) / local * size / NVLINK4
    between_s = 2 * (nodes - 1) / nodes * size / local / NIC
    assert max(inside_s, between_s) < time_s < inside_s + between_s


def simai_errors(table: str, collective: str, ideal) -> np.ndarray:
    found = []
    for row in rows("network/simai_efficiency_ratio.csv"):
        ranks = int(row["gpus"])
        size = int(row["size_B"])
        if row["table"] == table and ranks > 8:
            achieved = ideal(ranks, size) / TIMES[collective](size, ranks, 8, NVLINK4, NIC)
            found.append(abs(achieved / float(row["achieved_frac_of_peak_busbw"]) - 1))
    return np.array(found)


def test_efficiency_from_2_to_128_nodes():
    """Ring all-reduce; met: median 7 %, 9 in 10 within 19 % (latencies are NCCL's own, nothing
    fitted).
    """
    error = simai_errors(
        "nic", "all_reduce", lambda n, size: bus_factor("all_reduce", n) * size / (8 * NIC)
    )
    assert np.median(error) < 0.08
    assert np.quantile(error, 0.9) < 0.25


def test_all_to_all_efficiency_from_2_to_16_nodes():
    """Met: median 6 %, 9 in 10 within 19 %."""
    error = simai_errors("all_to_all", "alltoall", lambda n, size: size / n * (n - 8) / NIC)
    assert np.median(error) < 0.08
    assert np.quantile(error, 0.9) < 0.25
