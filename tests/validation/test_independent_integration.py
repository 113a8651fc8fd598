"""The event-driven run agrees with a plain small-step integration of the same equations, to first
order in the step.

The second program below knows no event and nothing of `twin.simulation` or `twin.physics`. Its
equations are those of the textbooks: lumped capacities (Incropera, ch. 5), counter-flow
effectiveness (Kays and London), fan laws, P ~ f V^2 (Chandrakasan et al. 1992) with voltage falling
to 0.81 at a clock share of 0.606; plants that take heat in proportion to how far their water stands
above the set-point; films that follow flow^0.8 in exchangers and flow^0.6 in four tenths of a cold
plate's resistance. Sizes are read from the built facility.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import pytest
from conftest import failing, small, small_layout, training

import twin
from twin import Facility, Result

HORIZON_S = 1500.0
FAIL_S = 120.0
REPAIR_S = 900.0
STEPS_S = (1.0, 0.5, 0.25)
PROBES_S = (130.0, 150.0, 300.0, 600.0, 890.0, 910.0, 950.0, 1200.0)
HEAT_CAPACITY_J_M3_K = {"pg25": 1009.9 * 3968.6, "air": 1.184 * 1006.0}
HYSTERESIS_K = 2.0


def _scenario() -> twin.Scenario:
    layout = small_layout(liquid=4, air=1)
    work = [training("liquid", 72), training("air", 2)]
    return small(
        layout,
        workload=work,
        faults=failing((FAIL_S, "cdu_pump_1", REPAIR_S - FAIL_S)),
        horizon=f"{HORIZON_S} s",
        outputs={"period": "10 s"},
    )


@cache
def event_driven() -> tuple[Facility, Result]:
    facility = twin.build(_scenario())
    return facility, twin.simulate(facility)


def exchange_w_k(transfer_w_k: float, hot_w_k: float, cold_w_k: float) -> float:
    """Heat a kelvin between the two supplies of a counter-flow exchanger."""
    small_w_k, large_w_k = sorted((hot_w_k, cold_w_k))
    units = transfer_w_k / small_w_k
    ratio = small_w_k / large_w_k
    e = np.exp(-units * (1 - ratio))
    effectiveness = units / (1 + units) if abs(1 - ratio) < 1e-9 else (1 - e) / (1 - ratio * e)
    through = effectiveness * small_w_k
    return float(through / (1 - through / hot_w_k))


def films_w_k(rated_w_k: float, hot_frac: float) -> float:
    """UA of two equal films, the hot one at a share of its rated flow (Dittus-Boelter:
    flow^0.8).
    """
    return float(2 * rated_w_k / (hot_frac**-0.8 + 1))


@dataclass
class Plain:
    """The small facility as a handful of numbers, and an explicit Euler step."""

    facility: Facility
    load: Result
    clock: np.ndarray = field(init=False)
    notch: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        racks = self.facility.racks
        cooling = self.facility.cooling
        self.count = len(racks.id)
        self.notch = np.zeros(self.count, dtype=int)
        first = self.load.frame("racks").iloc[: self.count]
        steady_w = first.power_w.to_numpy()
        chip_w = (first.junction_degc - first.coolant_degc).to_numpy() / racks.junction_k_w
        self.busy = (chip_w - racks.gpu_idle_w) / racks.gpu_span_w
        gain = racks.gpu_gain * racks.work_frac
        self.gpu_w = racks.nodes * racks.gpus_per_node * racks.gpu_span_w * self.busy * gain
        self.rest_w = steady_w - self.gpu_w
        self.liquid = racks.liquid_frac > 0
        notches = np.floor((1 - racks.clock_floor_frac) / racks.clock_step_frac + 1e-9).astype(int)
        self.ladder = [
            1 - s * np.arange(n + 1) for s, n in zip(racks.clock_step_frac, notches, strict=True)
        ]
        self.loop = int(cooling.loop_node[0])
        self.mass = int(cooling.hall_mass[0])
        self.flow(1.0)
        self._crah()

    def flow(self, pump_share: float) -> None:
        """Flow of the loop with both pumps (1) or one of them."""
        racks = self.facility.racks
        cooling = self.facility.cooling
        units = self.facility.cooling.units
        cdu = units.kind.index("cdu")
        wanted = float(cooling.loop_demand_m3_s[0])
        gives = min(float(units.flow_m3_s[cdu]) * pump_share, wanted)
        self.rack_w_k = racks.stream_w_k * np.where(self.liquid, gives / wanted, 1.0)
        hot_w_k = gives * HEAT_CAPACITY_J_M3_K["pg25"]
        transfer_w_k = films_w_k(units.transfer_w_k[cdu], hot_w_k / units.hot_w_k[cdu])
        self.cdu_w_k = exchange_w_k(transfer_w_k, hot_w_k, units.cold_w_k[cdu])
        plate = 0.6 + 0.4 * (gives / wanted) ** -0.6
        self.junction_k_w = racks.junction_k_w * np.where(self.liquid, plate, 1.0)
        self.cdu_w = float(units.power_w[cdu]) * (1.0 if pump_share == 1.0 else 0.5)

    def _crah(self) -> None:
        cooling = self.facility.cooling
        units = self.facility.cooling.units
        rows = [u for u, kind in enumerate(units.kind) if kind == "crah"]
        speed = max(min(float(cooling.hall_demand_m3_s[0] / units.flow_m3_s[rows].sum()), 1.0), 0.3)
        hot_w_k = speed * units.hot_w_k[rows]
        supply_w_k = np.array(
            [
                exchange_w_k(films_w_k(units.transfer_w_k[u], speed), h, units.cold_w_k[u])
                for u, h in zip(rows, hot_w_k, strict=True)
            ]
        )
        self.crah_w_k = supply_w_k / (1 + supply_w_k / hot_w_k)
        floor = units.floor_frac[rows]
        self.crah_w = units.power_w[rows] * (floor + (1 - floor) * speed**3)
        self.handler_w_k = hot_w_k
        self.mix = self._who_draws_whose_air()

    def _who_draws_whose_air(self) -> np.ndarray:
        """(inlet, outlet) shares: racks, then handlers; by alternate scaling of what distance and
        containment suggest, one number after the other.
        """
        air = self.facility.cooling.air
        wants = self.facility.cooling.air.rack_w_k
        back = air.recirculation_frac[air.zone_of_rack]
        flows = [*wants, *self.handler_w_k]
        racks = len(wants)
        guess = np.zeros((len(flows), len(flows)))
        for i in range(racks):
            z = air.zone_of_rack[i]
            near = [air.handler_nearness[z, j] * h for j, h in enumerate(self.handler_w_k)]
            own = [air.exhaust_nearness[z, air.zone_of_rack[k]] * wants[k] for k in range(racks)]
            for k in range(racks):
                guess[i, k] = wants[i] * back[i] * own[k] / sum(own)
            for j, weight in enumerate(near):
                guess[i, racks + j] = wants[i] * (1 - back[i]) * weight / sum(near)
                guess[racks + j, i] = guess[i, racks + j]
        again = sum(w * b for w, b in zip(wants, back, strict=True))
        for j, h in enumerate(self.handler_w_k):
            for k, other in enumerate(self.handler_w_k):
                guess[racks + j, racks + k] = again * h * other / sum(self.handler_w_k) ** 2
        for _ in range(3000):
            guess *= (np.array(flows) / guess.sum(axis=0))[None, :]
            guess *= (np.array(flows) / guess.sum(axis=1))[:, None]
        self.flows = np.array(flows)
        return guess

    def rack_w(self) -> np.ndarray:
        clock = np.array([ladder[n] for ladder, n in zip(self.ladder, self.notch, strict=True)])
        voltage = np.maximum(0.81, 1 - 0.19 / (1 - 0.606) * (1 - clock))
        return self.rest_w + self.gpu_w * clock * voltage**2

    def plant_w(self, p: int, water: float) -> float:
        """Heat a plant takes: dry cooler or chiller inside its band, none below the set-point."""
        plant = self.facility.cooling.plants[p]
        slope = len(plant.units) * plant.capacity_w / plant.band_k
        if plant.kind == "dry_cooler":
            slope = max(slope, 1.5 * plant.units.size * plant.conductance_w_k)
        return slope * max(water - plant.supply_degc, 0.0)

    def heating_w(self, t: np.ndarray) -> np.ndarray:
        """Net heat into every node at the temperatures `t`."""
        racks = self.facility.racks
        cooling = self.facility.cooling
        out = np.zeros(t.size)
        power = self.rack_w()
        to_stream = np.where(self.liquid, racks.liquid_frac, 1.0) * power
        passed = self.rack_w_k * (t[: self.count] - t[racks.zone])
        out[: self.count] = to_stream - passed
        np.add.at(out, racks.zone, passed)
        out[self.loop] += self.cdu_w
        self._air(out, t, power - to_stream)
        links = [(self.loop, cooling.plants[cooling.loop_plant[0]].node, self.cdu_w_k)]
        links += [
            (int(node), self.mass, float(g))
            for node, g in zip(cooling.air.zone_node, cooling.air.structure_w_k, strict=True)
        ]
        for node, other, g in links:
            out[node] -= g * (t[node] - t[other])
            out[other] += g * (t[node] - t[other])
        for p, plant in enumerate(cooling.plants):
            out[plant.node] += plant.pump_w - self.plant_w(p, float(t[plant.node]))
        return out

    def _air(self, out: np.ndarray, t: np.ndarray, into_air_w: np.ndarray) -> None:
        """Every inlet moves to the mix that it draws in; coils warm their water."""
        cooling = self.facility.cooling
        air = cooling.air
        water = cooling.plants[cooling.hall_plant[0]].node
        inlet = np.concatenate([air.zone_node[air.zone_of_rack], air.handler_node])
        drawn = t[air.handler_node]
        taken = self.crah_w_k * (drawn - t[water])
        leaves = np.where(
            self.liquid, t[inlet[: self.count]] + into_air_w / air.rack_w_k, t[: self.count]
        )
        supply = drawn + (self.crah_w - taken) / self.handler_w_k
        outlet = np.concatenate([leaves, supply])
        out[water] += taken.sum()
        zones = air.zone_node[air.zone_of_rack][~self.liquid]
        np.subtract.at(
            out,
            zones,
            self.rack_w_k[~self.liquid]
            * (t[: self.count] - t[self.facility.racks.zone])[~self.liquid],
        )
        for i, node in enumerate(inlet):
            out[node] += float(self.mix[i] @ outlet) - self.flows[i] * t[node]

    def steady_degc(self) -> np.ndarray:
        """Where nothing moves: the equations are affine while both plants stand in their bands."""
        at = np.full(self.facility.cooling.capacity_j_k.size, 50.0)
        slope = np.stack(
            [self.heating_w(at + one) - self.heating_w(at) for one in np.eye(at.size)], axis=1
        )
        return at - np.linalg.solve(slope, self.heating_w(at))

    def govern(self, t: np.ndarray) -> None:
        """The clock ladder: down to the first clock that fits, up where there is room for the
        hysteresis.
        """
        racks = self.facility.racks
        for r in range(self.count):
            ladder = self.ladder[r]
            voltage = np.maximum(0.81, 1 - 0.19 / (1 - 0.606) * (1 - ladder))
            chip = racks.gpu_idle_w[r] + racks.gpu_span_w[r] * self.busy[r] * ladder * voltage**2
            room = racks.slowdown_degc[r] - self.junction_k_w[r] * chip - t[r]
            while room[self.notch[r]] <= 0 and self.notch[r] < ladder.size - 1:
                self.notch[r] += 1
            while self.notch[r] > 0 and room[self.notch[r] - 1] >= HYSTERESIS_K:
                self.notch[r] -= 1


@dataclass(frozen=True)
class Outcome:
    coolant_degc: np.ndarray
    it_j: float
    throttled_gpu_s: float


@cache
def integrated(step_s: float) -> Outcome:
    """Explicit Euler from the steady state of the first instant."""
    plain = Plain(*event_driven())
    t = plain.steady_degc()
    capacity = plain.facility.cooling.capacity_j_k
    gpus = plain.facility.racks.nodes * plain.facility.racks.gpus_per_node
    probes = []
    it_j = 0.0
    throttled = 0.0
    for n in range(round(HORIZON_S / step_s)):
        now = n * step_s
        if now in (FAIL_S, REPAIR_S):
            plain.flow(0.55 if now == FAIL_S else 1.0)
        if now in PROBES_S:
            probes.append(t[: plain.count].copy())
        plain.govern(t)
        it_j += plain.rack_w().sum() * step_s
        throttled += gpus[plain.notch > 0].sum() * step_s
        t = t + step_s / capacity * plain.heating_w(t)
    return Outcome(np.array(probes), float(it_j), float(throttled))


def simulated() -> Outcome:
    facility, result = event_driven()
    racks = (
        result.frame("racks")
        .set_index(["time_s", "rack"])
        .coolant_degc.unstack()[list(facility.racks.id)]
    )
    return Outcome(
        racks.loc[list(PROBES_S)].to_numpy(),
        result.summary["energy_it_j"],
        result.summary["gpu_hours_throttled"] * 3600,
    )


def order(errors: list[float]) -> float:
    """Slope of the error over the step in logarithms."""
    return float(np.polyfit(np.log(STEPS_S), np.log(errors), 1)[0])


def test_the_case_throttles_and_recovers() -> None:
    _, result = event_driven()
    events: Any = result.frame("events")
    assert set(events.what) >= {"failed", "repaired", "throttled", "full clock"}
    assert result.summary["gpu_hours_throttled"] > 10


def test_before_the_fault_both_stand_in_the_same_steady_state() -> None:
    facility, result = event_driven()
    plain = Plain(facility, result)
    said = result.frame("racks").query("time_s == 100").coolant_degc.to_numpy()
    np.testing.assert_allclose(plain.steady_degc()[: plain.count], said, atol=1e-6)


def test_coolant_temperatures_converge_at_first_order() -> None:
    said = simulated().coolant_degc
    errors = [
        float(np.abs(integrated(step).coolant_degc[:, :4] - said[:, :4]).mean()) for step in STEPS_S
    ]
    assert order(errors) == pytest.approx(1.0, abs=0.25), errors
    assert errors[-1] < 0.02


def test_air_cooled_racks_agree_too() -> None:
    said = simulated().coolant_degc[:, 4]
    assert np.abs(integrated(STEPS_S[-1]).coolant_degc[:, 4] - said).max() < 0.01


def test_it_energy_agrees_in_proportion_to_the_step() -> None:
    """Steps of the clock fall on the grid of steps, so the error is bounded by the step but not
    smooth in it.
    """
    said = simulated().it_j
    for step in STEPS_S:
        assert abs(integrated(step).it_j - said) <= 6e-5 * step * said


def test_throttled_time_agrees_in_proportion_to_the_step() -> None:
    """Within a step for each of the two edges of each liquid rack."""
    said = simulated().throttled_gpu_s
    for step in STEPS_S:
        assert abs(integrated(step).throttled_gpu_s - said) <= 2 * step * 4 * 72
