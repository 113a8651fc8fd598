"""Claim: a factory twice as large is twice the factory, and one rack does not know how many there
are.
"""

from __future__ import annotations

from typing import Any

import pytest
from conftest import small_layout
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.planner import answer, batch, chat, number, per_rack
from twin import Result

EXTENSIVE = ("energy_utility_j", "energy_it_j", "energy_cooling_j", "energy_loss_j", "cost_usd")
INTENSIVE = ("pue", "wue_l_per_kwh")


def layout(times: int, racks: int = 2) -> dict[str, Any]:
    """`times` identical units: racks, coolant units, panels, UPS, boards, coolers, all of them."""
    made = small_layout(liquid=racks * times, air=times)
    made["halls"][0]["size"] = [f"{12 * times} m", "9 m", "4 m"]
    made["halls"][0]["structure_heat_capacity"] = 2e6 * times
    made["halls"][0]["structure_conductance"] = 4e3 * times
    groups = [*made["power"], *made["cooling"]["loops"], *made["cooling"]["air"]]
    for group in [*groups, *made["cooling"]["plant"]]:
        group["count"] = group.get("count", 1) * times
    for plant in made["cooling"]["plant"]:
        for key, unit_ in (("volume", "m^3"), ("pump_power", "kW")):
            plant[key] = f"{float(plant[key].split()[0]) * times} {unit_}"
    return made


def unit(times: int, nodes: int = 20, rate: float = 200.0) -> Result:
    work = [chat(nodes=nodes * times, rate=rate * times)]
    return answer(layout(times), workload=work, horizon="30 min")


@pytest.mark.parametrize("times", [2, 3])
def test_energies_grow_with_the_factory_and_ratios_stay(times: int) -> None:
    one = answer(layout(1))
    many = answer(layout(times))
    for key in EXTENSIVE:
        assert number(many, key) == pytest.approx(times * number(one, key), rel=1e-6), key
    for key in INTENSIVE:
        assert number(many, key) == pytest.approx(number(one, key), rel=1e-6), key


def test_each_rack_is_as_hot_and_as_hungry_as_in_the_smaller_hall() -> None:
    one = answer(layout(1))
    two = answer(layout(2))
    for column in ("power_w", "inlet_air_degc", "coolant_degc", "junction_degc"):
        small = per_rack(one, column)["liquid_r1"].to_numpy()
        for rack in ("liquid_r1", "liquid_r2", "liquid_r3", "liquid_r4"):
            near = 0.02 if column == "inlet_air_degc" else 1e-4  # other neighbours, other air
            assert per_rack(two, column)[rack].to_numpy() == pytest.approx(
                small, rel=1e-6, abs=near
            )


def test_capacity_of_a_service_grows_with_its_nodes() -> None:
    capacity = [
        answer(layout(1), workload=[chat(nodes=nodes)])
        .frame("services")
        .capacity_tokens_per_s.iloc[0]
        for nodes in (1, 2, 4, 8)
    ]
    assert [value / capacity[0] for value in capacity] == pytest.approx([1, 2, 4, 8], rel=1e-9)


def test_twice_the_pool_under_twice_the_requests_is_as_busy() -> None:
    """Arrivals are drawn, so that twice as many are not exactly twice: within four standard
    errors.
    """
    one = unit(1).frame("services")
    two = unit(2).frame("services")
    share = two.requests.sum() / one.requests.sum()
    assert share == pytest.approx(2.0, abs=2 * 4 * one.requests.sum() ** -0.5 * 2)
    assert two.utilisation_frac.mean() / one.utilisation_frac.mean() == pytest.approx(
        share / 2, rel=0.01
    )


@settings(max_examples=8)
@given(liquid=st.integers(1, 5), air=st.integers(0, 4))
def test_an_idle_hall_draws_the_idle_power_of_its_racks(liquid: int, air: int) -> None:
    """GB200 NVL72 22 kW; two DGX B200 of a rack 2 x 2.4 kW and what the row of a rack adds: each
    rack alone says how much.
    """
    result = answer(small_layout(liquid, air), horizon="10 min")
    idle = per_rack(result, "power_w").iloc[-1]
    of_type = {"liquid": idle.filter(like="liquid"), "air": idle.filter(like="air")}
    for racks, count in ((of_type["liquid"], liquid), (of_type["air"], air)):
        assert len(racks) == count
        assert racks.nunique() <= 1
    mean = number(result, "power_it_mean_w")
    assert mean == pytest.approx(idle.sum(), rel=1e-9)


def test_losses_of_a_stage_grow_with_the_square_of_its_load() -> None:
    """Panels lose 0.2 % of their rating at full load and nothing at none: four times at twice the
    load.
    """
    lost = {}
    for racks in (1, 2, 4):
        frame = answer(small_layout(racks, 0), horizon="10 min").frame("power")
        panel = frame[frame.component == "panel_1"].iloc[-1]
        lost[racks] = (panel.power_out_w, panel.power_in_w - panel.power_out_w)
    for racks in (2, 4):
        load = lost[racks][0] / lost[1][0]
        assert lost[racks][1] / lost[1][1] == pytest.approx(load**2, rel=1e-6)


def test_work_that_no_node_is_left_for_waits_and_costs_no_power() -> None:
    """The third job of 30 nodes in a hall of 72 starts when one of the first two ends."""
    jobs = [batch(f"job{i}", 1, span="1 s", runtime_median="20 min", runtime_sigma=1e-6,
                  nodes_median=30.0, nodes_sigma=1e-6, nodes_max=30) for i in range(3)]  # fmt: skip
    result = answer(small_layout(4, 0), workload=jobs)
    frame = result.frame("jobs").sort_values("started_s")
    assert frame.started_s.iloc[:2].max() < 2.0
    assert frame.started_s.iloc[2] == pytest.approx(frame.finished_s.iloc[:2].min(), abs=1.0)
    busy = result.frame("site").gpus_busy
    assert busy.max() <= 60 * 4 + 1e-6
