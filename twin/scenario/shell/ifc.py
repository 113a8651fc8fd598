"""The boxes of a building model: spaces, and the columns, walls and beams that may stand in them.

Coordinates come in metres, east, north and up, whatever unit the file has (ISO 16739-1); map
coordinates of a georeference are not applied. Reads with ifcopenshell, the extra `ifc`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.errors import InputError, Problem, TwinError

Box = NDArray[np.float64]
"""(2, xyz) lowest and highest corner in metres."""
BODIES = ("IfcColumn", "IfcWall", "IfcBeam")
"""What air goes around."""
BYTES_MAX = 512 * 2**20


@dataclass(frozen=True)
class ShellBox:
    """One element of the model by the box around it."""

    name: str
    """Its long name, else its name, else its identifier."""
    sort: str
    """Class of the element in the file."""
    storey: str
    box: Box
    fill_frac: float
    """Its volume over that of the box: 1 for a box along the axes, 0.79 for a round column."""


@dataclass(frozen=True)
class Shell:
    """What a model holds that matters to a layout."""

    file: Path
    spaces: tuple[ShellBox, ...]
    bodies: tuple[ShellBox, ...]


def read_shell(path: Path) -> Shell:
    """Read a model. InputError for a file that is none, that is too large, or that has no space
    with a shape; TwinError where ifcopenshell is not installed.
    """
    model, create = _opened(path)
    spaces = tuple(_boxes(model, create, ("IfcSpace",)))
    if not spaces:
        count = len(model.by_type("IfcSpace"))
        found = f"{count} spaces without a shape" if count else "no space"
        hint = "export rooms as IfcSpace with their bodies"
        raise InputError([Problem("IfcSpace", found, "a room as a space", hint, file=str(path))])
    return Shell(path, spaces, tuple(_boxes(model, create, BODIES)))


def _opened(path: Path) -> tuple[Any, Any]:
    """The model, and what makes a shape of an element."""
    try:
        import ifcopenshell
        import ifcopenshell.geom as geometry
    except ModuleNotFoundError as missing:
        raise TwinError(
            "ifcopenshell is not installed, so no building model can be read; cure: pip install "
            "'ai-factory-twin[ifc]'"
        ) from missing
    _refuse_no_model(path)
    try:
        model = ifcopenshell.open(str(path))
    except (OSError, RuntimeError, ifcopenshell.Error) as error:
        raise _no_model(path, str(error)) from error
    settings = geometry.settings()
    settings.set("use-world-coords", True)
    return model, lambda element: geometry.create_shape(settings, element)


def _refuse_no_model(path: Path) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise _no_model(path, error.strerror or str(error)) from error
    if size > BYTES_MAX:
        raise _no_model(path, f"{size / 2**20:,.0f} MiB, more than {BYTES_MAX // 2**20}")
    if b"ISO-10303-21" not in head:
        raise _no_model(path, "a file that does not begin with ISO-10303-21")


def _no_model(path: Path, found: str) -> InputError:
    return InputError([Problem("", found, "a building model, IFC as text", file=str(path))])


def _boxes(model: Any, create: Any, classes: tuple[str, ...]) -> Iterator[ShellBox]:
    """Elements with a solid shape, in the order of their identifiers in the file."""
    elements = {one.id(): one for sort in classes for one in model.by_type(sort)}
    for _, element in sorted(elements.items()):
        if element.Representation is None:
            continue
        try:
            mesh = create(element).geometry
        except RuntimeError:
            continue
        points = np.array(mesh.verts, dtype=float).reshape(-1, 3)
        if len(points):
            faces = np.array(mesh.faces, dtype=np.int64).reshape(-1, 3)
            box = np.stack([points.min(axis=0), points.max(axis=0)])
            fill = _volume(points, faces) / max(float(np.prod(box[1] - box[0])), 1e-12)
            yield ShellBox(_name(element), element.is_a(), _storey(element), box, fill)


def _volume(points: Box, faces: NDArray[np.int64]) -> float:
    """Volume inside closed triangles in cubic metres (divergence theorem)."""
    a, b, c = np.moveaxis((points - points.mean(axis=0))[faces], 1, 0)
    return abs(float(np.einsum("ij,ij->i", a, np.cross(b, c)).sum())) / 6.0


def _name(element: Any) -> str:
    return str(getattr(element, "LongName", None) or element.Name or element.GlobalId)


def _storey(element: Any) -> str:
    """Name of the storey that an element belongs to; empty where it belongs to none."""
    above: Any = element
    while above is not None and not above.is_a("IfcBuildingStorey"):
        links = [*getattr(above, "Decomposes", ())]
        held = [one.RelatingStructure for one in getattr(above, "ContainedInStructure", ())]
        above = next(iter([*held, *(one.RelatingObject for one in links)]), None)
    return "" if above is None else str(above.Name or above.GlobalId)
