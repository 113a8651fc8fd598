"""Solar arrays and stores that cannot be what a file says, and what is found of those that can."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tests" / "relations"))
from test_solar import day, layout, scenario

import twin
from twin.analysis.review import review
from twin.cli import main
from twin.findings import FindingCode

pytest.importorskip("pvlib", reason="solar arrays need the extra `solar`")
EDGE = ROOT / "layouts" / "solar_edge.yaml"


def said(tmp_path: Path, capsys: Any, *changes: tuple[str, str]) -> str:
    """What `twin check` says of the shipped layout with changes of its text."""
    text = EDGE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    path = tmp_path / "edge.yaml"
    path.write_text(text, encoding="utf-8")
    assert main(["check", str(path)]) == 2
    return str(capsys.readouterr().err)


def test_an_array_at_the_utility_is_refused_with_its_cure(tmp_path: Path, capsys: Any) -> None:
    told = said(tmp_path, capsys, ("fed_by: switchboard\n    solar", "fed_by: utility\n    solar"))
    assert "edge.yaml:40:13: power[7].fed_by: found utility for 'roof', a solar array" in told
    assert "allowed: the board, panel or transformer of the site that it gives" in told


def test_a_store_at_the_utility_is_refused_likewise(tmp_path: Path, capsys: Any) -> None:
    old = "overrides: {battery_energy: 1 MWh}, fed_by: switchboard"
    told = said(tmp_path, capsys, (old, old.replace("switchboard", "utility")))
    assert "found utility for 'bess', a " in told


def test_an_array_that_loses_all_is_refused_with_its_cure(tmp_path: Path, capsys: Any) -> None:
    told = said(tmp_path, capsys, ("tilt_deg: 10,", "tilt_deg: 10, losses: 100 %,"))
    assert "solar.losses: found '100 %'" in told
    assert "0 to 99 % (an array that loses all gives nothing: leave it out)" in told


def test_keys_that_do_not_go_together_are_shown(tmp_path: Path, capsys: Any) -> None:
    fans = "server_fans: {begin: 24 °C, end: 25 °C, most: 1.5, power: 10 %}"
    told = said(
        tmp_path, capsys, ("containment: cold_aisle", f"containment: cold_aisle\n    {fans}")
    )
    assert "server_fans: found {begin: 24 °C, end: 25 °C}; allowed: an `end` at least 3 K" in told
    assert "a mapping" not in told


def test_steps_of_a_store_are_named_that_are_out_of_order() -> None:
    shipped = twin.load(ROOT / "scenarios" / "solar_day.yaml")

    def asked(*steps: dict[str, str]) -> str:
        rule = {"kind": "schedule", "bess": "bess", "steps": list(steps)}
        with pytest.raises(twin.InputError) as found:
            shipped.with_(controls__storage=[rule])
        return str(found.value)

    late = asked({"at": "06:00", "charge": "9 kW"}, {"at": "05:00", "discharge": "9 kW"})
    assert "step 2 (at 18,000 s) is not after 21,600 s" in late
    both = asked({"at": "06:00", "charge": "9 kW", "discharge": "9 kW"})
    assert "found {at: 06:00, charge: 9 kW, discharge: 9 kW}" in both
    assert "a mapping" not in both


def test_a_night_sells_nothing_and_its_share_is_a_number() -> None:
    run = day(layout(), "2 h", site={"export": {}})
    assert run.summary["energy_solar_j"] == 0.0
    assert run.summary["solar_self_consumption_frac"] == 1.0


def above(built: dict[str, Any], **site: Any) -> dict[str, str]:
    """What is found of nodes that arrays push too much through, by name."""
    found = review(twin.build(scenario(built, site=site)))
    return {f.component: f.says for f in found if f.code is FindingCode.SOLAR_ABOVE_RATING}


def behind(transformer: str, rating: str, **solar: Any) -> dict[str, Any]:
    """The small site behind a transformer, with an array of a rating at its board."""
    built = layout(rating=rating, **solar)
    built["power"].append(
        {"name": "tx", "type": "transformer_2500", "rating": transformer, "fed_by": "utility"}
    )
    board = next(group for group in built["power"] if group["name"] == "board")
    board["fed_by"] = ["tx", "genset"]
    return built


def test_arrays_above_what_their_transformer_carries_are_found() -> None:
    """Two megawatts behind 800 kW, which a run trips; not where the grid takes less, nor behind a
    transformer that carries it.
    """
    large = behind("800 kW", "2 MW", dc_rating="2.4 MW")
    found = above(large, export={})
    assert "back through it while racks idle" in found["tx"]
    assert not {"tx"} & above(large).keys()
    assert not {"tx"} & above(large, export={"limit": "500 kW"}).keys()
    assert not {"tx"} & above(behind("2.5 MW", "2 MW", dc_rating="2.4 MW"), export={}).keys()


def test_what_is_found_is_what_a_run_pushes_back_at_most() -> None:
    """Racks idle in the run as in the finding: the run's cooling alone makes it less."""
    built = behind("800 kW", "2 MW", dc_rating="3 MW")
    board = next(group for group in built["power"] if group["name"] == "board")
    board["rating"] = "4 MW"
    back_kw = float(
        above(built, export={})["tx"].split("up to ")[1].split(" kW")[0].replace(",", "")
    )
    board["fed_by"] = ["utility", "genset"]
    built["power"] = [group for group in built["power"] if group["name"] != "tx"]
    run = day(built, site={"export": {}}, workload=[])
    most_kw = float(run.frame("site").export_power_w.max()) / 1e3
    assert 0.8 * back_kw < most_kw <= back_kw + 1.0
