"""The JSON schemas of study and target files take and refuse what the program does."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import ROOT

from twin import InputError, catalogue
from twin.catalogue import KINDS as TABLES
from twin.catalogue.rows import Rack
from twin.cli import main
from twin.scenario.yaml.document import read
from twin.study.design_search.target import read_target
from twin.study.design_search.wanted import known
from twin.study.experiments.method_file import read_method
from twin.study.experiments.method_plan import METHODS, asks_a_method
from twin.study.experiments.study_file import read_study
from twin.study.schemas import KINDS, file_schema

STUDIES = sorted(ROOT.glob("scenarios/studies/*.yaml"))
TARGETS = sorted(ROOT.glob("scenarios/targets/*.yaml"))


def valid(which: str, data: Any) -> bool:
    return bool(jsonschema.Draft202012Validator(file_schema(which)).is_valid(data))


@pytest.mark.parametrize("which", KINDS)
def test_the_schema_of_every_kind_is_one_and_is_printed(which: str, capsys: Any) -> None:
    assert main(["schema", which]) == 0
    told = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(told)
    assert told == json.loads(json.dumps(file_schema(which)))
    assert told["$id"] == f"twin/{which}/1"


@pytest.mark.parametrize("path", [*STUDIES, *TARGETS], ids=lambda path: path.stem)
def test_shipped_files_are_valid(path: Path) -> None:
    which = "study" if path in STUDIES else "target"
    checker = jsonschema.Draft202012Validator(file_schema(which))
    assert [error.message for error in checker.iter_errors(read(path).data)] == []


GRID: dict[str, Any] = {
    "name": "asked",
    "scenario": "hall.yaml",
    "vary": {"air.crah.count": [4, 6]},
    "outcomes": ["pue"],
}
COMPARE: dict[str, Any] = {
    "name": "asked",
    "scenario": "hall.yaml",
    "method": "compare",
    "arms": {"four": {}, "six": {"air.crah.count": 6}},
    "outcomes": ["pue"],
}
OPTIMISE: dict[str, Any] = {
    "name": "asked",
    "scenario": "hall.yaml",
    "method": "optimise",
    "vary": {"air.crah.count": [4, 6]},
    "optimise": {"goals": {"pue": "minimise"}},
}
TAKEN: dict[str, dict[str, Any]] = {
    "a grid": GRID,
    "a comparison": COMPARE,
    "a search": OPTIMISE,
    "a range": {
        **GRID,
        "vary": {"w": {"path": "air.crah.count", "low": 4, "high": 6, "levels": 3}},
    },
    "quantities": {
        **GRID,
        "method": "latin_hypercube",
        "samples": 4,
        "vary": {"plant.warm_water.supply_temperature": {"low": "38 °C", "high": "42 °C"}},
    },
}
REFUSED: dict[str, dict[str, Any]] = {
    "a method nobody has": {**GRID, "method": "sobal"},
    "a key nobody has": {**GRID, "vari": {}},
    "no scenario": {key: value for key, value in GRID.items() if key != "scenario"},
    "no values": {**GRID, "vary": {"air.crah.count": []}},
    "a method's keys without it": {**GRID, "compare": {"most": 10}},
    "an index nobody has": {**GRID, "method": "sensitivity", "sensitivity": {"index": "sobl"}},
    "sensitivity of nothing": {**GRID, "method": "sensitivity", "outcomes": None},
    "a comparison of nothing": {k: v for k, v in COMPARE.items() if k != "outcomes"},
    "a search without goals": {k: v for k, v in OPTIMISE.items() if k != "optimise"},
    "a goal nobody has": {**OPTIMISE, "optimise": {"goals": {"pue": "least"}}},
    "a number that is a word": {**GRID, "vary": {"horizon": {"low": "one", "high": 2}}},
    "a distribution nobody has": {**GRID, "vary": {"horizon": {"distribution": "uniformly"}}},
    "what becomes of failures": {**GRID, "on_failure": "ignore"},
    "replications": {**GRID, "replications": 0},
}


def ask(data: Any, folder: Path) -> None:
    """Read a study as `twin study` does. Raises InputError where it is refused."""
    (folder / "hall.yaml").write_text(
        (ROOT / "layouts" / "gb200_su.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    path = folder / "asked.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    if asks_a_method(path):
        read_method(path)
    else:
        read_study(path)


@pytest.mark.parametrize("case", TAKEN)
def test_what_the_program_takes_the_schema_takes(case: str, tmp_path: Path) -> None:
    assert valid("study", TAKEN[case])
    ask(TAKEN[case], tmp_path)


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_schema_refuses_the_program_refuses(case: str, tmp_path: Path) -> None:
    assert not valid("study", REFUSED[case])
    with pytest.raises(InputError):
        ask(REFUSED[case], tmp_path)


def test_every_method_that_the_schema_lists_is_known_to_the_program(tmp_path: Path) -> None:
    methods = file_schema("study")["properties"]["method"]["enum"]
    assert set(METHODS) < set(methods)
    for method in methods:
        data: dict[str, Any] = {**GRID, "method": method, "samples": 4}
        data |= {"optimise": OPTIMISE["optimise"]} if method == "optimise" else {}
        data |= {"cases": [{"air.crah.count": 4}]} if method == "list" else {}
        assert valid("study", data), method
        ask(data, tmp_path)


TARGET: dict[str, Any] = read(TARGETS[0]).data
BAD_TARGETS: dict[str, tuple[tuple[str, ...], Any]] = {
    "model": (("tokens", "model"), "Llama-9"),
    "dtype": (("tokens", "dtype"), "fp7"),
    "power without a unit": (("site", "power"), 1000),
    "feeds": (("site", "feeds"), [3]),
    "no feeds": (("site", "feeds"), []),
    "racks": (("racks",), ["gb199"]),
    "a rack without GPUs": (("racks",), ["support_rack"]),
    "power paths": (("power_paths",), ["3N"]),
    "no power path": (("power_paths",), []),
    "a key nobody has": (("budget",), 1),
}


def changed(place: tuple[str, ...], value: Any) -> dict[str, Any]:
    data = copy.deepcopy(TARGET)
    part: Any = data
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    return data


def want(data: Any, folder: Path) -> None:
    path = folder / "target.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    target, document = read_target(path)
    known(target, document)


@pytest.mark.parametrize("case", BAD_TARGETS)
def test_a_target_is_refused_by_both(case: str, tmp_path: Path) -> None:
    data = changed(*BAD_TARGETS[case])
    assert not valid("target", data)
    with pytest.raises(InputError):
        want(data, tmp_path)


def test_a_target_that_bounds_nothing_is_refused_by_both(tmp_path: Path) -> None:
    data = changed(("tokens", "rate"), None)
    data["site"].pop("power")
    assert not valid("target", data)
    with pytest.raises(InputError, match="at least one of tokens"):
        want(data, tmp_path)
    data["budget_usd"] = 1e7
    assert valid("target", data)
    want(data, tmp_path)


def test_every_name_of_a_target_that_the_schema_lists_is_known(tmp_path: Path) -> None:
    parts = file_schema("target")["$defs"]
    names = {
        ("site", "climate"): (parts["PlaceWanted"], "climates"),
        ("site", "grid"): (parts["PlaceWanted"], "grids"),
        ("tokens", "model"): (parts["TokensWanted"], "models"),
    }
    for place, (part, table) in names.items():
        held = part["properties"][place[-1]]["enum"]
        assert set(held) == set(catalogue.rows(TABLES[table]))
        want(changed(place, held[-1]), tmp_path)
    racks = file_schema("target")["properties"]["racks"]["items"]["enum"]
    assert set(racks) == {name for name, row in catalogue.rows(Rack).items() if row.gpu}
    want(changed(("racks",), racks), tmp_path)
