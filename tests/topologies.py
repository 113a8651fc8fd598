"""Six reference topologies of data-centre power as tables, and what enumeration finds of them."""

from __future__ import annotations

from tests.sources import table

NAMES = (
    "t1_n",
    "t1b_n_plus_1_parallel",
    "t2_distributed_4_to_make_3",
    "t3_block_redundant_catcher",
    "t4_2n",
    "t5_2n_plus_1_isolated_parallel",
)


def rows(file: str) -> list[dict[str, str]]:
    """Rows of one of their tables."""
    return table(f"power/topologies/{file}")


def expected(name: str) -> dict[str, str]:
    """What is known of a topology."""
    return next(row for row in rows("expected.csv") if row["topology"] == name)
