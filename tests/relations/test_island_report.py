"""The failure report of a site that makes its own power: it is asked for the loss of machines, and
says nothing of a utility that is not there.
"""

from __future__ import annotations

import html
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.planner import asked, written
from tests.power_layouts import load, part, power_only
from twin.cli import main


def site(utility: bool = False, sets: bool = False, count: int = 3) -> dict[str, Any]:
    """Racks of 700 kW behind UPS on engines of 500 kW, perhaps with a utility or sets behind."""
    parts = [part("g", "gas_engine_2500", kw=500.0, count=count)]
    parts[0]["overrides"] = {"mtbf": "3000 h"}
    behind = ["u"] * utility + ["set"] * sets
    parts += [part("u", "utility_feed")] * utility
    starts = {"start_failure_probability": 0.0}
    parts += [part("set", "genset_2000", kw=2000.0, overrides=starts)] * sets
    mode = {"mode": "priority"} if behind else {}
    parts.append(part("b", "switchboard_4000", "g", *behind, kw=3000.0, **mode))
    parts.append(part("ups", "ups_1250", "b", count=2))
    parts.append(part("p", "rpp_500", "ups", kw=1000.0))
    made = power_only(parts, [load("row", 700.0, "p")])
    kept = [group for group in made["power"] if group["name"] != "mech_feed"]
    kept[-1]["fed_by"] = ["b"]
    return made | {"power": kept}


def told(layout: dict[str, Any], folder: Path) -> tuple[dict[str, Any], str]:
    """The document, and the words of the page."""
    out = folder / "out"
    assert main(["failure-report", str(written(asked(layout), folder)), "--out", str(out)]) == 0
    assert (out / "failure_report.pdf").stat().st_size > 10_000
    page = (out / "failure_report.html").read_text(encoding="utf-8")
    page = re.sub(r"<(style|script).*?</\1>", "", page, flags=re.DOTALL)
    words = html.unescape(re.sub(r"<[^>]+>", " ", page))
    return json.loads((out / "failure_report.json").read_text(encoding="utf-8")), words


def test_an_island_is_asked_for_the_loss_of_machines(tmp_path: Path) -> None:
    """One of three is not missed; all of them away are a matter of the UPS: 10 s, not 10 min."""
    document, words = told(site(), tmp_path)
    rows = {row["event"]: row for row in document["ride_through"]["events"]}
    assert list(rows) == ["machines_10s", "machine_10min", "machines_10min", "stored_energy"]
    off = {name: row["racks_off"] for name, row in rows.items()}
    assert off["machines_10s"] == off["machine_10min"] == 0
    assert off["machines_10min"] == off["stored_energy"] == 47
    seconds = document["ride_through"]["racks"][0]["seconds"]
    assert rows["stored_energy"]["first_rack_off_s"] == pytest.approx(seconds)
    assert 240 < seconds < 600
    of_grid = re.compile(r"utilit|\bgrid\b", re.IGNORECASE)
    said = [line for line in re.split(r"\s{2,}", words) if of_grid.search(line)]
    assert [line for line in said if "no utility, no machine" not in line] == []


def test_sets_behind_the_machines_carry_it(tmp_path: Path) -> None:
    """Without a utility they are called when no machine is left; the first one may not start."""
    document, _ = told(site(sets=True), tmp_path)
    rows = {row["event"]: row for row in document["ride_through"]["events"]}
    assert rows["machines_10min"]["racks_off"] == 0
    assert rows["failed_start"]["racks_off"] == 47
    assert rows["stored_energy"]["racks_off"] == 47


def test_stored_energy_is_without_the_machines_of_a_site_with_a_utility_too(tmp_path: Path) -> None:
    """They ran on when "neither utility nor generators" was asked, and no rack was ever off."""
    document, words = told(site(utility=True), tmp_path)
    rows = {row["event"]: row for row in document["ride_through"]["events"]}
    assert rows["outage_72h"]["racks_off"] == rows["machines_10min"]["racks_off"] == 0
    assert rows["stored_energy"]["racks_off"] == 47
    assert "Grid loses" in words
