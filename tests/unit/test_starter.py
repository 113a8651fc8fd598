"""The starter files: complete, sound, and never in anybody's way."""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from twin.analysis.check import check
from twin.errors import InputError
from twin.scenario import starter
from twin.scenario.schema.layout import Layout


def test_it_writes_a_scenario_and_a_layout_that_build_without_a_fault(tmp_path: Path) -> None:
    scenario, layout = starter.write("my_pod_2", tmp_path)
    assert scenario == tmp_path / "scenarios" / "my_pod_2.yaml"
    assert layout == tmp_path / "layouts" / "my_pod_2.yaml"
    loaded = twin.load(scenario)
    assert loaded.name == loaded.plan.name == "my_pod_2"
    facility = twin.build(loaded)
    assert [found["code"] for found in check(facility)["findings"]] == ["chiller_outside_curve"]
    assert (
        facility.racks.node_count
        == sum(w.nodes for w in loaded.workload if w.kind != "batch")
        == 72
    )
    assert len(loaded.faults.timeline) == 1


def test_the_layout_stands_by_itself(tmp_path: Path) -> None:
    assert twin.build(twin.load(starter.write("pod", tmp_path)[1])).components.row["compute_r4"] > 0


def test_editors_find_the_schema(tmp_path: Path) -> None:
    for path, kind in zip(starter.write("pod", tmp_path), ("scenario", "layout"), strict=True):
        first = path.read_text(encoding="utf-8").splitlines()[0]
        assert first == f"# yaml-language-server: $schema={kind}.schema.json"


@pytest.mark.parametrize("standing", ["scenarios", "layouts"])
def test_nothing_is_overwritten(tmp_path: Path, standing: str) -> None:
    path = tmp_path / standing / "pod.yaml"
    path.parent.mkdir()
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        starter.write("pod", tmp_path)
    assert [p.file for p in caught.value.problems] == [str(path)]
    assert path.read_text(encoding="utf-8") == "mine"
    assert sorted(p.name for p in tmp_path.rglob("*.yaml")) == ["pod.yaml"]


@pytest.mark.parametrize("name", ["", "Pod", "../pod", "2pod", "a" * 41, "pod.yaml", "pod\n"])
def test_names_that_no_scenario_may_have_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="name: found"):
        starter.write(name, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_the_name_pattern_is_the_layouts_own() -> None:
    assert (
        Layout.model_json_schema()["properties"]["name"]["pattern"] == f"^{starter.NAME.pattern}$"
    )
