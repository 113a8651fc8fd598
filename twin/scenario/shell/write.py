"""Halls into the text of a layout: a new one, or one that is there and keeps all else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from twin.errors import InputError, Problem, did_you_mean
from twin.scenario.shell.halls import ShellHall, ShellObstacle
from twin.scenario.yaml.document import parse
from twin.scenario.yaml.edit import with_value

_HEAD = """\
# Halls read from the building model {model}; rows of racks, power and cooling are yours to state.
version: 1
name: {name}

halls:
"""


def layout_with_shell(halls: Sequence[ShellHall], text: str, layout: Path, model: str) -> str:
    """The text of a layout with these halls.

    text     of the layout as it is: halls of the same names get the size, the place and the
             obstacles of the model, every other byte stays; empty for a new layout
    InputError naming every hall that the layout does not have.
    """
    if not text:
        name = "".join(one if one.isalnum() else "_" for one in layout.stem.lower())
        return _HEAD.format(model=model, name=name) + "".join(map(_lines, halls))
    places = _places(text, layout)
    unknown = [
        Problem(one.name, f"a space, {one.title!r}", "a hall of the layout: " + ", ".join(places),
                did_you_mean(one.name, places), file=str(layout))
        for one in halls if one.name not in places
    ]  # fmt: skip
    if unknown:
        raise InputError(unknown)
    for hall in halls:
        for key, content in _values(hall):
            text = with_value(text, ("halls", places[hall.name], key), content)
    return text


def _places(text: str, layout: Path) -> dict[str, int]:
    """Position in the layout's list by name of hall."""
    halls = parse(text, layout).data.get("halls")
    rows = halls if isinstance(halls, list) else []
    named = [one.get("name", "hall") if isinstance(one, dict) else "" for one in rows]
    return {str(name): k for k, name in enumerate(named)}


def _values(hall: ShellHall) -> Iterable[tuple[str, str]]:
    yield "size", _metres(hall.size)
    yield "at", _metres(hall.at)
    if hall.obstacles:
        yield "obstacles", f"[{', '.join(map(_obstacle, hall.obstacles))}]"


def _lines(hall: ShellHall) -> str:
    title = hall.title.encode("unicode_escape").decode()
    lines = [f"  - name: {hall.name}  # {title}", f"    size: {_metres(hall.size)}"]
    lines.append(f"    at: {_metres(hall.at)}")
    if hall.obstacles:
        lines += ["    obstacles:", *(f"      - {_obstacle(one)}" for one in hall.obstacles)]
    return "\n".join([*lines, "    rows: []", ""])


def _obstacle(box: ShellObstacle) -> str:
    return f"{{name: {box.name}, at: {_metres(box.at)}, size: {_metres(box.size)}}}"


def _metres(lengths: Sequence[float]) -> str:
    return f"[{', '.join(f'{length:.3f}'.rstrip('0').rstrip('.') + ' m' for length in lengths)}]"
