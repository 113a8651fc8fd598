"""Claim: whatever overload curve a UPS has, redundancy says of a loss what a run shows of it.

The random layouts of `test_static_and_simulated.py`, with UPS whose curves are drawn as well: some
bypasses bear a load for good that opens others.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.relations.test_static_and_simulated import agree, random_layout
from twin.catalogue import rows
from twin.catalogue.rows import OverloadCurve

LAYOUTS = 24
BATCH = 8


def with_curves(layout: dict[str, Any], draw: np.random.Generator) -> dict[str, Any]:
    """Every UPS group of a layout with a curve of the catalogue, as rows of a planner's own."""
    own = []
    for group in layout["power"]:
        if group["type"].startswith("ups_"):
            name = f"own_{group['name']}"
            curve = str(draw.choice(sorted(rows(OverloadCurve))))
            own.append({"name": name, "like": group["type"], "overload_curve": curve})
            group["type"] = name
    return layout | {"equipment": {"power": own}}


@pytest.mark.parametrize("first", range(0, LAYOUTS, BATCH))
def test_redundancy_and_runs_agree_on_every_curve(first: int) -> None:
    def curved(draw: np.random.Generator) -> dict[str, Any]:
        return with_curves(random_layout(draw), draw)

    agree((np.random.default_rng([seed, 2]), curved) for seed in range(first, first + BATCH))
