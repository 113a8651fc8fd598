"""Spaces of one storey as halls: names, sizes and places of a layout, with all that stands in
the way told at once.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from pydantic import ValidationError

from twin.errors import InputError, Problem, did_you_mean
from twin.scenario.schema.hall import HallSpec
from twin.scenario.shell.ifc import Box, Shell, ShellBox

BOX_FRAC = 0.95
"""A space that fills less of the box around it is no rectangle along the axes."""
BODY_FRAC = 0.7
"""A body that fills less of its box stands askew, and would block air that passes it."""
INTRUDES_M = 0.05
"""Bodies that reach less far into a hall are its own walls."""


@dataclass(frozen=True)
class ShellHall:
    """One hall as the layout will say it; lengths in metres to the millimetre."""

    name: str
    title: str
    """As the model calls it."""
    at: tuple[float, float]
    size: tuple[float, float, float]
    obstacles: tuple[ShellObstacle, ...] = field(default=())


@dataclass(frozen=True)
class ShellObstacle:
    """A box in a hall, from the hall's own corner."""

    name: str
    at: tuple[float, float, float]
    size: tuple[float, float, float]


def halls_of(shell: Shell, storey: str = "", only: Sequence[str] = ()) -> tuple[ShellHall, ...]:
    """Halls of one storey, from the south-west corner of all of them, in the order of the file.

    storey   which, by name; needed where spaces stand on several
    only     names of the spaces to take, as the model or the layout has them; all where empty
    InputError with every problem: unknown names, several storeys, rooms that are no box along the
    axes or outside a layout's bounds, names used twice.
    """
    problems: list[Problem] = []
    chosen = [one for one in _on(shell, storey, problems) if _wanted(one, only)]
    known = {text for one in shell.spaces for text in (one.name, layout_name(one.name))}
    problems += [
        Problem("--space", repr(name), "a space of the model", did_you_mean(name, known))
        for name in only
        if name not in known
    ]
    problems += _faults(shell, chosen)
    if problems:
        raise InputError(problems)
    corner = np.min([one.box[0] for one in chosen], axis=0)
    return tuple(_hall(one, corner, shell.bodies) for one in chosen)


def layout_name(text: str) -> str:
    """A name as layouts allow it."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    name = name if name[:1].isalpha() else f"hall_{name}"
    return name[:40].rstrip("_")


def _wanted(space: ShellBox, only: Sequence[str]) -> bool:
    return not only or space.name in only or layout_name(space.name) in only


def _on(shell: Shell, storey: str, problems: list[Problem]) -> list[ShellBox]:
    """Spaces of the storey asked for, or of the only one."""
    storeys = list(dict.fromkeys(one.storey for one in shell.spaces))
    told = ", ".join(map(repr, storeys))
    if storey and storey not in storeys:
        hint = did_you_mean(storey, storeys)
        problems.append(Problem("--storey", repr(storey), told, hint, file=str(shell.file)))
    elif not storey and len(storeys) > 1:
        found = f"spaces on {len(storeys)} storeys"
        hint = "a layout is one floor: --storey NAME"
        problems.append(Problem("IfcBuildingStorey", found, told, hint, file=str(shell.file)))
    return [one for one in shell.spaces if not storey or one.storey == storey]


def _faults(shell: Shell, chosen: Sequence[ShellBox]) -> Iterator[Problem]:
    file = str(shell.file)
    for name, count in Counter(layout_name(one.name) for one in chosen).items():
        if count > 1:
            yield Problem(name, f"{count} spaces of this name", "names of their own", file=file)
    for one in chosen:
        if one.fill_frac < BOX_FRAC:
            found = f"a space that fills {100 * one.fill_frac:.0f} % of the box around it"
            hint = "turn the model, or divide the room into rectangles"
            allowed = f"a room along the axes, {100 * BOX_FRAC:.0f} % or more"
            yield Problem(one.name, found, allowed, hint, file=file)
        yield from _outside_bounds(one, file)


def _outside_bounds(space: ShellBox, file: str) -> Iterator[Problem]:
    """What the layout's own bounds say of a room."""
    size = [f"{length:g} m" for length in _rounded(space.box[1] - space.box[0])]
    try:
        HallSpec.model_validate({"name": layout_name(space.name), "size": size, "rows": ()})
    except ValidationError as refused:
        for error in refused.errors():
            where = ".".join(map(str, (space.name, *error["loc"])))
            allowed = str(error["msg"]).removeprefix("Value error, ")
            yield Problem(where, str(error["input"]), allowed, file=file)


def _hall(space: ShellBox, corner: Box, bodies: Sequence[ShellBox]) -> ShellHall:
    x, y, _ = _rounded(space.box[0] - corner)
    inside = [one for one in bodies if _stands_in(space, one)]
    obstacles = tuple(_obstacle(one, k, space.box) for k, one in enumerate(inside, start=1))
    size = _rounded(space.box[1] - space.box[0])
    return ShellHall(layout_name(space.name), space.name, (x, y), size, obstacles)


def left_out(shell: Shell, halls: Sequence[str]) -> list[str]:
    """Names of bodies that reach into a hall but stand askew, and so are no boxes."""
    spaces = [one for one in shell.spaces if layout_name(one.name) in halls]
    askew = [one for one in shell.bodies if one.fill_frac < BODY_FRAC]
    return [one.name for one in askew if any(_reaches_into(space, one) for space in spaces)]


def _stands_in(space: ShellBox, body: ShellBox) -> bool:
    return body.fill_frac >= BODY_FRAC and _reaches_into(space, body)


def _reaches_into(space: ShellBox, body: ShellBox) -> bool:
    return bool((_common(space.box, body.box) > INTRUDES_M).all())


def _common(a: Box, b: Box) -> Box:
    """Edges of what two boxes share; negative where they lie apart."""
    shared: Box = np.minimum(a[1], b[1]) - np.maximum(a[0], b[0])
    return shared


def _obstacle(body: ShellBox, number: int, room: Box) -> ShellObstacle:
    low = np.maximum(body.box[0], room[0]) - room[0]
    name = f"{body.sort.removeprefix('Ifc').lower()}_{number}"
    return ShellObstacle(name, _rounded(low), _rounded(_common(room, body.box)))


def _rounded(metres: Box) -> tuple[float, float, float]:
    """To the millimetre."""
    x, y, z = (np.round(metres, 3) + 0.0).tolist()
    return x, y, z
