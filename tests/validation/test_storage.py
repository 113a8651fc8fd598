"""Storage guidance and checkpoint sizes give the write times that they are quoted with.

Sources: NVIDIA DGX SuperPOD RA DGX H100 (RA-11333-001 V11) table 6; MLPerf Storage checkpoint
models, whose "GB" are GiB and whose "TB" are 1000 GiB. Its 1T row does not follow from its own
dimensions and is left out.
"""

from __future__ import annotations

import pytest

from tests.sources import table
from twin.facility.storage import superpod_storage

BYTES_PER_PARAMETER = 14
"""bf16 weights 2, fp32 master 4, Adam moments 4 + 4."""


@pytest.mark.parametrize("level", ["good", "better", "best"])
def test_published_guidance(level):
    published = {
        row["metric"]: 1e9 * float(row[f"{level}_GB_s"])
        for row in table("network/storage_guidance_superpod.csv")
    }
    one = superpod_storage(level, 1)
    four = superpod_storage(level, 4)
    assert one.node_read_b_s == published["single_node_read"]
    assert one.node_write_b_s == published["single_node_write"]
    assert one.read_b_s == published["single_su_read"]
    assert int(one.write_b_s / 1e9) * 1e9 == published["single_su_write"]
    assert four.read_b_s == published["four_su_read"]
    assert four.write_b_s == published["four_su_write"]


def test_checkpoints_are_14_bytes_a_parameter():
    kept = [row for row in table("network/checkpoint_sizes.csv") if row["model"] != "llama3-1t"]
    assert len(kept) == 3
    for row in kept:
        size_gib = int(row["params_formula"]) * BYTES_PER_PARAMETER / 2**30
        assert size_gib == pytest.approx(float(row["published_size_GiB_reading"]), rel=0.005), row[
            "model"
        ]


def test_writing_llama_405b():
    """5.68e12 bytes at 62.5 and 250 GB/s: 91 and 23 s."""
    size_bytes = 405_853_388_800 * BYTES_PER_PARAMETER
    assert superpod_storage("best", 1).checkpoint_s(size_bytes, nodes=32) == pytest.approx(
        90.9, rel=0.001
    )
    assert superpod_storage("best", 4).checkpoint_s(size_bytes, nodes=128) == pytest.approx(
        22.7, rel=0.005
    )
