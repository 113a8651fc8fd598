"""Overrides and seeds: they apply to scenarios and layouts alike, and their faults are theirs, not
a file's.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from twin.errors import InputError, Problem
from twin.scenario.starter import write


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    return write("pod", tmp_path)[0]


@pytest.fixture
def layout(tmp_path: Path) -> Path:
    return write("pod", tmp_path)[1]


def refusal(path: Path, **overrides: str) -> tuple[Problem, ...]:
    """The problems of loading with overrides, dots in their keys written as two underscores."""
    with pytest.raises(InputError) as caught:
        twin.load(path, {key.replace("__", "."): value for key, value in overrides.items()})
    return caught.value.problems


def test_a_scenario_takes_overrides_and_a_seed(scenario: Path) -> None:
    loaded = twin.load(
        scenario, {"horizon": "2 h", "site.climate": "phoenix", "workload.1.nodes": "18"}, seed=9
    )
    assert (loaded.horizon, loaded.site.climate, loaded.workload[1].nodes, loaded.seed) == (
        7200.0,
        "phoenix",
        18,
        9,
    )


def test_a_layout_takes_overrides_and_a_seed(layout: Path) -> None:
    loaded = twin.load(
        layout, {"horizon": "2 h", "site.climate.dry_bulb": "35 °C", "layout.power.5.count": "4"}, 9
    )
    assert (loaded.name, loaded.horizon, loaded.site.climate.dry_bulb, loaded.seed) == (
        "pod",
        7200.0,
        35.0,
        9,
    )
    assert loaded.plan.power[5].count == 4
    assert twin.load(layout).site.climate.dry_bulb == 20.0


def test_overrides_reach_into_a_layout_file(scenario: Path) -> None:
    assert twin.load(scenario, {"layout.power.5.count": "4"}).plan.power[5].count == 4


def test_an_override_may_name_another_layout(scenario: Path) -> None:
    write("other", scenario.parents[1])
    loaded = twin.load(scenario, {"layout": "../layouts/other.yaml", "layout.power.5.count": "4"})
    assert (loaded.plan.name, loaded.plan.power[5].count) == ("other", 4)


def test_missing_mappings_are_made(scenario: Path) -> None:
    assert twin.load(scenario, {"controls.placement": "spread"}).controls.placement == "spread"


@pytest.mark.parametrize(
    ("key", "value", "found", "allowed"),
    [
        ("horizon", "2 kW", "'2 kW'", "cannot be expressed in s"),
        ("workload__0__nodes", "1.5", "1.5", "a whole number"),
        ("workload__0__nodes", ".nan", "'.nan'", "a finite number"),
        ("workload__0__nodes", "-.inf", "'-.inf'", "a finite number"),
        ("workload__0__nodes", "1e999", "'1e999'", "a finite number"),
        ("workload__9__nodes", "1", "'9'", "a name of workload: chat, pretrain"),
        ("workload__-1__nodes", "1", "'-1'", "a name of workload: chat, pretrain"),
        ("name__deeper", "1", "'1'", "name is 'pod'"),
        ("bogus__key", "1", "an unknown key", "site"),
        ("layout__power__5__count", "none", "'none'", "a whole number"),
        ("layout__power__99__count", "1", "'99'", "a name of power: utility, transformer"),
        (
            "layout",
            "../layouts/none.yaml",
            "'../layouts/none.yaml', no such file",
            "an existing file",
        ),
        ("seed", "-1", "-1", "0 or more"),
    ],
)
def test_a_wrong_override_is_told_by_its_key_at_set(
    scenario: Path, key: str, value: str, found: str, allowed: str
) -> None:
    (problem,) = refusal(scenario, **{key: value})
    assert (problem.file, problem.line, problem.where) == ("--set", 0, key.replace("__", "."))
    assert problem.found == found
    assert allowed in problem.allowed


def test_what_the_build_refuses_is_told_at_set_too(scenario: Path) -> None:
    loaded = twin.load(scenario, {"site.climate": "phoenixx", "layout.power.5.type": "rpp_501"})
    with pytest.raises(InputError) as caught:
        twin.build(loaded)
    assert {(p.file, p.where) for p in caught.value.problems} >= {("--set", "layout.power.5.type")}
    assert {p.file for p in caught.value.problems} == {"--set"}


def test_problems_of_the_files_keep_their_lines_beside_those_of_overrides(scenario: Path) -> None:
    text = scenario.read_text(encoding="utf-8").replace("seed: 1 ", "seed: x ")
    scenario.write_text(text, encoding="utf-8")
    line = next(n for n, words in enumerate(text.splitlines(), 1) if words.startswith("seed"))
    problems = refusal(scenario, horizon="2 kW")
    assert {(p.file, p.line) for p in problems} == {("--set", 0), (str(scenario), line)}


def test_a_layout_cannot_be_given_another_layout(layout: Path) -> None:
    (problem,) = refusal(layout, layout="../layouts/other.yaml")
    assert (problem.file, problem.where) == ("--set", "layout")


def test_a_layout_of_a_bad_name_says_so_once(layout: Path) -> None:
    layout.write_text(
        layout.read_text(encoding="utf-8").replace("name: pod", "name: Pod"), encoding="utf-8"
    )
    (problem,) = refusal(layout)
    assert (problem.where, problem.file) == ("name", str(layout))


@pytest.mark.parametrize(
    ("part", "told", "meant"),
    [
        (
            "controls: {actions: [{kind: gpu_power_cap, at: 1 h, until: 2 h, power: 600 W}]}\n",
            "controls.actions[0].until",
            "duration",
        ),
        (
            "faults: {timeline: [{at: 1 h, component: pump_1, until: 2 h}]}\n",
            "faults.timeline[0].until",
            "repair_at",
        ),
    ],
)
def test_a_key_that_means_the_same_is_named(
    scenario: Path, part: str, told: str, meant: str
) -> None:
    """No spelling is near `until`, so nothing was named."""
    other = scenario.with_name("other.yaml")
    head = scenario.read_text().split("\nworkload:")[0]
    other.write_text(f"{head}\n{part}")
    found = {one.where: one.hint for one in refusal(other)}
    assert found[told] == f"did you mean {meant!r}?"


def test_a_list_of_jobs_is_a_file(scenario: Path) -> None:
    """`trace`, as requests call theirs, was answered with `rate`."""
    other = scenario.with_name("other.yaml")
    head = scenario.read_text().split("\nworkload:")[0]
    other.write_text(f"{head}\nworkload: [{{kind: jobs, name: users, trace: jobs.csv}}]\n")
    found = {one.where: one.hint for one in refusal(other)}
    assert found["workload[0].trace"] == "did you mean 'file'?"
