"""What a hall does without cooling, against closed forms for the stated heat capacities.

Flow gone: C dT/dt = P in every rack, piece by piece down the ladder of clocks. Flow reduced: an
exponential towards the supply plus P over the stream. Room without air handlers: two nodes, air and
structure, exactly (Incropera, Fundamentals of Heat and Mass Transfer, ch. 5).
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from conftest import failing, small, small_layout, training

import twin
from twin import Facility, Result

FAIL_S = 600.0
STILL = 1.0
"""Resistance of a cold plate whose coolant stands still, over that at rated flow: nothing crosses
the film then, plate and coolant store the heat as one lump."""


@cache
def stopped() -> tuple[Facility, Result]:
    """The only coolant unit of four loaded racks fails for good."""
    facility = twin.build(
        small(
            small_layout(air=0),
            workload=[training()],
            horizon="20 min",
            faults=failing((FAIL_S, "cdu", 36000.0)),
        )
    )
    return facility, twin.simulate(facility)


def moment(result: Result, component: str, what: str) -> float:
    events: Any = result.frame("events")
    return float(events.time_s[(events.component == component) & (events.what == what)].iloc[0])


def ladder_w(facility: Facility, result: Result) -> tuple[np.ndarray, np.ndarray]:
    """Power of the busiest GPU and heat of the first rack into its coolant at every clock, full
    clock first.
    """
    racks = facility.racks
    first: Any = result.frame("racks").iloc[0]
    chip_w = (first.junction_degc - first.coolant_degc) / racks.junction_k_w[0]
    steps = int((1 - racks.clock_floor_frac[0]) / racks.clock_step_frac[0] + 1e-9)
    clock = 1 - racks.clock_step_frac[0] * np.arange(steps + 1)
    share = clock * np.maximum(0.81, 1 - 0.19 / (1 - 0.606) * (1 - clock)) ** 2
    dynamic_w = chip_w - racks.gpu_idle_w[0]
    gain = racks.gpu_gain[0] * racks.work_frac[0]
    gpus_w = racks.nodes[0] * racks.gpus_per_node[0] * dynamic_w * gain
    return racks.gpu_idle_w[0] + dynamic_w * share, racks.liquid_frac[0] * (
        first.power_w - gpus_w * (1 - share)
    )


def test_racks_throttle_when_the_stored_heat_says_so() -> None:
    facility, result = stopped()
    first: Any = result.frame("racks").iloc[0]
    chip_w, heat_w = ladder_w(facility, result)
    capacity = facility.racks.heat_capacity_j_k[0]
    resistance = facility.racks.junction_k_w[0]
    room_k = max(
        facility.racks.slowdown_degc[0] - STILL * resistance * chip_w[0] - first.coolant_degc, 0.0
    )
    for rack in facility.racks.id:
        said = moment(result, rack, "throttled") - FAIL_S
        assert said == pytest.approx(capacity * room_k / heat_w[0], abs=1e-4)


def test_racks_shut_down_after_the_sum_over_the_ladder() -> None:
    """Each step down wins the coolant the room that its chips no longer need, at a lower power each
    time.
    """
    facility, result = stopped()
    first: Any = result.frame("racks").iloc[0]
    chip_w, heat_w = ladder_w(facility, result)
    racks = facility.racks
    limit = racks.slowdown_degc[0] - STILL * racks.junction_k_w[0] * chip_w
    last = racks.shutdown_degc[0] - STILL * racks.junction_k_w[0] * chip_w[-1]
    reached = np.maximum(
        np.concatenate([[first.coolant_degc], limit[:-1], [last]]), first.coolant_degc
    )
    closed = float((racks.heat_capacity_j_k[0] * np.diff(reached) / heat_w).sum())
    for rack in racks.id:
        assert moment(result, rack, "shut down") - FAIL_S == pytest.approx(closed, abs=1e-3)


def test_shut_down_racks_end_the_job_and_draw_nothing() -> None:
    _, result = stopped()
    last = result.frame("racks").query("time_s == 1200")
    assert (last.power_w == 0).all()
    assert result.frame("jobs").restarts.iloc[0] == 1


def with_endless_loops(facility: twin.Facility) -> twin.Facility:
    """Loops a hundred times larger than a file may ask for, so that their temperature is given."""
    capacity = facility.cooling.capacity_j_k.copy()
    capacity[facility.cooling.loop_node] *= 100.0
    return replace(facility, cooling=replace(facility.cooling, capacity_j_k=capacity))


def test_a_lost_pump_gives_an_exponential() -> None:
    """One pump of two: the loop is made so large that its temperature is given."""
    layout = small_layout(air=0)
    layout["cooling"]["loops"][0]["volume"] = "1000 m^3"
    layout["cooling"]["plant"][0]["supply_temperature"] = "20 °C"
    facility = twin.build(
        small(
            layout,
            workload=[training()],
            horizon="12 min",
            outputs={"period": "5 s"},
            site={"climate": {"dry_bulb": "5 °C", "wet_bulb": "2 °C"}, "grid": "virginia"},
            faults=failing((FAIL_S, "cdu_pump_2", 36000.0)),
        )
    )
    facility = with_endless_loops(facility)
    result = twin.simulate(facility)
    racks = facility.racks
    units = facility.cooling.units
    cdu = units.kind.index("cdu")
    flow = units.pump_alone_frac[cdu] * units.flow_m3_s[cdu] / facility.cooling.loop_demand_m3_s[0]
    stream = racks.stream_w_k[0] * flow
    rows: Any = result.frame("racks").query("rack == @racks.id[0] and time_s >= @FAIL_S")
    loop = float(
        result.frame("loops")
        .query("loop == 'cdu_loop' and time_s == @FAIL_S")
        .temperature_degc.iloc[0]
    )
    settled = loop + racks.liquid_frac[0] * rows.power_w.iloc[0] / stream
    fading = np.exp(-(rows.time_s - FAIL_S) * stream / racks.heat_capacity_j_k[0])
    closed = settled + (rows.coolant_degc.iloc[0] - settled) * fading
    assert rows.coolant_degc.iloc[-1] - rows.coolant_degc.iloc[0] > 5
    np.testing.assert_allclose(rows.coolant_degc, closed, atol=1e-3)  # the loop warms by as much


def test_a_room_without_air_handlers_warms_as_its_air_goes_round() -> None:
    """The racks' air share is the only heat. Air in front of the racks, air behind them and the
    structure, in small steps: what racks blow out comes back to them past the handlers that stand.
    """
    faults = failing((FAIL_S, "crah_1", 36000.0), (FAIL_S, "crah_2", 36000.0))
    facility = twin.build(
        small(small_layout(air=0), workload=[training()], horizon="20 min", faults=faults)
    )
    result = twin.simulate(facility)
    cooling = facility.cooling
    air = cooling.air
    racks = facility.racks
    power: Any = result.frame("racks").pivot(index="time_s", columns="rack", values="power_w")[
        list(racks.id)
    ]
    heat_w = float(power.iloc[0] @ (1 - racks.liquid_frac))
    rows: Any = result.frame("loops").query("loop == 'hall' and time_s >= @FAIL_S")
    rise = rows.temperature_degc.to_numpy() - rows.temperature_degc.iloc[0]
    elapsed = rows.time_s.to_numpy() - FAIL_S
    back = float(air.recirculation_frac[air.zone_of_rack].mean())
    start = result.frame("racks").query("time_s == @FAIL_S").inlet_air_degc.to_numpy()
    warm_k = heat_w / air.rack_w_k.sum()
    capacity = [cooling.capacity_j_k[n].sum() for n in (air.zone_node, air.handler_node)]
    capacity.append(float(cooling.capacity_j_k[cooling.hall_mass].sum()))
    want = _going_round(capacity, air, heat_w, back, warm_k, elapsed)
    assert np.ptp(start) < 1.0
    assert 10 < rise[-1] < 32  # servers would turn themselves off in hotter air
    np.testing.assert_allclose(rise[1:], want[1:], rtol=0.01)


def _going_round(
    capacity: list[float], air: Any, heat_w: float, back: float, warm_k: float, at_s: np.ndarray
) -> np.ndarray:
    """Rise of the air that racks draw in; before the loss the air behind them is warmer by what
    they give it, less what passes by them.
    """
    front = 0.0
    behind = warm_k * (1 - back)
    structure = 0.0
    round_w_k = (1 - back) * float(air.rack_w_k.sum())
    structure_w_k = float(air.structure_w_k.sum())
    step_s = 0.05
    out = []
    for n in range(round(at_s[-1] / step_s) + 1):
        if np.isclose(n * step_s, at_s, atol=step_s / 2).any():
            out.append(front)
        to_front = round_w_k * (behind - front) + back * heat_w
        to_front += structure_w_k * (structure - front)
        to_behind = round_w_k * (front - behind) + (1 - back) * heat_w
        structure += step_s * structure_w_k * (front - structure) / capacity[2]
        front += step_s * to_front / capacity[0]
        behind += step_s * to_behind / capacity[1]
    return np.array(out)
