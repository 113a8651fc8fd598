"""Does water with propylene glycol freeze and carry heat as its tables have it?"""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.coolant import HEAT_CAPACITY_J_M3_K
from twin.physics.glycol import freezing_degc, heat_frac


def test_glycol_freezes_where_the_table_has_it() -> None:
    """Propylene glycol, 0 to 60 % by mass; beyond it nothing is known."""
    share = np.arange(7) / 10
    table = [0.0, -3.3, -7.1, -12.7, -21.1, -33.5, -51.1]
    np.testing.assert_allclose(freezing_degc(share), table)
    assert freezing_degc(0.7) == -51.1


@pytest.mark.parametrize(
    ("share", "kg_m3", "j_kg_k"),
    [(0.1, 1003.22, 4087.98), (0.3, 1018.89, 3883.86), (0.5, 1032.41, 3568.62)],
)
def test_a_cubic_metre_carries_density_times_specific_heat(
    share: float, kg_m3: float, j_kg_k: float
) -> None:
    """At 30 °C by CoolProp 8 (INCOMP::MPG), beside water of 995.74 kg/m³ and 4,179.3 J/(kg K)."""
    assert heat_frac(share) == pytest.approx(kg_m3 * j_kg_k / (995.74 * 4179.28), abs=1e-4)


def test_more_glycol_carries_less_and_none_carries_all() -> None:
    share = np.linspace(0.0, 0.6, 61)
    assert heat_frac(0.0) == 1.0
    assert (np.diff(heat_frac(share)) < 0).all()
    assert heat_frac(0.9) == heat_frac(0.6)


def test_a_quarter_by_volume_is_the_coolant_of_the_racks() -> None:
    """26 % by mass; that one is stated at 40 °C, where glycol costs a little less."""
    racks = HEAT_CAPACITY_J_M3_K["pg25"] / HEAT_CAPACITY_J_M3_K["water"]
    assert heat_frac(0.26) == pytest.approx(racks, abs=0.01)
