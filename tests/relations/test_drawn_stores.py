"""Claim: stores that nobody wrote by hand keep their promises. Several of unlike energy at a site,
by rules beside one another, with arrays that may not all give, meters that lie, and what goes:
balances close, and a run that stopped, and one from event to event, have the same bytes.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest
import yaml
from conftest import ROOT
from mixed import Plain, members
from planner import loaded
from test_features_together import promises_kept

import twin
from twin.simulation.kernel.stretch import Stretch
from twin.simulation.loop.quiet import Quiet

SITE_KW = {"grid_pod": 900.0, "solar_edge": 150.0}
"""What they draw at work, about."""
ROOF = {"name": "roof", "type": "pv_1000", "rating": "480 kW", "fed_by": "switchboard_1"}
MODULES = {"dc_rating": "900 kW", "tilt_deg": 10, "azimuth_deg": 180}
STARTS = ("2026-07-15T06:00:00-07:00", "2026-07-15T15:00:00-07:00", "2026-01-10T10:00:00-05:00")
NUMBERS = range(20)


def drawn(number: int) -> Plain:
    """A scenario with its layout, as a planner writes it."""
    draw = Random(f"stores {number}")
    name = draw.choice(sorted(SITE_KW))
    layout = yaml.safe_load((ROOT / "layouts" / f"{name}.yaml").read_text(encoding="utf-8"))
    stores = _stores(draw, layout)
    for group in layout["power"]:
        if group["type"].startswith("ups") and draw.random() < 0.5:
            group["overrides"] = {"peukert_exponent": 1.2}
    if name == "grid_pod" and draw.random() < 0.5:
        layout["power"].append(ROOF | {"solar": MODULES})
    hours = draw.choice([3, 5, 8])
    site = {"climate": draw.choice(["phoenix", "baltimore"]), "grid": "ireland"}
    site |= draw.choice([{}, {"export": {"limit": draw.choice(["0 kW", "50 kW", "1 MW"])}}])
    work = {"kind": "batch", "name": "jobs", "count": draw.choice([1, 4]), "span": f"{hours} h"}
    work |= {"nodes_max": 8, "nodes_median": 3, "runtime_median": "40 min"}
    rules = [_rule(draw, store["name"], SITE_KW[name], hours) for store in stores]
    return {
        "version": 1,
        "name": f"stores_{number}",
        "layout": layout,
        "site": site,
        "start": draw.choice(STARTS),
        "horizon": f"{hours} h",
        "seed": number,
        "workload": draw.choice([[], [work]]),
        "faults": {"timeline": _faults(draw, layout, 60 * hours)},
        "controls": {"storage": rules},
        "outputs": {"period": draw.choice(["1 min", "7 min", "113 s", "37 s"])},
    }


def _stores(draw: Random, layout: Plain) -> list[Plain]:
    """One to three groups in the place of what the layout has."""
    boards = [g for g in layout["power"] if g["name"] == "switchboard"]
    layout["power"] = [group for group in layout["power"] if group["name"] != "bess"]
    stores = []
    for k in range(draw.choice([1, 2, 3])):
        size = {"battery_energy": draw.choice(["30 kWh", "120 kWh", "400 kWh", "1 MWh"])}
        store = {"name": f"store{k}", "type": "bess_250_1h", "overrides": size}
        store |= {"rating": draw.choice(["20 kW", "80 kW", "250 kW"])}
        fed_by = {"source": draw.choice(members(boards[0]))}
        stores.append(store | {"count": draw.choice([1, 2]), "fed_by": fed_by})
    layout["power"] += stores
    return stores


def _rule(draw: Random, name: str, site_kw: float, hours: int) -> Plain:
    """What one group does."""
    at = sorted(draw.sample(range(0, 3600 * hours, 317), 5))
    steps = [
        {"at": f"{s} s", draw.choice(["charge", "discharge"]): f"{draw.choice([0, 5, 90])} kW"}
        for s in at
    ]
    limit = {"limit": f"{draw.uniform(0.6, 1.1) * site_kw:.1f} kW"}
    rule: Plain = draw.choice(
        [
            {"kind": "peak_shave"} | limit,
            {"kind": "peak_shave", "recharge_below": f"{0.6 * site_kw:.1f} kW"} | limit,
            {"kind": "schedule", "steps": steps},
            {"kind": "arbitrage", "step": "30 min"},
            {"kind": "backup"},
        ]
    )
    held = {"start_charge": draw.choice(["0.1 %", "5 %", "50 %", "99 %", "100 %"])}
    return rule | held | {"bess": name, "reserve": draw.choice([0, "10 %", "30 %"])}


def _faults(draw: Random, layout: Plain, minutes: int) -> list[Plain]:
    """Something that goes, and a meter that lies, now and then."""
    found: list[Plain] = []
    for _ in range(draw.choice([0, 1, 2])):
        lost = members(draw.choice(layout["power"]))[0]
        over = {"repair_after": f"{draw.choice([1, 7, 33])} min"}
        found.append({"at": f"{draw.randint(10, minutes - 40)} min", "component": lost} | over)
    lie = draw.choice([None, {"frozen": True}, {"reads": "80 %"}, {"reads": "120 %"}])
    if lie:
        seen = {"detected_after": "40 min", "restore_time": "15 min"}
        at = {"at": f"{draw.randint(10, minutes - 40)} min", "component": "utility"}
        found.append(at | {"mode": "spoofed"} | lie | seen)
    return found


@pytest.mark.parametrize("number", NUMBERS)
def test_stores_in_company(number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stopped_frac = Random(number).random()
    promises_kept(drawn(number), stopped_frac, tmp_path, monkeypatch)


def test_stores_move_in_stretches(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the test above compares: instants lived through at once while a store moves."""
    lived = Quiet._live
    moving = np.zeros(len(NUMBERS))

    def counted(quiet: Quiet, stretch: Stretch, ticks: list[list[object]]) -> None:
        moving[number] += len(stretch.battery_j)
        lived(quiet, stretch, ticks)

    monkeypatch.setattr(Quiet, "_live", counted)
    for number in NUMBERS:
        twin.simulate(twin.build(loaded(drawn(number))))
    assert (moving > 0).sum() >= len(NUMBERS) // 3
