"""Rooms of a building model come into a layout with their names, sizes, places and columns.

The models are written here with ifcopenshell itself, in millimetres and in metres.
"""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

import twin
from twin.cli import main
from twin.errors import InputError

ifcopenshell = pytest.importorskip("ifcopenshell", reason="the ifc extra is not installed")

Triple = tuple[float, float, float]
MILLI = 1000.0
FEET = 1.0 / 0.3048


class Model:
    """A building of boxes; lengths are given in metres and written in the file's unit."""

    def __init__(self, per_metre: float = MILLI, turn: Triple = (1.0, 0.0, 0.0)) -> None:
        self.file = ifcopenshell.file(schema="IFC4")
        self.scale = per_metre
        units = self.file.createIfcUnitAssignment([self.unit()])
        axes = self.axes((0.0, 0.0, 0.0))
        context = self.file.createIfcGeometricRepresentationContext(None, "Model", 3, 1e-5, axes)
        self.context = context
        guid = ifcopenshell.guid.new
        self.guid = guid
        project = self.file.createIfcProject(
            guid(), None, "p", None, None, None, None, [context], units
        )
        self.ground = self.file.createIfcLocalPlacement(None, self.axes((500.0, 200.0, 3.0), turn))
        self.building = self.file.createIfcBuilding(guid(), None, "b", None, None, self.ground)
        self.gather(project, [self.building])

    def unit(self) -> Any:
        prefix = "MILLI" if self.scale == MILLI else None
        unit = self.file.createIfcSIUnit(None, "LENGTHUNIT", prefix, "METRE")
        if self.scale != FEET:
            return unit
        measure = self.file.createIfcLengthMeasure(0.3048)
        factor = self.file.createIfcMeasureWithUnit(measure, unit)
        powers = self.file.createIfcDimensionalExponents(1, 0, 0, 0, 0, 0, 0)
        return self.file.createIfcConversionBasedUnit(powers, "LENGTHUNIT", "FOOT", factor)

    def axes(self, at: Triple, turn: Triple = (1.0, 0.0, 0.0)) -> Any:
        point = self.file.createIfcCartesianPoint([self.scale * one for one in at])
        up = self.file.createIfcDirection((0.0, 0.0, 1.0))
        return self.file.createIfcAxis2Placement3D(point, up, self.file.createIfcDirection(turn))

    def gather(self, whole: Any, parts: list[Any]) -> None:
        self.file.createIfcRelAggregates(self.guid(), None, None, None, whole, parts)

    def storey(self, name: str) -> Any:
        made = self.file.createIfcBuildingStorey(self.guid(), None, name, None, None, self.ground)
        self.gather(self.building, [made])
        return made

    def shape(self, outline: list[tuple[float, float]], height: float) -> Any:
        file = self.file
        points = [
            file.createIfcCartesianPoint([self.scale * x, self.scale * y])
            for x, y in [*outline, outline[0]]
        ]
        profile = file.createIfcArbitraryClosedProfileDef(
            "AREA", None, file.createIfcPolyline(points)
        )
        up = file.createIfcDirection((0.0, 0.0, 1.0))
        solid = file.createIfcExtrudedAreaSolid(
            profile, self.axes((0.0, 0.0, 0.0)), up, self.scale * height
        )
        body = file.createIfcShapeRepresentation(self.context, "Body", "SweptSolid", [solid])
        return file.createIfcProductDefinitionShape(None, None, [body])

    def add(
        self, sort: str, name: str, at: Triple, outline: list[tuple[float, float]], height: float
    ) -> Any:
        place = self.file.createIfcLocalPlacement(self.ground, self.axes(at))
        return self.file.create_entity(
            sort,
            GlobalId=self.guid(),
            Name=name,
            ObjectPlacement=place,
            Representation=self.shape(outline, height),
        )

    def space(self, storey: Any, name: str, at: Triple, size: Triple) -> Any:
        made = self.add("IfcSpace", name, at, rectangle(size[0], size[1]), size[2])
        self.gather(storey, [made])
        return made

    def save(self, path: Path) -> Path:
        self.file.write(str(path))
        return path


def rectangle(x: float, y: float) -> list[tuple[float, float]]:
    return [(0.0, 0.0), (x, 0.0), (x, y), (0.0, y)]


def two_halls(per_metre: float = MILLI, turn: Triple = (1.0, 0.0, 0.0)) -> Model:
    """Two rooms on the ground floor, a column in the first and the wall between them."""
    model = Model(per_metre, turn)
    ground = model.storey("Ground floor")
    model.space(ground, "Data Hall 1", (1.0, 2.0, 0.0), (12.0, 8.4, 3.5))
    model.space(ground, "Data Hall 2", (13.3, 2.0, 0.0), (10.0, 8.4, 3.5))
    model.add("IfcColumn", "C1", (6.0, 5.0, -0.5), rectangle(0.4, 0.6), 5.0)
    model.add("IfcWall", "W1", (13.0, 2.0, 0.0), rectangle(0.3, 8.4), 3.5)
    return model


def imported(model: Path, layout: Path, *more: str) -> SimpleNamespace:
    command = ["import", "ifc", str(model), "--layout", str(layout), *more]
    said = StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = main(command)
    return SimpleNamespace(exit_code=code, output=said.getvalue())


