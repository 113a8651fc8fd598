"""Max-min rates agree with an independent flow simulator.

Source: rates of fixed routes in fat trees of k=4 and k=8 with capacities of 0.5, 1 and 2 GB/s,
verified with SimGrid 3.32 (pure max-min settings) to 1e-9.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from twin.physics.network import maxmin

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "network"


@pytest.mark.parametrize("k", [4, 8])
def test_rates_of_a_fat_tree(k):
    path = DATA / f"maxmin_oracle_k{k}.json"
    if not path.exists():
        pytest.skip(f"oracle not present: {path.name}")
    case = json.loads(path.read_text())
    rate = maxmin(
        np.array(case["link_capacity_B_per_s"]),
        np.array(case["flow_ptr"]),
        np.array(case["flow_link_idx"]),
    )
    np.testing.assert_allclose(rate, case["expected_rate_B_per_s"], rtol=1e-8)
