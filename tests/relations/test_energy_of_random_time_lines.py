"""Claim: whatever fails, starts, trips, is shed and comes back, no joule and no litre is lost: in
every period what came in is what was used, lost and stored, to 1e-9.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from conftest import small_layout

from tests.planner import answer, busy, happened, number
from twin import Result

HOURS = 4
PERIOD_S = 60.0
COMPONENTS = (
    "utility", "genset_1", "genset_2", "board", "ups_1", "ups_2", "panel_1", "panel_2", "crah_1",
    "chilled", "liquid_r1",
)  # fmt: skip
TANK_L = 10.0


def layout(rng: np.random.Generator) -> dict[str, Any]:
    """Two small sets on one board, UPS whose panels trip when one is lost, crews and spares."""
    made: dict[str, Any] = small_layout(4, 1)
    made["power"][1] |= {
        "count": 2,
        "rating": "500 kW",
        "overrides": {
            "start_failure_probability": 0.3,
            "run_failure_first_hour_probability": 0.5,
            "synchronise": f"{rng.choice([0, 5])} s",
            "retransfer": f"{rng.choice([0, 60, 300])} s",
            "load_step_frac": float(rng.choice([0.3, 1.0])),
            "tank": f"{TANK_L} L",
            **({"refuel": "30 min"} if rng.random() < 0.5 else {}),
        },
    }
    made["power"][2]["mode"] = str(rng.choice(["share", "priority"]))
    made["crews"] = [{"name": "site", "count": int(rng.integers(1, 3))}]
    made["spares"] = [{"type": "rpp_500", "count": 0, "lead_time": "20 min"}]
    return made


def time_line(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Twelve faults at any moment, from a tenth of a second to an hour, or until a crew comes."""
    out: list[dict[str, Any]] = []
    for _ in range(12):
        fault = {"at": f"{rng.uniform(60, HOURS * 3600 - 60):.3f} s"}
        fault["component"] = str(rng.choice(COMPONENTS))
        if rng.random() < 0.8:
            fault["repair_after"] = f"{10 ** rng.uniform(-1, 4):.3f} s"
        out.append(fault)
    return out


@cache
def lived(seed: int) -> Result:
    rng = np.random.default_rng(seed)
    fuel = {"kind": "refuel", "at": "2 h", "generator": "genset", "amount": "15 L"}
    controls: dict[str, Any] = {"actions": [fuel]}
    if rng.random() < 0.4:
        controls["load_shedding"] = {
            "order": ["air", "crah", "liquid"],
            "above": float(rng.choice([0.5, 0.9, 1.0])),
            "act_after": f"{rng.choice([0, 0.5, 5])} s",
            "pick_up_every": "20 s",
        }
    return answer(
        layout(rng),
        horizon=f"{HOURS} h",
        seed=seed,
        faults={"timeline": time_line(rng)},
        controls=controls,
        workload=[busy(nodes=72)],
        outputs={"period": f"{PERIOD_S} s"},
    )


@pytest.mark.parametrize("seed", range(12))
def test_no_energy_and_no_fuel_is_lost(seed: int) -> None:
    run = lived(seed)
    site = run.frame("site")
    came_w = site.utility_power_w + site.generator_power_w
    drawn_w = site.it_power_w + site.cooling_power_w + site.other_power_w
    went_w = drawn_w + site.distribution_loss_w
    held_j = np.diff(np.concatenate([[2 * 155279503.0], site.battery_energy_j]))
    open_j = (came_w - went_w) * PERIOD_S - held_j
    assert np.abs(open_j).max() <= 1e-9 * max(held_j.max(), came_w.max() * PERIOD_S, 1e9)
    assert abs(number(run, "energy_balance_residual_frac")) < 1e-9
    poured_l = sum(
        float(detail.split(" L")[0].replace(",", ""))
        for detail in run.frame("events").query("what == 'refuelled'").detail
    )
    burnt_l = number(run, "fuel_m3") * 1e3
    assert -1e-6 <= burnt_l <= 2 * TANK_L + poured_l + 1.0


def test_the_time_lines_do_what_they_are_for() -> None:
    """Between them they see all of it."""
    seen = {what for seed in range(12) for _, _, what in happened(lived(seed))}
    assert seen >= {
        "tripped", "closed again", "started", "failed to start", "on battery", "off battery",
        "ran dry", "refuelled", "loads shed", "loads picked up", "waits for a spare", "transfers",
    }  # fmt: skip
