"""A GB200 rack whose coolant stops throttles within seconds; with one pump of three lost it does
not throttle.

The rack is one lump of cold plates and their coolant (C), cooled by its stream (K): C dT/dt = Q - K
(T - Ts). Pumps stopped: T rises at Q/C. One pump left: T tends to Ts + Q/K' with tau = C/K'. The
junction stands R P above. Numbers: catalogue row of the rack (132 kW, 115 kW of it liquid, 120
L/min) and of its GPU. Measured on servers, a stopped coolant pump leads to shutdown in less than a
minute (Alkharabsheh et al., J. Electronic Packaging 140(2) 020902, 2018), while lost facility water
with running pumps is slow (InterPACK2018 V001T02A012).
"""

from __future__ import annotations

import numpy as np
import pytest

from twin import catalogue
from twin.catalogue.rows import CoolingEquipment, Gpu, Rack
from twin.physics.coolant import pump_flow_frac, stream_w_k
from twin.physics.crossing import first_crossing
from twin.physics.thermal import Motion, motion
from twin.physics.thermal_modes import modes

SUPPLY_DEGC = 40.0


def _rack() -> Rack:
    row = catalogue.get(Rack, "gb200_nvl72")
    return row


def _gpu() -> Gpu:
    row = catalogue.get(Gpu, "GB200-NVL72-GPU")
    return row


RACK = _rack()
GPU = _gpu()
HEAT_W = RACK.liquid_heat_frac * (RACK.power_rated_w or 0.0)
STREAM_W_K = float(stream_w_k(RACK.coolant_flow_m3_s, "pg25"))
STEADY_DEGC = SUPPLY_DEGC + HEAT_W / STREAM_W_K
ABOVE_K = RACK.junction_to_coolant_k_w * GPU.power_max_w
"""Junction above the coolant that leaves the rack, at full power."""


def after(flow_frac: float) -> Motion:
    """The rack's lump from its steady state on, with this share of its flow left."""
    k = flow_frac * STREAM_W_K
    return motion(
        modes(np.array([RACK.heat_capacity_j_k]), np.array([[k]])),
        np.array([STEADY_DEGC]),
        np.array([HEAT_W + k * SUPPLY_DEGC]),
    )


def throttles_after_s(flow_frac: float) -> float:
    found = first_crossing(
        after(flow_frac), np.array([GPU.slowdown_degc - ABOVE_K]), np.array([-np.inf]), 3600.0
    )
    return found.time_s if found else np.inf


def test_full_flow_stays_where_it_is():
    assert after(1.0).temperature_degc(3600.0)[0] == pytest.approx(STEADY_DEGC, rel=1e-12)
    assert throttles_after_s(1.0) == np.inf


def test_stopped_pumps_warm_the_rack_in_a_straight_line():
    for time_s in (1.0, 5.0, 20.0):
        want = STEADY_DEGC + HEAT_W * time_s / RACK.heat_capacity_j_k
        assert after(0.0).temperature_degc(time_s)[0] == pytest.approx(want, rel=1e-12)


def test_seconds_to_throttling_in_closed_form():
    """C (limit - R P - T0)/Q, in seconds: between 5 and 15 for this rack."""
    want = RACK.heat_capacity_j_k * (GPU.slowdown_degc - ABOVE_K - STEADY_DEGC) / HEAT_W
    assert throttles_after_s(0.0) == pytest.approx(want, abs=1e-6)
    assert 5 < want < 15


def test_shutdown_follows_in_seconds_if_nothing_throttles():
    gap_s = (GPU.shutdown_degc - GPU.slowdown_degc) * RACK.heat_capacity_j_k / HEAT_W
    found = first_crossing(
        after(0.0), np.array([GPU.shutdown_degc - ABOVE_K]), np.array([-np.inf]), 3600.0
    )
    assert found is not None
    assert found.time_s - throttles_after_s(0.0) == pytest.approx(gap_s, abs=1e-6)


@pytest.mark.parametrize("flow_frac", [0.2, 0.3, 0.4, 0.5])
def test_less_flow_in_closed_form(flow_frac: float):
    """Tau ln((Tend - T0)/(Tend - limit)) where the end lies above the limit, never where it lies
    below.
    """
    end = SUPPLY_DEGC + HEAT_W / (flow_frac * STREAM_W_K)
    limit = GPU.slowdown_degc - ABOVE_K
    tau = RACK.heat_capacity_j_k / (flow_frac * STREAM_W_K)
    want = tau * np.log((end - STEADY_DEGC) / (end - limit)) if end > limit else np.inf
    assert throttles_after_s(flow_frac) == pytest.approx(want, rel=1e-9)


def test_the_flow_that_just_suffices():
    """Q/(K (limit - Ts)): a little more flow never throttles, a little less does in the end."""
    least = HEAT_W / (STREAM_W_K * (GPU.slowdown_degc - ABOVE_K - SUPPLY_DEGC))
    assert 0 < least < 1
    assert throttles_after_s(least * 1.001) == np.inf
    assert throttles_after_s(least * 0.999) < 3600.0


@pytest.mark.parametrize("name", ["cdu_600", "cdu_xdu1350", "cdu_2300"])
def test_a_lost_pump_leaves_what_the_coolant_unit_states(name: str):
    """Three-pump units keep three quarters of the flow, which suffices; two-pump units 55 %, which
    does not.
    """
    unit = catalogue.get(CoolingEquipment, name)
    left = float(
        pump_flow_frac(
            np.array(unit.pumps_per_unit - 1),
            np.array(unit.pumps_per_unit),
            np.array(unit.flow_per_pump_frac),
        )
    )
    assert left == pytest.approx(0.55 if unit.pumps_per_unit == 2 else 0.75)
    assert np.isinf(throttles_after_s(left)) == (unit.pumps_per_unit == 3)


def test_worked_rack_with_25_litres_and_60_kg_of_copper():
    """120 kW, 85 % of it liquid, into 25 L of coolant (1.010 kg/L, 3.97 kJ/kg K) and 60 kg of
    copper: 20 K in 24 s.
    """
    capacity = 1e3 * (25 * 1.010 * 3.97 + 60 * 0.385)
    move = motion(
        modes(np.array([capacity]), np.zeros((1, 1))), np.array([50.0]), np.array([0.85 * 120e3])
    )
    found = first_crossing(move, np.array([70.0]), np.array([-np.inf]), 600.0)
    assert found is not None
    assert found.time_s == pytest.approx(24.0, abs=0.5)
    assert RACK.heat_capacity_j_k == pytest.approx(capacity, rel=0.005)


def test_shutdown_in_less_than_a_minute_and_facility_water_is_slower():
    """The order of the measurements: pumps stopped, under 60 s; pumps running over a loop of 0.2
    m3, later.
    """
    limit = np.array([GPU.shutdown_degc - ABOVE_K])
    stopped = first_crossing(after(0.0), limit, np.array([-np.inf]), 3600.0)
    loop_j_k = 0.2 * float(stream_w_k(1.0, "pg25"))
    net = modes(
        np.array([RACK.heat_capacity_j_k, loop_j_k]),
        STREAM_W_K * np.array([[1.0, -1.0], [-1.0, 1.0]]),
    )
    cut_off = motion(net, np.array([STEADY_DEGC, SUPPLY_DEGC]), np.array([HEAT_W, 0.0]))
    running = first_crossing(cut_off, np.array([*limit, np.inf]), np.full(2, -np.inf), 3600.0)
    assert stopped is not None
    assert running is not None
    assert stopped.time_s < 60 < running.time_s
