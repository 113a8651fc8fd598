"""No key of any file takes "anything" in its JSON schema, and what the program refuses of the
queue and of shares, the schema refuses too.
"""

from __future__ import annotations

import copy
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from conftest import ROOT

from twin.cli import main
from twin.scenario.starter import write
from twin.scenario.yaml.document import read
from twin.study.schemas import KINDS, file_schema

SAYS = {"type", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"}
INSIDE = ("items", "additionalProperties")
MANY = ("anyOf", "oneOf", "allOf", "prefixItems")


def silent(part: Any, where: str) -> Iterator[str]:
    """Places of a schema that any value meets."""
    if part is True or part == {} or not SAYS & part.keys():
        yield where
        return
    if part.get("type") == "array" and not {"items", "prefixItems"} & part.keys():
        yield where
    if part.get("type") == "object" and "properties" not in part and not held(part):
        yield where
    for key in INSIDE:
        if part.get(key, False) is not False:
            yield from silent(part[key], f"{where}.{key}")
    for key in MANY:
        for number, option in enumerate(part.get(key, ())):
            yield from silent(option, f"{where}.{key}[{number}]")
    for kind in ("properties", "patternProperties"):
        for key, field in part.get(kind, {}).items():
            yield from silent(field, f"{where}.{key}")


def held(part: dict[str, Any]) -> Any:
    """What a mapping without keys of its own holds."""
    return part.get("patternProperties") or part.get("additionalProperties")


@pytest.mark.parametrize("which", KINDS)
def test_no_key_takes_anything(which: str) -> None:
    schema = file_schema(which)
    models = {which: schema, **schema["$defs"]}
    assert not [place for name, part in models.items() for place in silent(keys(part), name)]


def keys(model: dict[str, Any]) -> dict[str, Any]:
    """A model without the conditions that stand beside its keys."""
    return {**model, "anyOf": (), "allOf": ()} if "properties" in model else model


@pytest.mark.parametrize("weak", [{}, {"description": "A."}, {"type": "array"}, {"items": {}}])
def test_a_key_that_takes_anything_is_found(weak: dict[str, Any]) -> None:
    model = {"type": "object", "properties": {"key": {"anyOf": [weak, {"type": "null"}]}}}
    assert list(silent(model, "model")) == ["model.key.anyOf[0]"]


@pytest.mark.parametrize("which", KINDS)
def test_no_page_says_anything(which: str) -> None:
    page = (ROOT / "docs" / "reference" / f"{which}.md").read_text(encoding="utf-8")
    assert "anything |" not in page
    assert "of anything" not in page
    assert "| object |" not in page


TAKEN: dict[str, Any] = {
    "a name": "easy",
    "a policy": {"policy": "conservative", "depth": 20},
    "a grace": {"policy": "priority", "grace": "30 s"},
    "shares": {"policy": "fair_share", "half_life": "2 d", "shares": {"ada": 2.5}},
    "a reservation": {"reservations": [{"of": ["r1"], "at": "02:00", "duration": "1 h"}]},
    "hosts": {"node_resources": [{"cores": 112, "memory": "2 TB"}]},
    "time slices": {"gpu_shares": 7},
    "a cap": {"power_cap": "1 MW", "default_limit": "30 min"},
}
REFUSED: dict[str, Any] = {
    "a policy nobody has": "eazy",
    "a policy nobody has, as a key": {"policy": "eazy"},
    "a number": 3,
    "a key nobody has": {"policy": "easy", "backfill": True},
    "no depth": {"depth": 0},
    "a share of nothing": {"policy": "fair_share", "shares": {"ada": 0}},
    "a bare limit": {"default_limit": 30},
    "a cap in hours": {"power_cap": 12},
    "one slice": {"gpu_shares": 1},
    "slices nobody cuts": {"gpu_shares": "mps"},
    "a reservation of nothing": {"reservations": [{"of": [], "at": 0, "duration": "1 h"}]},
    "a reservation without an end": {"reservations": [{"of": ["r1"], "at": "02:00"}]},
    "no cores": {"node_resources": [{"cores": 0, "memory": "2 TB"}]},
}


@pytest.fixture
def asked(tmp_path: Path) -> dict[str, Any]:
    scenario, layout = write("pod", tmp_path)
    data: dict[str, Any] = copy.deepcopy(read(scenario).data)
    racks = copy.deepcopy(read(layout).data)
    return {**data, "layout": racks}


def judged(data: dict[str, Any], folder: Path) -> tuple[bool, int]:
    """Whether the schema takes a scenario, and the exit code of `twin check`."""
    path = folder / "asked.yaml"
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    checker = jsonschema.Draft202012Validator(file_schema("scenario"))
    return checker.is_valid(read(path).data), main(["check", str(path)])


@pytest.mark.parametrize("case", TAKEN)
def test_a_queue_is_taken_by_both(case: str, asked: dict[str, Any], tmp_path: Path) -> None:
    rack = next(iter(asked["layout"]["halls"][0]["rows"]))["name"]
    text = json.dumps(TAKEN[case]).replace('"r1"', json.dumps(rack))
    asked["controls"] = {"scheduler": json.loads(text)}
    assert judged(asked, tmp_path) == (True, 0)


@pytest.mark.parametrize("case", REFUSED)
def test_a_queue_is_refused_by_both(case: str, asked: dict[str, Any], tmp_path: Path) -> None:
    asked["controls"] = {"scheduler": REFUSED[case]}
    assert judged(asked, tmp_path) == (False, 2)


@pytest.mark.parametrize(
    ("floor", "taken"),
    [
        *((value, True) for value in (0.0, 0.5, "50 %", "50 percent", "0.5", 1)),
        *((value, False) for value in (1.1, -0.1, "50 W", "half", True)),
    ],
)
def test_a_share_has_its_bounds(
    floor: Any, taken: bool, asked: dict[str, Any], tmp_path: Path
) -> None:
    asked["controls"] = {"power_floor": floor}
    assert judged(asked, tmp_path) == (taken, 0 if taken else 2)


def test_a_schema_of_scenarios_loads_neither_runs_nor_studies() -> None:
    """It took 2.0 s with what answers studies and designs, 1.0 s without."""
    told = (
        "import sys; from twin.cli import main; code = main(['schema']); "
        "print(code, *sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    code, *loaded = done.stderr.split()
    assert code == "0"
    assert "twin.study.schemas" in loaded
    heavy = (
        "twin.simulation",
        "twin.facility",
        "twin.study.experiments.evaluate",
        "pandas",
        "scipy",
    )
    assert not [name for name in loaded if name.startswith(heavy)]
