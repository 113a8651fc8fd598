"""Max-min rates agree with an independent flow simulator.

Source: rates of fixed routes in fat trees of k=4 and k=8 with capacities of 0.5, 1 and 2 GB/s,
verified with SimGrid 3.32 (pure max-min settings) to 1e-9.
"""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.sources import DATA
from twin.physics.network import maxmin


@pytest.mark.parametrize("k", [4, 8])
def test_rates_of_a_fat_tree(k):
    case = json.loads((DATA / f"network/maxmin_oracle_k{k}.json").read_text())
    rate = maxmin(
        np.array(case["link_capacity_B_per_s"]),
        np.array(case["flow_ptr"]),
        np.array(case["flow_link_idx"]),
    )
    np.testing.assert_allclose(rate, case["expected_rate_B_per_s"], rtol=1e-8)
