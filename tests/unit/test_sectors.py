"""Starters by sector: each builds, runs, sheds what it says, and knows what may leave."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from twin.analysis.economics.named import figures
from twin.cli import main
from twin.errors import InputError
from twin.scenario import starter
from twin.scenario.sectors import sectors

NAMES = ("automotive", "finance", "government", "healthcare", "manufacturing", "telecom")
every = pytest.mark.parametrize("sector", NAMES)


def started(folder: Path, sector: str) -> list[Path]:
    return starter.write("site", folder, sector)


def test_all_six_are_there() -> None:
    assert sectors() == NAMES


@every
def test_it_builds_without_an_error_and_the_work_fills_the_nodes(
    tmp_path: Path, sector: str
) -> None:
    scenario, layout, deployment, page = started(tmp_path, sector)
    assert deployment.parent.name == "deployments"
    loaded = twin.load(scenario)
    facility = twin.build(loaded)
    assert loaded.name == loaded.plan.name == "site"
    assert sum(work.nodes for work in loaded.workload) == facility.racks.node_count
    found = twin.check(facility)["findings"]
    assert not [row for row in found if row["severity"] == "error"]
    if sector != "telecom":  # one of everything, which its findings say
        assert {row["code"] for row in found} <= {"chiller_outside_curve"}
    assert twin.build(twin.load(layout)).racks.gpu_count == facility.racks.gpu_count
    text = page.read_text(encoding="utf-8")
    assert "{name}" not in text
    assert "assumed" in text
    assert "What stops first" in text


@every
def test_what_people_wait_for_is_never_shed(tmp_path: Path, sector: str) -> None:
    scenario = twin.load(started(tmp_path, sector)[0])
    assert scenario.controls.load_shedding is not None
    order = scenario.controls.load_shedding.order
    assert "assistant" not in order
    assert set(order) <= {work.name for work in scenario.workload}
    assert scenario.economics.adoption[-1] == 1.0
    assert scenario.plan.crews


@every
def test_an_hour_runs_and_has_a_cost(tmp_path: Path, sector: str) -> None:
    scenario = twin.load(started(tmp_path, sector)[0]).with_(horizon="1 h", faults={}, drills=[])
    result = twin.simulate(twin.build(scenario))
    told = figures(result)
    assert told["usd_per_mtok_served"] > 0
    assert told["usd_per_mtok_trained"] > 0
    assert result.summary["tokens_dropped"] == 0
    load = result.frame("services").groupby("service")["utilisation_frac"].max()
    assert load.max() < 1


@every
def test_residency_decides_what_may_leave(tmp_path: Path, sector: str) -> None:
    scenario, _, deployment, _ = started(tmp_path, sector)
    shorter = scenario.read_text(encoding="utf-8").replace("horizon: 24 h", "horizon: 10 min")
    start = shorter.index("faults:\n")
    end = shorter.index("economics:\n")
    scenario.write_text(shorter[:start] + shorter[end:], encoding="utf-8")
    answer = twin.deploy(deployment)
    options = {one.name: one for one in answer.options}
    assert options["on premises"].feasible
    whole = options["cloud, on demand"]
    stays = {"government", "healthcare", "manufacturing", "telecom"}
    assert whole.feasible == (sector not in stays)
    burst = options["own, burst to cloud"]
    assert burst.feasible == (sector != "government")


def test_the_command_writes_four_files_and_refuses_the_unknown(tmp_path: Path, capsys: Any) -> None:
    assert main(["init", "clinic", "--sector", "healthcare", "--in", str(tmp_path)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    assert main(["init", "other", "--sector", "helthcare", "--in", str(tmp_path)]) == 2
    assert "did you mean 'healthcare'" in capsys.readouterr().err
    with pytest.raises(InputError):
        starter.write("clinic", tmp_path, "finance")