@pytest.mark.parametrize("per_metre", [MILLI, 1.0, FEET])
def test_a_new_layout_has_the_rooms_of_the_model(tmp_path: Path, per_metre: float) -> None:
    model = two_halls(per_metre).save(tmp_path / "shell.ifc")
    done = imported(model, tmp_path / "site.yaml")
    assert done.exit_code == 0, done.output
    one, two = yaml.safe_load((tmp_path / "site.yaml").read_text())["halls"]
    assert (one["name"], one["size"], one["at"]) == (
        "data_hall_1",
        ["12 m", "8.4 m", "3.5 m"],
        ["0 m", "0 m"],
    )
    assert (two["name"], two["at"]) == ("data_hall_2", ["12.3 m", "0 m"])
    assert one["obstacles"] == [
        {"name": "column_1", "at": ["5 m", "3 m", "0 m"], "size": ["0.4 m", "0.6 m", "3.5 m"]}
    ]
    assert "obstacles" not in two


def test_a_quarter_turn_of_the_building_turns_its_rooms(tmp_path: Path) -> None:
    model = two_halls(turn=(0.0, 1.0, 0.0)).save(tmp_path / "shell.ifc")
    assert imported(model, tmp_path / "site.yaml").exit_code == 0
    one, two = yaml.safe_load((tmp_path / "site.yaml").read_text())["halls"]
    assert (one["size"], two["at"]) == (["8.4 m", "12 m", "3.5 m"], ["0 m", "12.3 m"])


def test_a_layout_that_is_there_keeps_all_but_its_shell(tmp_path: Path) -> None:
    model = Model()
    model.space(model.storey("Ground"), "Room", (3.0, 4.0, 0.0), (14.0, 9.0, 4.0))
    model.add("IfcColumn", "C1", (4.0, 11.5, 0.0), rectangle(0.5, 0.5), 4.0)
    shell = model.save(tmp_path / "shell.ifc")
    layout = tmp_path / "edge.yaml"
    before = Path("layouts/edge_200kw.yaml").read_text()
    layout.write_text(before)
    refused = imported(shell, layout)
    assert refused.exit_code == 1
    assert layout.read_text() == before
    assert imported(shell, layout, "--yes").exit_code == 0
    built = twin.build(twin.load(layout))
    hall = built.tables()["halls"].iloc[0]
    assert hall[["width_m", "depth_m", "height_m"]].tolist() == [14.0, 9.0, 4.0]
    spec = twin.load(layout).plan.halls[0]
    assert (spec.obstacles[0].at, spec.obstacles[0].size) == ((1.0, 7.5, 0.0), (0.5, 0.5, 4.0))
    gone = set(before.splitlines()) - set(layout.read_text().splitlines())
    assert gone == {"    size: [12 m, 8.4 m, 3.5 m]"}


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    model = two_halls()
    upper = model.storey("Upper floor")
    model.space(upper, "Closet", (0.0, 0.0, 5.0), (0.6, 2.0, 1.5))
    shape = [(0.0, 0.0), (9.0, 0.0), (9.0, 3.0), (3.0, 3.0), (3.0, 9.0), (0.0, 9.0)]
    corner = model.add("IfcSpace", "Corner room", (20.0, 0.0, 5.0), shape, 3.0)
    twice = model.add("IfcSpace", "corner-room", (40.0, 0.0, 5.0), rectangle(9.0, 9.0), 3.0)
    model.gather(upper, [corner, twice])
    file = model.save(tmp_path / "shell.ifc")
    several = imported(file, tmp_path / "site.yaml")
    assert several.exit_code == 2
    assert "'Ground floor', 'Upper floor'" in " ".join(several.output.split())
    wrong = imported(file, tmp_path / "site.yaml", "--storey", "Upper floor", "--space", "Closset")
    said = " ".join(wrong.output.split())
    assert wrong.exit_code == 2
    assert "Closset" in said
    found = imported(file, tmp_path / "site.yaml", "--storey", "Upper floor")
    said = " ".join(found.output.split())
    assert found.exit_code == 2
    for words in ("Closet.size.0", "Closet.size.2", "fills 56 %", "2 spaces of this name"):
        assert words in said, words
    assert not (tmp_path / "site.yaml").exists()


def test_askew_rooms_and_files_that_are_no_model_are_refused(tmp_path: Path) -> None:
    askew = two_halls(turn=(0.9, 0.4359, 0.0)).save(tmp_path / "askew.ifc")
    assert imported(askew, tmp_path / "site.yaml").exit_code == 2
    empty = Model().save(tmp_path / "empty.ifc")
    assert "no space" in imported(empty, tmp_path / "site.yaml").output
    (tmp_path / "text.ifc").write_text("a letter")
    (tmp_path / "broken.ifc").write_text("ISO-10303-21;\nHEADER;\n")
    for name in ("text.ifc", "broken.ifc", "absent.ifc"):
        done = imported(tmp_path / name, tmp_path / "site.yaml")
        assert done.exit_code == 2, (name, done.output)
        assert name in " ".join(done.output.split())


def test_a_hall_that_the_layout_does_not_have_is_told(tmp_path: Path) -> None:
    from twin.scenario.shell import layout_with_shell, read_shell
    from twin.scenario.shell.halls import halls_of

    halls = halls_of(read_shell(two_halls().save(tmp_path / "shell.ifc")))
    text = "halls:\n  - {name: data_hall_1, rows: []}\n"
    with pytest.raises(InputError, match="data_hall_2"):
        layout_with_shell(halls, text, tmp_path / "site.yaml", "shell.ifc")
