"""Claim: tokens that go once to each node and rank take what HybridEP's published calls take.

4,096 tokens of 7,168 numbers in bf16, eight experts each at random, eight on a rank; H100 with one
400 Gbit/s adapter a GPU, B200 and GB200 within one domain. Published are bytes over time, with a
token counted for each node (H100) or rank (Blackwell) that it reaches, its own among them. Nothing
is chosen on H100; of Blackwell the share of the line is (`collectives.BLACKWELL`).
Data: tests/data/workload/token_exchange.csv.
"""

from __future__ import annotations

from statistics import fmean

import pytest

from tests.sources import table
from twin.catalogue import shipped
from twin.catalogue.names import named
from twin.catalogue.rows import Gpu
from twin.facility.link_library import library_of
from twin.physics.network import collectives

ROWS = table("workload/token_exchange.csv")
TOKEN_BYTES = 4096 * 7168 * 2.0
CHOSEN = 8
ENOUGH_SMS = 16
"""Below these the kernels and not the links set the pace."""


def published_s(row: dict[str, str], way: str) -> float:
    ranks = int(row["ranks"])
    reached = ranks / 8 if row["gpu"] == "H100" else float(ranks)
    often = reached * (1 - (1 - 1 / reached) ** CHOSEN)
    return often * TOKEN_BYTES / (float(row[f"{way}_gb_s"]) * 1e9)


def error(row: dict[str, str], way: str) -> float:
    gpu = named(shipped(), Gpu, row["gpu"])
    found_s = collectives.token_exchange_s(
        TOKEN_BYTES, CHOSEN, int(row["ranks"]), int(row["domain"]), gpu.scaleup_bandwidth_b_s,
        50e9, library_of(gpu),
    )  # fmt: skip
    return found_s / published_s(row, way) - 1


def errors(*gpus: str) -> list[float]:
    rows = [row for row in ROWS if row["gpu"] in gpus and int(row["sms"]) >= ENOUGH_SMS]
    return [error(row, way) for row in rows for way in ("dispatch", "combine")]


def test_between_nodes_of_hopper_within_11_percent_each() -> None:
    found = errors("H100")
    assert len(found) == 6
    assert max(map(abs, found)) <= 0.11
    assert fmean(map(abs, found)) <= 0.05


def test_within_a_domain_of_blackwell_within_8_percent_each() -> None:
    found = errors("B200", "GB200")
    assert len(found) == 16
    assert max(map(abs, found)) <= 0.08


def test_copies_that_go_alone_would_take_longer_the_more_share_a_node() -> None:
    """Two nodes: 4 of 8 copies cross the fabric, or one token (0.996 of them); the all-to-all pays
    the pipeline of its pieces besides.
    """
    alone_s = collectives.alltoall_s(8 * TOKEN_BYTES, 16, 8, 1e30, 50e9)
    once_s = collectives.token_exchange_s(TOKEN_BYTES, 8, 16, 8, 1e30, 50e9)
    assert alone_s / once_s == pytest.approx(4 / (1 - 2.0**-8), rel=0.08)


def test_one_rank_sends_nothing() -> None:
    assert collectives.token_exchange_s(TOKEN_BYTES, 8, 1, 8, 450e9, 50e9) == 0.0


def test_no_fabric_ends_in_no_time_that_a_step_could_wait() -> None:
    assert collectives.token_exchange_s(TOKEN_BYTES, 8, 16, 8, 450e9, 0.0) == float("inf")
