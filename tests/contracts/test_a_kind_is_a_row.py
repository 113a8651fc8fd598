"""A new kind of power equipment is one row of the table of kinds, and fails nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from twin.catalogue.equipment_kinds import EQUIPMENT_KINDS, EquipmentKind, Role
from twin.cli import main

EDGE = Path(__file__).parents[2] / "layouts" / "edge_200kw.yaml"
PANEL = "  - {name: rpp, type: rpp_500, fed_by: ups}"
OWN = """\
equipment:
  power:
    - {name: sts_400, kind: static_switch, like: rpp_500, source: invented, rating: 400 kW}
"""


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The edge room with a static transfer switch between its UPS and its panel."""
    row = EquipmentKind(
        "static_switch", "static switch", "static switches", Role.CARRY, "cabinet_row", line=1
    )
    monkeypatch.setitem(EQUIPMENT_KINDS, row.name, row)
    text = EDGE.read_text(encoding="utf-8")
    assert PANEL in text
    switch = "  - {name: sts, type: sts_400, fed_by: ups}\n"
    text = text.replace(PANEL, switch + PANEL.replace("fed_by: ups", "fed_by: sts"))
    (tmp_path / "edge.yaml").write_text(text + OWN, encoding="utf-8")
    path = tmp_path / "day.yaml"
    path.write_text(
        "version: 1\nname: day\nlayout: edge.yaml\nhorizon: 30 min\n"
        "site: {climate: phoenix, grid: arizona}\n"
        "faults: {timeline: [{at: 5 min, component: sts, repair_after: 10 min}]}\n",
        encoding="utf-8",
    )
    return path


def test_it_is_checked_judged_run_reported_and_drawn(
    scenario: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["check", str(scenario), "--json"]) == 0
    power = {row["component"]: row for row in twin.check(scenario)["power"]}
    assert power["sts"]["rating_w"] == 400e3
    assert power["sts"]["load_w"] == pytest.approx(power["rpp"]["load_w"], rel=0.05)
    points = {row["component"] for row in twin.redundancy(scenario).single_points_of_failure}
    assert "sts" in points
    result = twin.run(scenario)
    table = result.frame("components").set_index("id")
    assert table.loc["sts", "kind"] == "static_switch"
    assert (result.frame("racks").groupby("time_s")["on_frac"].max() == 0.0).any()
    page = Path(twin.report(result, tmp_path / "report"))
    assert "static switch" in page.read_text(encoding="utf-8")


def test_the_scene_draws_its_emblem(scenario: Path, tmp_path: Path) -> None:
    pytest.importorskip("pxr")
    root = Path(twin.scene(twin.load(scenario), tmp_path / "scene"))
    assert list((root.parent / "assets").glob("static_switch_*/simready_usd/*.usda"))


def test_without_its_row_the_kind_is_refused_with_the_known_ones(
    scenario: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(EQUIPMENT_KINDS, "static_switch")
    with pytest.raises(twin.InputError, match="switchboard") as refused:
        twin.build(twin.load(scenario))
    assert "static_switch" in str(refused.value)
