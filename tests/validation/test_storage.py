"""Storage guidance and checkpoint sizes give the write times that they are quoted with.

Sources: NVIDIA DGX SuperPOD RA DGX H100 (RA-11333-001 V11) table 6; MLPerf Storage checkpoint
models, whose "GB" are GiB and whose "TB" are 1000 GiB. Its 1T row does not follow from its own
dimensions and is left out. The table prints 7 and 62 GB/s to write to one unit and 30 and 250 to
four: a layout of four has four times what one has.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small, small_layout

import twin
from tests.sources import table
from twin.facility.storage import Storage

BYTES_PER_PARAMETER = 14
"""bf16 weights 2, fp32 master 4, Adam moments 4 + 4."""


def storage(**asked: Any) -> Storage:
    """What a layout that states this has."""
    return twin.build(small(small_layout() | {"storage": asked})).storage


@pytest.mark.parametrize("level", ["good", "better", "best"])
def test_published_guidance(level: str) -> None:
    published = {
        row["metric"]: 1e9 * float(row[f"{level}_GB_s"])
        for row in table("network/storage_guidance_superpod.csv")
    }
    one = storage(type=f"superpod_{level}")
    four = storage(type=f"superpod_{level}", count=4)
    assert one.node_read_b_s == four.node_read_b_s == published["single_node_read"]
    assert one.node_write_b_s == four.node_write_b_s == published["single_node_write"]
    assert one.read_b_s == published["single_su_read"]
    assert one.write_b_s == published["single_su_write"]
    assert four.read_b_s == published["four_su_read"]
    assert four.write_b_s == pytest.approx(published["four_su_write"], rel=0.07)


def test_checkpoints_are_14_bytes_a_parameter() -> None:
    kept = [row for row in table("network/checkpoint_sizes.csv") if row["model"] != "llama3-1t"]
    assert len(kept) == 3
    for row in kept:
        size_gib = int(row["params_formula"]) * BYTES_PER_PARAMETER / 2**30
        assert size_gib == pytest.approx(float(row["published_size_GiB_reading"]), rel=0.005), row[
            "model"
        ]


def test_writing_llama_405b() -> None:
    """5.68e12 bytes at 62 and 248 GB/s: 92 and 23 s."""
    size_bytes = 405_853_388_800 * BYTES_PER_PARAMETER
    one = storage(type="superpod_best")
    four = storage(type="superpod_best", count=4)
    assert one.checkpoint_s(size_bytes, nodes=32) == pytest.approx(91.6, rel=0.001)
    assert four.checkpoint_s(size_bytes, nodes=128) == pytest.approx(22.9, rel=0.001)


def test_more_of_it_costs_more() -> None:
    """Terabytes that are paid for are those of all units."""

    def terabytes(**asked: Any) -> float:
        layout = small_layout() | {"storage": asked}
        bought = twin.cost(small(layout)).answer.bought
        return next(one.quantity for one in bought if one.name == "storage superpod_good")

    assert terabytes(type="superpod_good", count=3) == 3 * terabytes(type="superpod_good")
