"""The JSON schema of the files accepts what the program accepts, and names what may be named."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from conftest import ROOT

import twin
from twin import InputError, catalogue
from twin.catalogue.rows import CoolingEquipment, PowerEquipment
from twin.cli import main
from twin.scenario import schema_json
from twin.scenario.starter import write
from twin.scenario.yaml.document import read

SHIPPED = sorted([*ROOT.glob("scenarios/*.yaml"), *ROOT.glob("layouts/*.yaml")])


def validator(which: str) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(schema_json(which))


@pytest.mark.parametrize("which", ["scenario", "layout"])
def test_the_schema_is_one(which: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema_json(which))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_shipped_files_are_valid(path: Path) -> None:
    """By the schema of the file, which knows the rows of its own as an editor does."""
    schema = schema_json(path.parent.name[:-1], twin.load(path).catalogue)
    found = jsonschema.Draft202012Validator(schema).iter_errors(read(path).data)
    assert not list(found)


def test_starter_files_are_valid(tmp_path: Path) -> None:
    for path, which in zip(write("pod", tmp_path), ("scenario", "layout"), strict=True):
        assert not list(validator(which).iter_errors(read(path).data))


def enumerations(part: Any, where: str = "") -> Iterator[tuple[str, list[Any]]]:
    if isinstance(part, dict):
        if "enum" in part:
            yield where, part["enum"]
        for key, value in part.items():
            yield from enumerations(value, f"{where}.{key}")
    elif isinstance(part, list):
        for i, item in enumerate(part):
            yield from enumerations(item, f"{where}.{i}")


def enum_of(which: str, model: str, key: str) -> list[str]:
    """The names that a key of a model may hold."""
    part = schema_json(which)["$defs"][model]["properties"][key]
    return next(names for _, names in enumerations(part))


@pytest.fixture
def asked(tmp_path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """A scenario and its layout as plain data."""
    scenario, layout = write("pod", tmp_path)
    return copy.deepcopy(read(scenario).data), copy.deepcopy(read(layout).data)


def unknown(data: dict[str, Any], layout: dict[str, Any]) -> list[str]:
    """What the program says of names that it does not know."""
    try:
        twin.build(twin.Scenario.model_validate({**data, "layout": layout}))
    except InputError as error:
        return [str(p) for p in error.problems if "of the catalogue" in p.allowed]
    return []


def test_every_name_that_the_schema_lists_is_known_to_the_program(
    asked: tuple[dict[str, Any], dict[str, Any]],
) -> None:
    data, layout = asked
    for climate in enum_of("scenario", "Site", "climate"):
        data["site"]["climate"] = climate
        assert not unknown(data, layout)
    for grid in enum_of("scenario", "Site", "grid"):
        data["site"]["grid"] = grid
        assert not unknown(data, layout)
    for model in enum_of("scenario", "Training", "model"):
        data["workload"][1]["model"] = model
        assert not unknown(data, layout)
    for lengths in enum_of("scenario", "Requests", "lengths"):
        data["workload"][0]["requests"]["lengths"] = lengths
        assert not unknown(data, layout)


@pytest.mark.parametrize(
    ("model", "place"),
    [
        ("LoopSpec", ("cooling", "loops", 0, "type")),
        ("AirSpec", ("cooling", "air", 0, "type")),
        ("PlantSpec", ("cooling", "plant", 0, "type")),
        ("PowerGroup", ("power", 5, "type")),
        ("FabricSpec", ("fabric", "switch")),
        ("StorageSpec", ("storage", "type")),
    ],
)
def test_every_type_that_the_schema_lists_is_known_to_the_program(
    asked: tuple[dict[str, Any], dict[str, Any]], model: str, place: tuple[str | int, ...]
) -> None:
    data, layout = asked
    names = enum_of("layout", model, str(place[-1]))
    assert len(names) > 2
    for name in names:
        changed = copy.deepcopy(layout)
        part: Any = changed
        for step in place[:-1]:
            part = part[step]
        part[place[-1]] = name
        assert not [said for said in unknown(data, changed) if name in said]


def test_units_of_cooling_are_listed_where_they_belong() -> None:
    kinds = {row.name: row.kind for row in catalogue.rows(CoolingEquipment).values()}
    assert {kinds[name] for name in enum_of("layout", "LoopSpec", "type")} == {"cdu"}
    assert {kinds[name] for name in enum_of("layout", "AirSpec", "type")} == {"crah"}
    assert {kinds[name] for name in enum_of("layout", "PlantSpec", "type")} == {
        "chiller", "dry_cooler"
    }  # fmt: skip
    assert enum_of("layout", "PowerGroup", "type") == list(catalogue.rows(PowerEquipment))


REFUSED: dict[str, tuple[str, tuple[str | int, ...], object]] = {
    "climate": ("scenario", ("site", "climate"), "mars"),
    "grid": ("scenario", ("site", "grid"), "moon"),
    "model": ("scenario", ("workload", 0, "model"), "Llama-9"),
    "bare number": ("scenario", ("horizon",), 24),
    "bare price": ("scenario", ("workload", 0, "token_price"), 0.40),
    "no unit": ("scenario", ("horizon",), "24"),
    "clock past the hour": ("scenario", ("faults", "timeline", 0, "at"), "09:75"),
    "rack": ("layout", ("halls", 0, "rows", 0, "racks"), "4 x gb300"),
    "no racks": ("layout", ("halls", 0, "rows", 0, "racks"), "0 x gb200_nvl72"),
    "power type": ("layout", ("power", 0, "type"), "utility"),
    "a chiller for coolant": ("layout", ("cooling", "loops", 0, "type"), "chiller_air_430"),
    "pairing": ("layout", ("power", 3, "fed_by", 0, "pairing"), "one"),
    "zero volume": ("layout", ("cooling", "loops", 0, "volume"), 0),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_program_refuses_the_schema_refuses(
    asked: tuple[dict[str, Any], dict[str, Any]], tmp_path: Path, case: str
) -> None:
    which, place, value = REFUSED[case]
    data, layout = asked
    part: Any = data if which == "scenario" else layout
    whole = part
    assert not list(validator(which).iter_errors(whole))
    for step in place[:-1]:
        part = part[step]
    part[place[-1]] = value
    assert list(validator(which).iter_errors(whole))
    assert main(["check", str(written(data, layout, tmp_path / "own"))]) == 2


def written(data: dict[str, Any], layout: dict[str, Any], folder: Path) -> Path:
    import yaml

    folder.mkdir()
    path = folder / "probe.yaml"
    path.write_text(yaml.safe_dump({**data, "layout": layout}, allow_unicode=True))
    return path


def test_quantities_are_taken_in_the_forms_that_the_program_reads() -> None:
    form = validator("scenario")
    base = {"name": "a", "layout": "a.yaml", "site": {"climate": "phoenix", "grid": "virginia"}}
    for text in ("24 h", "1.5e2 min", "90min", "86400 s", ".5 d"):
        assert not list(form.iter_errors({**base, "horizon": text})), text
    assert not list(form.iter_errors({**base, "faults": {"timeline": [
        {"at": "25:00", "component": "x"}, {"at": 0, "component": "x"},
        {"at": "06:30:15", "component": "x"}, {"at": "6.5 h", "component": "x"}]}}))  # fmt: skip


def test_rows_of_the_planners_own_may_be_named_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An own rack is in the schema that is asked for with the layout that states it."""
    _, layout = write("pod", tmp_path)
    text = layout.read_text(encoding="utf-8")
    text += "equipment:\n  power:\n    - {name: rpp_own, like: rpp_500, rating: 400 kW}\n"
    layout.write_text(text.replace("type: rpp_500", "type: rpp_own"), encoding="utf-8")
    found = twin.load(layout).catalogue
    assert "rpp_own" in found.rows(PowerEquipment)
    assert main(["schema", "layout", "--for", str(layout)]) == 0
    schema = json.loads(capsys.readouterr().out)
    assert not list(jsonschema.Draft202012Validator(schema).iter_errors(read(layout).data))
    assert list(validator("layout").iter_errors(read(layout).data))


@pytest.mark.parametrize("which", ["scenario", "layout"])
def test_an_editor_shows_what_each_key_is(which: str) -> None:
    """Docstrings are read only when a schema is asked for, and none is lost on the way there."""
    schema = schema_json(which)
    silent = [
        f"{name}.{key}"
        for name, part in {which: schema, **schema["$defs"]}.items()
        for key, said in part.get("properties", {}).items()
        if not said.get("description") and "const" not in said
    ]
    assert not silent
    cdu = schema["$defs"]["OwnCoolingEquipment"]["properties"]["capacity"]["description"]
    assert cdu == CoolingEquipment.purposes()["capacity_w"] != ""
