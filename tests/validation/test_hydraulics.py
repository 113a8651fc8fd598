"""Claim: flows in pipes are those of closed forms, of a network solved by hand, and of EPANET.

Sources: CoolProp 8 for fluids; Colebrook and White, Hagen and Poiseuille; EPANET 2.2 through wntr
(tests/benchmarks/epanet.py), which takes Swamee and Jain's fit where this program solves Colebrook.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq

from tests.benchmarks import epanet
from tests.sources import table
from twin.physics.hydraulics import liquid
from twin.physics.hydraulics.governed import governed_flow
from twin.physics.hydraulics.headers import (
    HeaderLoop,
    LoopPlan,
    PipeRun,
    balance_pa_s2_m6,
    header_drop_pa,
    header_loop,
    loop_flow,
)
from twin.physics.hydraulics.network import Links, PipeNetwork, solve_network
from twin.physics.hydraulics.pipe import Pipes, fitting_pa_s2_m6, friction_factor, valve_kv_m3_h
from twin.physics.hydraulics.pump import (
    coasting_frac,
    coasting_level,
    curve_through,
    next_level_s,
    suction_margin_pa,
)

WATER = liquid.Liquid(998.3, 0.001002)


@pytest.mark.parametrize("row", table("cooling/coolant_properties.csv"), ids=str)
def test_properties_are_those_of_coolprop(row: dict[str, str]) -> None:
    fluid = "pg25" if row["fluid"] == "pg25_mass" else row["fluid"]
    at = float(row["temperature_degc"])
    assert liquid.density_kg_m3(fluid, at) == pytest.approx(float(row["density_kg_m3"]), rel=5e-5)
    cp = liquid.heat_capacity_j_kg_k(fluid, at)
    assert cp == pytest.approx(float(row["cp_j_kg_k"]), rel=5e-5)
    assert liquid.viscosity_pa_s(fluid, at) == pytest.approx(float(row["viscosity_pa_s"]), rel=1e-3)


@given(st.floats(3.7, 8.0), st.floats(-6.0, -1.5))
def test_turbulent_friction_is_colebrook(log_re: float, log_rough: float) -> None:
    reynolds, rough = 10**log_re, 10**log_rough

    def left(f: float) -> float:
        return f**-0.5 + 2 * np.log10(rough / 3.7 + 2.51 / (reynolds * f**0.5))

    want = brentq(left, 1e-3, 0.5, xtol=1e-14)
    found, slope = friction_factor(np.array([reynolds]), rough)
    assert found[0] == pytest.approx(want, rel=2e-5)
    step = 1e-4
    beside, _ = friction_factor(np.array([reynolds * (1 + step)]), rough)
    assert slope[0] == pytest.approx(np.log(beside[0] / found[0]) / np.log1p(step), abs=2e-3)


def test_slow_flow_is_hagen_and_poiseuille() -> None:
    pipe = Pipes(np.array([10.0]), np.array([0.02]), np.array([4.5e-5]), WATER)
    flow = np.array([1e-5])
    drop, slope = pipe.drop_pa(flow)
    want = 128 * WATER.viscosity_pa_s * 10.0 / (np.pi * 0.02**4)
    assert drop[0] == pytest.approx(want * 1e-5, rel=1e-9)
    assert slope[0] == pytest.approx(want, rel=1e-9)
    assert pipe.drop_pa(-flow)[0][0] == -drop[0]
    assert pipe.drop_pa(np.zeros(1))[0][0] == 0.0


def test_valves_by_kv() -> None:
    a_bar_at_10_m3_h = 1e5 / (10.0 / 3600) ** 2
    assert valve_kv_m3_h(a_bar_at_10_m3_h, 1000.0) == pytest.approx(10.0)
    assert fitting_pa_s2_m6(2.0, 0.1, 1000.0) * 0.01**2 == pytest.approx(1621.1, rel=1e-3)


def test_half_speed_is_half_the_flow_and_an_eighth_of_the_power() -> None:
    curve = curve_through(0.02, 244e3)
    rise = curve.rise_pa(0.01, 0.5)
    assert rise == pytest.approx(61e3)
    assert 0.01 * rise == pytest.approx(0.02 * 244e3 / 8)
    assert curve.rise_pa(0.0) == pytest.approx(244e3 * 4 / 3)
    with pytest.raises(ValueError, match="shut-off"):
        curve_through(0.02, 244e3, 200e3)


def test_the_published_curve_of_a_coolant_unit_is_met() -> None:
    """XDU1350: 476.457 kPa + 0.092063 Q - 0.000234 Q^2 (Q in L/min), a public configurator."""
    curve = curve_through(0.02, 244e3, 476.457e3, 3.0)
    for litres in (0.0, 300.0, 600.0, 900.0, 1200.0):
        want_kpa = 476.457 + 0.092063 * litres - 0.000234 * litres**2
        assert curve.rise_pa(litres / 6e4) / 1e3 == pytest.approx(want_kpa, rel=0.035)


def test_a_pump_runs_down_as_its_inertia_says() -> None:
    """0.05 kg m2 at 304 rad/s and 2,300 W at the shaft: 2.009 s."""
    constant = 0.05 * 304.0**2 / 2300.0
    span_s, speed = 1e-4, 1.0
    for _ in range(int(5.0 / span_s)):
        speed -= span_s * speed**2 / constant
    assert coasting_frac(5.0, constant) == pytest.approx(speed, rel=1e-4)
    assert coasting_frac(1.0, 0.0) == 0.0


def test_steps_of_a_pump_that_runs_down_follow_its_speed() -> None:
    now, constant = 0.0, 2.0
    assert coasting_level(np.array(0.0), constant) == pytest.approx(0.9)
    levels = []
    while np.isfinite(step := next_level_s(now, constant)):
        now += step
        levels.append(float(coasting_level(np.array(now), constant)))
    assert levels == pytest.approx([0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])
    assert now == pytest.approx(2.0 * 19)
    times = np.linspace(0.2, 37, 500)
    apart = coasting_level(times, constant) - coasting_frac(times, constant)
    assert np.abs(apart).max() <= 0.0501


def test_suction_margin() -> None:
    """Water of 40 °C has a vapour pressure of 7.38 kPa."""
    assert suction_margin_pa(0.0, 40.0, 30e3) == pytest.approx(101325 - 7384 - 30e3, abs=20)


def quadratic_links(start: list[int], end: list[int], loss: list[float]) -> Links:
    size = len(start)
    nothing = {n: np.zeros(size) for n in Links.__annotations__ if n not in ("start", "end")}
    given_ = {
        "loss_pa_s2_m6": np.array(loss),
        "diameter_m": np.ones(size),
        "equipment_power": np.ones(size),
        "pump_power": np.full(size, 2.0),
        "checked": np.zeros(size, dtype=bool),
    }
    return Links(np.array(start), np.array(end), **(nothing | given_))


def test_a_network_solved_by_hand() -> None:
    """A pump of 100 kPa - 1e9 q^2 over 2e9, then 4e9 beside 9e9: the branches together are
    (1/sqrt(4e9) + 1/sqrt(9e9))^-2 = 1.44e9, so q = sqrt(1e5 / 4.44e9) = 4.746 L/s, shared as 3 : 2.
    """
    links = quadratic_links([0, 1, 2, 2], [1, 2, 0, 0], [0.0, 2e9, 4e9, 9e9])
    pump = np.array([1e5, 0, 0, 0])
    links = Links(**{**links.__dict__, "shutoff_pa": pump, "pump_loss": pump * 1e4})
    network = PipeNetwork(3, links, np.array([0]), np.array([0.0]), WATER)
    found = solve_network(network)
    whole = np.sqrt(1e5 / 4.44e9)
    assert found.flow_m3_s == pytest.approx([whole, whole, 0.6 * whole, 0.4 * whole], rel=1e-9)
    assert found.pressure_pa[1:] == pytest.approx([1e5 - 1e9 * whole**2, 1.44e9 * whole**2])
    half = solve_network(network, speed_frac=0.5)
    assert half.flow_m3_s == pytest.approx(found.flow_m3_s / 2, rel=1e-9)
    assert solve_network(network, speed_frac=0.0).flow_m3_s.tolist() == [0, 0, 0, 0]
    taken = solve_network(network, demand_m3_s=np.array([0.0, 0.0, 1e-3]))
    assert taken.flow_m3_s[1] - taken.flow_m3_s[2:].sum() == pytest.approx(1e-3, rel=1e-9)


@given(st.integers(0, 10_000))
def test_random_networks_balance(seed: int) -> None:
    """Mass at every node, pressure along every link, for loops with pumps lost and valves shut."""
    draw = np.random.default_rng(seed)
    loop = header_loop(random_plan(draw))
    network = loop.network
    opened = np.ones(network.links.size)
    opened[loop.rack] = draw.choice([0.0, 0.2, 1.0, 1.0], loop.rack.size)
    speed = draw.choice([0.0, 0.4, 1.0, 1.0], loop.pump.size)
    found = loop_flow(loop, speed, opened)
    left = network.take.T @ found.link_m3_s
    assert np.abs(np.delete(left, 0)).max() <= 3e-7
    assert (found.pump_m3_s >= 0).all()
    assert (found.rack_m3_s[opened[loop.rack] == 0] == 0).all()


def random_plan(draw: np.random.Generator) -> LoopPlan:
    racks = int(draw.integers(1, 12))
    units = int(draw.integers(1, 4))
    return LoopPlan(
        PipeRun(float(draw.uniform(2, 40)), 0.1, 8.0),
        float(draw.uniform(0.05, 0.15)),
        draw.uniform(0.5, 3.0, racks),
        PipeRun(3.0, 0.04, 6.0),
        4.5e-5,
        bool(draw.integers(2)),
        draw.uniform(0.0005, 0.003, racks),
        draw.uniform(3e4, 1.5e5, racks),
        tuple(curve_through(0.0044, float(draw.uniform(1e5, 3e5))) for _ in range(units)),
        tuple(int(n) for n in draw.integers(1, 4, units)),
        1.5e5,
        WATER,
    )


@pytest.mark.parametrize(
    ("bore_m", "kg_s", "epanet_pa"),
    [(0.1, 10.0, 13934.0), (0.05, 2.0, 21704.0), (0.02, 0.2, 29741.0)],
)
def test_a_smooth_pipe_loses_what_epanet_finds(
    bore_m: float, kg_s: float, epanet_pa: float
) -> None:
    """100 m of plastic, 1.5 um, water of 20 degC: findings/half_the_drop_of_a_smooth_pipe.sh."""
    area_m2 = np.pi * bore_m**2 / 4
    speed = kg_s / 998.2 / area_m2
    reynolds = np.array([speed * bore_m / 1.004e-6])
    friction, _ = friction_factor(reynolds, 1.5e-6 / bore_m)
    lost_pa = friction[0] * 100.0 / bore_m * 998.2 * speed**2 / 2
    assert lost_pa == pytest.approx(epanet_pa, rel=0.006)


def loop_of_epanet() -> HeaderLoop:
    curve = curve_through(epanet.PUMP_M3_S, epanet.PUMP_PA)
    fluid = liquid.Liquid(epanet.KG_M3, epanet.PA_S)
    return header_loop(
        LoopPlan(
            main=PipeRun(10.0, 0.1, 8.0),
            header_diameter_m=0.1,
            spacing_m=np.full(epanet.RACKS, 0.6),
            branch=PipeRun(3.0, epanet.BRANCH_M),
            roughness_m=4.5e-5,
            reverse_return=False,
            rack_flow_m3_s=np.full(epanet.RACKS, epanet.RATED_M3_S),
            rack_drop_pa=epanet.rack_drop_pa(),
            curves=(curve, curve),
            pumps=(2, 2),
            static_pa=epanet.STATIC_M * 9.80665 * epanet.KG_M3,
            liquid=fluid,
            rack_power=2.0,
        )
    )


@pytest.mark.parametrize("case", epanet.CASES)
def test_flows_are_those_of_epanet(case: str) -> None:
    """Within 0.03 % of the rated flow, with every pump, one lost, a rack shut, and at 70 %."""
    want = {r["link"]: float(r["flow_m3_s"]) for r in table("cooling/epanet_loop.csv")
            if r["case"] == case}  # fmt: skip
    loop = loop_of_epanet()
    standing, shut, speed = epanet.CASES[case]
    names = [f"p{u}{k}" for u in (1, 2) for k in (1, 2)]
    opened = np.ones(loop.network.links.size)
    for name in shut:
        opened[loop.rack[int(name.removeprefix("rack"))]] = 0.0
    found = loop_flow(loop, np.array([0.0 if n in standing else speed for n in names]), opened)
    racks = [want[f"rack{i}"] for i in range(epanet.RACKS)]
    close = 3e-4 * epanet.RATED_M3_S
    assert found.rack_m3_s == pytest.approx(racks, abs=close)
    assert found.pump_m3_s == pytest.approx([want[n] for n in names], abs=2 * close)


@pytest.mark.parametrize("reverse", [False, True])
def test_balanced_valves_give_every_rack_its_flow(reverse: bool) -> None:
    plan = LoopPlan(**{**loop_of_epanet().plan.__dict__, "reverse_return": reverse})
    bare = header_loop(plan)
    valves = balance_pa_s2_m6(bare)
    loop = header_loop(LoopPlan(**{**plan.__dict__, "balance_pa_s2_m6": valves}))
    held = header_drop_pa(loop)
    governed = np.full(4, np.nan)
    found = governed_flow(loop, governed, np.ones(loop.network.links.size), held)
    assert found.flow.rack_m3_s == pytest.approx(plan.rack_flow_m3_s, rel=1e-6)
    assert found.flow.header_pa == pytest.approx(held, rel=1e-8)
    assert valves.min() == 0.0
    short = governed_flow(loop, governed, np.ones(loop.network.links.size), 1e7)
    assert short.speed_frac.tolist() == [1.0] * 4


def test_a_reverse_return_spreads_racks_less() -> None:
    spread = []
    for reverse in (False, True):
        asked = {"reverse_return": reverse, "rack_drop_pa": np.full(8, 3e4)}
        loop = header_loop(LoopPlan(**{**loop_of_epanet().plan.__dict__, **asked}))
        flow = loop_flow(loop, np.ones(4), np.ones(loop.network.links.size)).rack_m3_s
        spread.append(float(np.ptp(flow) / flow.mean()))
    assert spread[1] < 0.5 * spread[0]
