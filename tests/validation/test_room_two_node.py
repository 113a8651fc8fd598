"""A room of air and structure warms as its exact two-node solution says, to a millionth.

    Ca dTa/dt = q - G (Ta - Tm) - U (Ta - Tb)        Cm dTm/dt = G (Ta - Tm)

After cooling is lost (U = 0) the mean rises at q/(Ca + Cm) and the difference tends to q Cm/(G (Ca
+ Cm)) with tau = Ca Cm/(G (Ca + Cm)): the two-capacity room of the literature on loss of cooling
(air alone predicts minutes, structure and racks make it many times longer). With cooling the two
rates are the roots of a quadratic.
"""

from __future__ import annotations

import numpy as np
import pytest

from twin import build, load
from twin.physics.coolant import HEAT_CAPACITY_J_M3_K
from twin.physics.crossing import first_crossing
from twin.physics.thermal import motion
from twin.physics.thermal_modes import modes

AIR_J_K = 16 * 11 * 4.5 * HEAT_CAPACITY_J_M3_K["air"]
MASS_J_K = 30e6
BETWEEN_W_K = 15e3
HEAT_W = 150e3
START = 24.0
TIMES_S = (0.5, 10.0, 60.0, 300.0, 1800.0, 7200.0)


def room(cooling_w_k: float = 0.0, supply_degc: float = 0.0):
    """Motion of air and structure from START under HEAT_W in the air."""
    conductance = np.array([[BETWEEN_W_K + cooling_w_k, -BETWEEN_W_K], [-BETWEEN_W_K, BETWEEN_W_K]])
    heat = np.array([HEAT_W + cooling_w_k * supply_degc, 0.0])
    return motion(modes(np.array([AIR_J_K, MASS_J_K]), conductance), np.full(2, START), heat)


def after_loss(time_s: float) -> tuple[float, float]:
    """Exact air and structure temperatures without cooling."""
    whole = AIR_J_K + MASS_J_K
    tau = AIR_J_K * MASS_J_K / (BETWEEN_W_K * whole)
    apart = HEAT_W * MASS_J_K / (BETWEEN_W_K * whole) * -np.expm1(-time_s / tau)
    mean = START + HEAT_W * time_s / whole
    return mean + MASS_J_K / whole * apart, mean - AIR_J_K / whole * apart


def with_cooling(time_s: float, cooling_w_k: float, supply_degc: float) -> tuple[float, float]:
    """Exact temperatures with an air handler: x' = A x about the steady state, exp(A t) by its two
    eigenvalues.
    """
    end = supply_degc + HEAT_W / cooling_w_k
    a = -(BETWEEN_W_K + cooling_w_k) / AIR_J_K
    b = BETWEEN_W_K / AIR_J_K
    c = BETWEEN_W_K / MASS_J_K
    root = np.sqrt((a + c) ** 2 + 4 * b * c)
    fast = (a - c - root) / 2
    slow = (a - c + root) / 2
    x = START - end
    rate_air = a * x + b * x
    early = np.exp(fast * time_s)
    late = np.exp(slow * time_s)
    air = ((rate_air - slow * x) * early - (rate_air - fast * x) * late) / (fast - slow)
    mass = (fast * x * late - slow * x * early) / (fast - slow)
    return end + air, end + mass


@pytest.mark.parametrize("time_s", TIMES_S)
def test_after_the_loss_of_cooling(time_s: float):
    assert room().temperature_degc(time_s) == pytest.approx(after_loss(time_s), rel=1e-6)


@pytest.mark.parametrize("time_s", TIMES_S)
def test_under_an_air_handler(time_s: float):
    assert room(20e3, 18.0).temperature_degc(time_s) == pytest.approx(
        with_cooling(time_s, 20e3, 18.0), rel=1e-6
    )


def test_both_solutions_agree_where_cooling_vanishes():
    """The two closed forms are derived apart; a cooling of a milliwatt a kelvin must not matter."""
    for time_s in TIMES_S:
        assert with_cooling(time_s, 1e-3, 18.0) == pytest.approx(after_loss(time_s), rel=1e-6)


def test_first_and_last_slope():
    """At once the air takes all the heat, Q/Ca; in the end both take it, Q/(Ca + Cm)."""
    first = room().temperature_degc(1e-3) - START
    assert first[0] / 1e-3 == pytest.approx(HEAT_W / AIR_J_K, rel=1e-4)
    last = room().temperature_degc(20_000.0) - room().temperature_degc(19_000.0)
    assert last / 1000 == pytest.approx([HEAT_W / (AIR_J_K + MASS_J_K)] * 2, rel=1e-6)


def test_time_to_the_allowed_inlet():
    """The first crossing of 35 degC by the air is the root of the exact solution."""
    found = first_crossing(room(), np.array([35.0, np.inf]), np.full(2, -np.inf), 1e5)
    assert found is not None
    assert after_loss(found.time_s)[0] == pytest.approx(35.0, abs=1e-6)
    assert after_loss(found.time_s - 0.01)[0] < 35.0


def test_structure_buys_the_time():
    """Air alone reaches the limit in a minute or so; with its structure the room lasts many times
    longer.
    """
    alone_s = AIR_J_K * (35.0 - START) / HEAT_W
    found = first_crossing(room(), np.array([35.0, np.inf]), np.full(2, -np.inf), 1e5)
    assert found is not None
    assert 50 < alone_s < 90
    assert found.time_s > 2 * alone_s


def test_a_built_hall_has_the_capacity_of_its_air_and_structure(tmp_path):
    """Volume times the heat capacity of air, and the stated structure: the two numbers this rests
    on.
    """
    text = LAYOUT.replace("STRUCTURE", f"{MASS_J_K:g}")
    path = tmp_path / "room.yaml"
    path.write_text(text, encoding="utf-8")
    cooling = build(load(path)).cooling
    assert cooling.capacity_j_k[cooling.air.node].sum() == pytest.approx(AIR_J_K)
    assert cooling.capacity_j_k[cooling.hall_mass] == pytest.approx([MASS_J_K])
    assert cooling.air.structure_w_k.sum() == pytest.approx(BETWEEN_W_K)


LAYOUT = """\
name: room
halls:
  - name: hall
    size: [16 m, 11 m, 4.5 m]
    structure_heat_capacity: STRUCTURE
    structure_conductance: 15000
    rows: [{racks: 2 x support_rack, fed_by: rpp}]
power:
  - {name: utility, type: utility_feed}
  - {name: rpp, type: rpp_500, fed_by: utility}
cooling:
  air: [{type: crah_100, hall: hall, fed_by: rpp, plant: water}]
  plant: [{name: water, type: dry_cooler_1000, fed_by: rpp, supply_temperature: 18 °C}]
"""
