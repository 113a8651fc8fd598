"""Energy in is energy out, electric and thermal: on every shipped scenario and on random small
factories.

First law: over a run, supply = loads + losses + what batteries store, and heat put into the coolant
network = heat the plants took + heat stored. Both close to rounding where every interval is
integrated exactly.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from conftest import SHIPPED, failing, lived, shipped_facility, small, small_layout, training
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from twin import InputError, Result

LIMIT_FRAC = 1e-9
PUMPS_STOP = {"monthly_exercise"}
"""Where pumps of facility water stand still for part of a period."""


def electrical_residual_frac(result: Result) -> float:
    """From the site table alone: supplied less used and lost, over supplied."""
    site = result.frame("site")
    span = np.diff(site.time_s, prepend=0.0)
    bought_w = site.utility_power_w - site.export_power_w
    made_w = site.generator_power_w + site.solar_power_w + site.battery_power_w
    supplied = (bought_w + made_w) @ span
    used = (site.it_power_w + site.distribution_loss_w + site.cooling_power_w) @ span
    return float((supplied - used) / used)


def sankey_residual_frac(result: Result) -> float:
    """From the energy table alone: what flows into the site less what flows out."""
    energy = result.frame("energy")
    come, gone = (energy.energy_j[energy[side] == "site"].sum() for side in ("target", "source"))
    return float((come - gone) / come)


def heat_residual_frac(name: str, result: Result) -> float:
    """From the tables: heat of racks, coolant units, air handlers and pumps less heat rejected and
    stored.

    Only the hall's structure and the air on its way to the handlers have no row; they are taken to
    move with the air that racks draw in.
    """
    facility = shipped_facility(name)
    site = result.frame("site")
    span = np.diff(site.time_s, prepend=0.0)[1:]
    loops = result.frame("loops").pivot(
        index="time_s", columns="loop", values=["temperature_degc", "flow_frac"]
    )
    racks = result.frame("racks").pivot(index="time_s", columns="rack", values="coolant_degc")
    cooling = facility.cooling
    pumps = sum(
        p.pump_w * float(loops["flow_frac"][p.id].to_numpy()[1:] @ span) for p in cooling.plants
    )
    served = {"cdu", "crah"}
    energy = result.frame("energy").set_index("target").energy_j
    units_j = sum(energy.get(kind, 0.0) for kind in served)
    heat = (
        site.it_power_w.to_numpy()[1:] @ span + units_j * span.sum() / site.time_s.iloc[-1] + pumps
    )
    moved = loops["temperature_degc"].iloc[-1] - loops["temperature_degc"].iloc[0]
    capacity = cooling.capacity_j_k
    stored = float(
        (racks.iloc[-1] - racks.iloc[0])[list(facility.racks.id)]
        @ capacity[: len(facility.racks.id)]
    )
    nodes = [
        *zip(cooling.loop_id, cooling.loop_node, strict=True),
        *((p.id, p.node) for p in cooling.plants),
    ]
    stored += sum(moved[loop] * capacity[node] for loop, node in nodes)
    stored += sum(
        moved[hall] * (capacity[cooling.air.node][cooling.air.hall == h].sum() + capacity[mass])
        for h, (hall, mass) in enumerate(zip(cooling.hall_id, cooling.hall_mass, strict=True))
    )
    return float((heat - site.heat_rejected_w.to_numpy()[1:] @ span - stored) / heat)


@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_scenarios_close(name: str, shipped: Callable[[str], Result]) -> None:
    result = shipped(name)
    assert abs(result.summary["energy_balance_residual_frac"]) <= LIMIT_FRAC
    assert abs(result.summary["heat_balance_residual_frac"]) <= LIMIT_FRAC
    assert abs(electrical_residual_frac(result)) <= LIMIT_FRAC
    assert abs(sankey_residual_frac(result)) <= LIMIT_FRAC


@pytest.mark.parametrize("name", SHIPPED)
def test_heat_closes_from_the_tables_alone(name: str, shipped: Callable[[str], Result]) -> None:
    """To a hundred-thousandth: the share of cooling units is spread evenly, and the structure
    follows the air.
    """
    result = shipped(name)
    stops_frac = pump_stops_frac(name, result) if name in PUMPS_STOP else 0.0
    assert abs(heat_residual_frac(name, result)) <= 1e-5 + stops_frac


def pump_stops_frac(name: str, result: Result) -> float:
    """What water pumps may be off by: they are known at ends of periods alone, so that each stop
    is too long or too short by a period at most.
    """
    time_s = result.frame("site").time_s
    plants = shipped_facility(name).cooling.plants
    moved = result.frame("events").query("what == 'transfers'").time_s.nunique()
    pump_w = sum(plant.pump_w for plant in plants)
    drawn_j = float(result.frame("site").it_power_w.mean() * time_s.iloc[-1])
    return float(moved * pump_w * time_s.diff().max() / drawn_j)


@st.composite
def factories(draw: st.DrawFn) -> dict[str, Any]:
    """Arguments of a small factory: racks, power, work, weather and up to four faults that may
    overlap.
    """
    liquid = draw(st.integers(0, 4))
    air = draw(st.integers(0, 3))
    ups = draw(st.booleans())
    liquid = liquid if liquid + air else 1
    parts = ["utility", "board", "panel_1", "panel_2", "crah_1", "crah_2", "chilled"]
    parts += ["ups_1", "ups_2"] if ups else []
    parts += (
        ["cdu", "cdu_pump_1", "cdu_pump_2", "warm", "liquid_r1", "liquid_r1/node_2"]
        if liquid
        else ["air_r1"]
    )
    fault = st.tuples(st.integers(0, 5400), st.sampled_from(parts), st.integers(1, 3600))
    dry = draw(st.floats(5.0, 42.0))
    nodes = 18 * liquid or 2 * air
    jobs = {
        "kind": "batch",
        "name": "job",
        "count": 20,
        "span": "1 h",
        "runtime_median": "10 min",
        "nodes_median": 3.0,
    }
    chat = {
        "kind": "inference",
        "name": "chat",
        "model": "Llama-3.1-8B",
        "nodes": 1,
        "tensor_parallel": 1,
        "requests": {"rate": "40 / s"},
    }
    work = draw(st.lists(st.sampled_from(["train", "chat", "jobs"]), max_size=2, unique=True))
    kinds = {
        "train": training(nodes=max(nodes - 1, 1), checkpoint_interval="10 min"),
        "chat": chat,
        "jobs": jobs,
    }
    return {
        "layout": small_layout(liquid, air, ups),
        "horizon": "2 h",
        "seed": draw(st.integers(0, 99)),
        "workload": [kinds[w] for w in work],
        "outputs": {"period": draw(st.sampled_from(["60 s", "421 s", "900 s"]))},
        "faults": failing(*draw(st.lists(fault, max_size=4))),
        "site": {
            "climate": {
                "dry_bulb": f"{dry} °C",
                "wet_bulb": f"{dry - draw(st.floats(0.0, 12.0))} °C",
            },
            "grid": "virginia",
        },
    }


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(factories())
def test_random_factories_close(asked: dict[str, Any]) -> None:
    result = lived(small(**asked))
    assert abs(result.summary["token_balance_residual_frac"]) <= LIMIT_FRAC
    assert abs(result.summary["energy_balance_residual_frac"]) <= LIMIT_FRAC
    assert abs(result.summary["heat_balance_residual_frac"]) <= LIMIT_FRAC
    assert abs(electrical_residual_frac(result)) <= LIMIT_FRAC
    assert abs(sankey_residual_frac(result)) <= LIMIT_FRAC


@pytest.mark.parametrize("unit", ["cdu_600", "cdu_xdu1350", "cdu_2300"])
def test_a_coolant_unit_far_larger_than_its_racks_closes(unit: str) -> None:
    """Its exchanger is all but perfect at so little flow; the supplies meet, and nothing else
    happens.
    """
    layout = small_layout(liquid=1, air=0)
    layout["cooling"]["loops"][0]["type"] = unit
    result = lived(small(layout))
    loops = result.frame("loops").query("time_s == 3600").set_index("loop")
    assert abs(result.summary["heat_balance_residual_frac"]) <= LIMIT_FRAC
    assert 41.8 < loops.temperature_degc["warm"] <= loops.temperature_degc["cdu_loop"] < 43.0


@pytest.mark.parametrize("dry_bulb", [-10.0, 20.0, 38.0, 40.0, 41.0, 41.8, 45.0])
def test_runs_start_in_a_steady_state_in_any_weather(dry_bulb: float) -> None:
    """Also where the air is all but as warm as the set-point, so that the coolers change pieces on
    the way.
    """
    air = {
        "climate": {"dry_bulb": f"{dry_bulb} °C", "wet_bulb": f"{dry_bulb} °C"},
        "grid": "virginia",
    }
    loops = (
        lived(small(small_layout(2, 0), site=air, horizon="30 min"))
        .frame("loops")
        .set_index(["time_s", "loop"])
    )
    warm = loops.temperature_degc.unstack().warm
    assert warm.iloc[0] == pytest.approx(warm.iloc[-1], abs=1e-6)
    assert max(41.8, dry_bulb) < warm.iloc[0] < max(41.8, dry_bulb) + 3.0


@pytest.mark.parametrize("units", [3, 4])
def test_no_loop_runs_away(units: int) -> None:
    """Five racks dealt over the units: whoever cannot be given a rack is refused, or at least does
    not boil.
    """
    layout = small_layout(liquid=5, air=0)
    layout["cooling"]["loops"][0]["count"] = units
    try:
        loops = lived(small(layout)).frame("loops")
    except InputError:
        return
    assert loops.temperature_degc.between(10.0, 60.0).all()


def test_an_outage_at_the_first_instant_starts_from_a_cooled_factory() -> None:
    """The first state is that of the cooled factory, for there is no steady state without
    cooling.
    """
    drill = {"kind": "utility_outage", "at": "0 min", "duration": "1 min"}
    result = lived(small(small_layout(2, 1), drills=[drill], horizon="30 min"))
    loops = result.frame("loops")
    assert abs(result.summary["heat_balance_residual_frac"]) <= LIMIT_FRAC
    assert loops.temperature_degc.between(10.0, 60.0).all()
