"""Planner's cases of published pods: the heat of a reference design of 7 MW from a layout that
states its racks, and heat that a data sheet gives in Btu an hour.

Sources: Vertiv's 7 MW reference for GB200 NVL72 (six pods of 8 racks of 130 kW, of which 104 kW go
into coolant, and 8 of 14 kW in air); NVIDIA's DGX H100 user
guide (38,557 Btu/h).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from twin.cli import main
from twin.units import quantity

PODS = 6


def pods(count: int) -> dict[str, Any]:
    """A hall of pods, each with its feed and two coolant units on one loop."""
    rows, power, loops = [], [{"name": "grid", "type": "utility_feed"}], []
    for n in range(1, count + 1):
        at = 3 + 7 * (n - 1)
        power.append({"name": f"board_{n}", "type": "switchboard_4000", "fed_by": "grid"})
        rows += [
            {"name": f"pod_{n}", "racks": "8 x nvl_130", "at": ["3 m", f"{at} m"]},
            {"name": f"aux_{n}", "racks": "8 x support_rack", "at": ["3 m", f"{at + 3} m"]},
        ]
        for row in rows[-2:]:
            row["fed_by"] = f"board_{n}"
        loops.append(
            {"name": f"cdu_{n}", "type": "cdu_600", "count": 2, "serves": f"pod_{n}",
             "fed_by": f"board_{n}", "plant": "warm", "volume": "0.4 m^3"}
        )  # fmt: skip
    own = {"name": "nvl_130", "like": "gb200_nvl72", "power_rated": "130 kW"}
    own |= {"liquid_heat_frac": "80 %", "air_flow": "1.6 m^3/s"}
    air = {"name": "crah", "type": "crah_100", "count": 4 * count, "hall": "hall"}
    plant = {"volume": "8 m^3", "fed_by": "board_1"}
    return {
        "version": 1,
        "name": "reference",
        "equipment": {"racks": [own]},
        "halls": [{"name": "hall", "size": ["30 m", f"{7 * count + 5} m", "5 m"], "rows": rows}],
        "power": power,
        "cooling": {
            "loops": loops,
            "air": [air | {"fed_by": "board_1", "plant": "chilled"}],
            "plant": [
                {"name": "warm", "type": "dry_cooler_1000", "count": 8,
                 "supply_temperature": "40 °C", **plant},
                {"name": "chilled", "type": "chiller_air_430", "count": 8,
                 "supply_temperature": "10 °C", **plant},
            ],
        },
        "fabric": {"kind": "rail_optimised", "switch": "q3400", "nodes_per_su": 72,
                   "fed_by": "board_1"},
        "storage": {"type": "superpod_good"},
    }  # fmt: skip


@pytest.mark.parametrize("count", [1, PODS])
def test_a_published_pod_has_its_power_and_its_heat(
    count: int, tmp_path: Path, capsys: Any
) -> None:
    """1,152 kW a pod and 6,912 kW of six: 832 kW into coolant and 320 kW into air each."""
    path = tmp_path / "reference.yaml"
    path.write_text(yaml.safe_dump(pods(count), allow_unicode=True), encoding="utf-8")
    assert main(["check", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["it_rated_w"] / 1e3 == pytest.approx(count * 1152, rel=1e-12)
    assert told["heat_liquid_w"] / 1e3 == pytest.approx(count * 832, rel=1e-12)
    assert told["heat_air_w"] / 1e3 == pytest.approx(count * 320, rel=1e-12)
    assert count == 1 or told["it_rated_w"] / 1e3 == pytest.approx(6912)


def test_heat_of_a_data_sheet_in_btu_an_hour() -> None:
    """38,557 of them are 11.3 kW."""
    assert quantity("38557 BTU/h", "W") == pytest.approx(11_300, abs=5)
