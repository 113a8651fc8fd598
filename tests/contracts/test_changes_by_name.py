"""Values set from outside, by name or by number: `--set` on every command, and `Scenario.with_`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT, failing, small

import twin
from twin import InputError
from twin.analysis.witnesses import witnesses
from twin.cli import main
from twin.scenario.starter import write


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    """A scenario and its layout."""
    scenario, layout = write("pod", tmp_path)
    return scenario, layout


def set_(path: Path, key: str, value: str) -> twin.Scenario:
    return twin.load(path, {key: value})


@pytest.mark.parametrize(
    "key",
    ["layout.cooling.loops.cdu.volume", "loops.cdu.volume", "loops.0.volume",
     "layout.cooling.loops[0].volume", "cooling.loops.cdu.volume"],
)  # fmt: skip
def test_items_go_by_name_number_or_short_path(files: tuple[Path, Path], key: str) -> None:
    for path in files:
        assert set_(path, key, "1.5 m^3").plan.cooling.loops[0].volume == 1.5


def test_work_and_halls_go_by_name(files: tuple[Path, Path]) -> None:
    scenario, _ = files
    assert set_(scenario, "workload.chat.nodes", "30").workload[0].nodes == 30
    assert set_(scenario, "power.ups.count", "4").plan.power[4].count == 4
    plan = set_(scenario, "halls.hall.rows.compute.empty", "[2]").plan
    assert plan.halls[0].rows[0].empty == (2,)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("workload.chta.nodes", "a name of workload: chat, pretrain; did you mean 'chat'?"),
        ("loops.cud.volume", "a name of cooling.loops: cdu; did you mean 'cdu'?"),
        ("loops.cdu.volum", "did you mean 'volume'?"),
        ("lops.cdu.volume", "an unknown key"),
        ("site.clmate.dry_bulb", "did you mean 'climate'?"),
    ],
)
def test_a_path_that_leads_nowhere_gets_the_nearest(
    files: tuple[Path, Path], key: str, said: str
) -> None:
    with pytest.raises(InputError) as caught:
        set_(files[0], key, "1")
    assert said in str(caught.value)
    assert all(problem.file == "--set" for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("loops.cdu.count", "there is no cooling.loops (cooling.loops=[...] states it)"),
        ("workload.chat.nodes", "there is no workload (workload=[...] states it)"),
    ],
)
def test_an_item_of_a_list_that_nobody_states(key: str, said: str) -> None:
    """An air-cooled room has no loops; it was "found a mapping; allowed: a list"."""
    with pytest.raises(InputError) as caught:
        set_(ROOT / "layouts" / "edge_200kw.yaml", key, "2")
    assert said in str(caught.value)


def test_two_items_of_one_name_want_a_number(files: tuple[Path, Path]) -> None:
    scenario, layout = files
    text = layout.read_text(encoding="utf-8").replace("{name: rpp,", "{name: ups,")
    layout.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="more than once, so give its number"):
        set_(scenario, "power.ups.count", "1")


@pytest.mark.parametrize("command", ["check", "redundancy"])
def test_commands_take_set(
    files: tuple[Path, Path], command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, layout = files
    for path in (scenario, layout):
        assert main([command, str(path), "--json"]) == 0
        before = json.loads(capsys.readouterr().out)
        assert main([command, str(path), "--set", "power.rpp.count=4", "--set",
                     "power.ups.count=4", "--json"]) == 0  # fmt: skip
        assert json.loads(capsys.readouterr().out) != before
        assert main([command, str(path), "--set", "power.rppp.count=4"]) == 2
        assert "did you mean 'rpp'?" in capsys.readouterr().err


def test_with_changes_by_name_and_keeps_the_rest() -> None:
    before = small()
    after = before.with_(layout__power__panel__count=3, horizon="2 h", seed=5)
    assert after.plan.power[-1].count == 3
    assert (after.horizon, after.seed, after.site) == (7200.0, 5, before.site)
    assert before.horizon == 3600.0


def told(scenario: twin.Scenario) -> str:
    """What a build says of it."""
    with pytest.raises(InputError) as refused:
        twin.build(scenario)
    return str(refused.value)


def test_a_changed_copy_tells_lines_of_the_files_and_what_was_set_by_its_key(
    files: tuple[Path, Path],
) -> None:
    """It was `<input>: faults.timeline[0].component` of every copy."""
    scenario, layout = files
    scenario.write_text(scenario.read_text().replace("component: rpp_2", "component: rpp_22"))
    file = twin.load(scenario)
    place = f"{scenario}:{told(file).removeprefix(str(scenario)).split(':')[1]}:"
    for copy in (file, file.with_(), file.with_(seed=3).with_(horizon="20 h")):
        assert told(copy).startswith(place)
    other = file.with_(seed=3, faults__timeline=[{"at": "1 h", "component": "oh"}])
    for copy in (other, other.with_(seed=4)):
        assert told(copy).startswith("with_: faults.timeline[0].component: found 'oh'")
    layout.write_text(layout.read_text().replace("fed_by: utility}", "fed_by: utilitx}"))
    assert told(twin.load(scenario).with_(faults__timeline=[])) == told(
        twin.load(scenario, {"faults.timeline": "[]"})
    )


BAD: dict[str, tuple[dict[str, Any], str]] = {
    "unknown key": ({"horizn": "2 h"}, "did you mean 'horizon'?"),
    "unknown key below": ({"site__clmate": "phoenix"}, "did you mean 'climate'?"),
    "unknown item": ({"layout__power__panl__count": 3}, "did you mean 'panel'?"),
    "beyond a list": ({"layout__power__99__count": 3}, "a name of layout.power"),
    "through a word": ({"name__first": "x"}, "name is 'small'"),
    "through nothing": ({"layout__overrides__panel__rating__x": 1}, "layout.overrides.panel"),
    "wrong kind": ({"seed": "many"}, "a whole number"),
    "an object": ({"seed": object()}, "a whole number"),
    "out of range": ({"horizon": "900 year"}, "1 s to 366 days"),
    "bare number": ({"horizon": 24}, "a number with its unit (s, min, h or d); 24 has none"),
    "too many steps": ({"horizon": "366 d", "outputs__period": "1 s"}, "600,000 times in a run"),
    "empty": ({"": 1}, "a dotted key"),
    "none": ({"site": None}, "a mapping"),
}


@pytest.mark.parametrize("case", BAD)
def test_with_raises_input_errors_only(case: str) -> None:
    changes, said = BAD[case]
    with pytest.raises(InputError) as caught:
        small().with_(**changes)
    assert said in str(caught.value)
    assert all(problem.file == "with_" for problem in caught.value.problems)


def test_with_tells_every_problem_at_once() -> None:
    with pytest.raises(InputError) as caught:
        small().with_(seed=-1, horizon="2 kW", layout__power__nobody__count=2)
    assert {problem.where for problem in caught.value.problems} == {
        "seed", "horizon", "layout.power.nobody.count"
    }  # fmt: skip


def test_with_keeps_the_files_that_a_scenario_names(tmp_path: Path) -> None:
    scenario, _ = write("pod", tmp_path)
    deep = scenario.parent / ("d" * 150) / ("e" * 150)
    deep.mkdir(parents=True)
    (deep / "w.csv").write_text("time_s,dry_bulb_degc,wet_bulb_degc\n0,20,15\n86400,20,15\n")
    name = f"{'d' * 150}/{'e' * 150}/w.csv"
    text = scenario.read_text(encoding="utf-8").replace("climate: baltimore", "climate: phoenix")
    scenario.write_text(text, encoding="utf-8")
    loaded = twin.load(
        scenario, {"site.climate": f"{{file: {name[:290]}}}"} if len(name) < 300 else None
    )
    assert loaded.with_(seed=3).seed == 3


LATE: dict[str, tuple[dict[str, Any], str]] = {
    "fault": (
        {"faults": failing((90_000, "panel_1", 60))},
        "a fault of panel_1 at 25 h, but the run ends at 1 h: it never happens",
    ),
    "drill": (
        {"drills": [{"kind": "utility_outage", "at": "01:00", "duration": "5 min"}]},
        "the drill utility_outage at 1 h, but the run ends at 1 h: it never happens",
    ),
    "action": (
        {"controls": {"actions": [{"kind": "clock_ceiling", "at": "2 h", "clock": 0.5}]}},
        "the action clock_ceiling at 2 h",
    ),
    "job": (
        {"workload": [{"kind": "training", "name": "late", "model": "Llama-3.1-8B", "nodes": 4,
                       "submit": "3 h"}]},
        "the job late is submitted at 3 h",
    ),
    "stream": (
        {"workload": [{"kind": "batch", "name": "many", "count": 2, "span": "9 h",
                       "nodes_median": 1, "nodes_max": 2}]},
        "jobs arrive over 9 h",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", LATE)
def test_what_never_happens_is_said(case: str) -> None:
    changes, said = LATE[case]
    result = twin.simulate(twin.build(small(**changes)))
    assert any(said in text for text in result.meta["warnings"])


def test_what_never_happens_is_said_with_its_line(files: tuple[Path, Path]) -> None:
    scenario, _ = files
    line = next(
        n for n, text in enumerate(scenario.read_text(encoding="utf-8").splitlines(), 1)
        if "component: rpp_2" in text
    )  # fmt: skip
    facility = twin.build(twin.load(scenario, {"horizon": "2 h"}))
    (said,) = facility.notices
    assert said.startswith(f"pod.yaml:{line}: faults.timeline[0].at: a fault of rpp_2 at 9 h")
    assert not twin.build(twin.load(scenario)).notices
    found = twin.check(twin.load(scenario, {"horizon": "2 h"}))["findings"]
    (late,) = (one for one in found if one["code"] == "never_happens")
    assert (late["line"], late["severity"]) == (line, "warning")


def test_what_reads_as_a_time_of_day_is_told_from_the_start(files: tuple[Path, Path]) -> None:
    """In a run that begins at noon, by the clock that its start states; not where the start is
    midnight, nor what is written as so many hours after it.
    """
    scenario, _ = files
    text = scenario.read_text(encoding="utf-8")
    action = "{kind: clock_ceiling, at: MOMENT, clock: 0.9}"
    controls = f"controls:\n  actions: [{action}]\n"

    def told(hour: int, moment: str) -> list[str]:
        scenario.write_text(text + controls.replace("MOMENT", moment), encoding="utf-8")
        changes = {"faults": "{}", "start": f"2026-07-15T{hour:02d}:00:00-05:00"}
        found = twin.check(twin.load(scenario, changes))["findings"]
        return [one["says"] for one in found if one["code"] == "counts_from_the_start"]

    (said,) = told(12, '"14:00"')
    assert said == (
        "the action clock_ceiling at 14:00 counts from the start at 12:00: it is at 02:00 of the "
        "day on 16 July"
    )
    assert told(12, "2 h") == told(0, '"14:00"') == []


def test_lengths_of_requests_change_again_and_again(files: tuple[Path, Path]) -> None:
    """A resolved scenario holds the default `lengths` beside what stands in its place."""
    fixed = {"rate": "10 / s", "input_tokens": 1000, "output_tokens": 100}
    once = twin.load(files[0]).with_(workload__chat__requests=fixed)
    twice = once.with_(horizon="1 h", workload__chat__requests__output_tokens=200)
    assert twice.workload[0].requests.output_tokens == 200
    assert twice.horizon == 3600.0


@pytest.mark.parametrize("kept", [False, True])
def test_a_change_of_the_seed_states_nothing_else(kept: bool, tmp_path: Path) -> None:
    """What a file leaves to the defaults is not stated by a copy, nor by the file a run keeps:
    redundancy knows no crews that share, and witnesses name no source that nobody gave.
    """
    scenario, _ = write("pod", tmp_path)
    plain = twin.load(scenario).with_(horizon="10 min")
    if kept:
        twin.run(plain, out=tmp_path / "kept")
        plain = twin.load(tmp_path / "kept" / "scenario.yaml")
    copy = plain.with_(seed=2)
    assert twin.redundancy(twin.build(copy)).shared_crews == {}
    stated = twin.redundancy(twin.build(copy.with_(faults__crews=2))).shared_crews
    assert stated["classes"][0]["count"] == 2
    assert witnessed(copy) == witnessed(twin.load(scenario))


def witnessed(scenario: twin.Scenario) -> list[object]:
    """What the times of crews stand on."""
    return [one for one in witnesses(twin.build(scenario)) if "crews" in str(one)]
