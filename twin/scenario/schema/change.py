"""Changes by path: into mappings by key, into lists by index or by the `name` of an item."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from twin.errors import Problem, did_you_mean


class NoSuchItem(ValueError):
    """A path that asks a list for an item that it does not have."""

    def __init__(self, part: str, allowed: str, hint: str) -> None:
        super().__init__(allowed)
        self.part = part
        self.hint = hint


SHORT = {
    "blocks": ("layout", "blocks"),
    "halls": ("layout", "halls"),
    "power": ("layout", "power"),
    "cooling": ("layout", "cooling"),
    "loops": ("layout", "cooling", "loops"),
    "air": ("layout", "cooling", "air"),
    "plant": ("layout", "cooling", "plant"),
    "fabric": ("layout", "fabric"),
    "storage": ("layout", "storage"),
    "overrides": ("layout", "overrides"),
}
"""Parts of a layout that a path may begin with."""

_TOP = frozenset({"horizon", "layout"})
"""Keys by which the top of a scenario is known."""
LISTS = {
    ("blocks",),
    ("halls",),
    ("power",),
    ("cooling", "loops"),
    ("cooling", "air"),
    ("workload",),
}
"""Lists whose items a path names, counted from the top of a layout or scenario."""


def parts_of(path: str, separator: str = ".") -> list[str]:
    """A path such as `workload.chat.nodes`, `workload[0].nodes` or `loops.cdu.volume` in full."""
    parts = path.replace("[", separator).replace("]", "").split(separator)
    first, *rest = (part.strip() for part in parts)
    return [*SHORT.get(first, (first,)), *rest]


def put(data: Any, path: list[str], value: Any) -> tuple[str, ...]:
    """Put a value where its path points, making mappings that are missing; the place of what is
    new, with items of lists by index.

    ValueError where the path leads through something that has no such part.
    """
    try:
        return _put(data, path, value)
    except ValueError as error:
        found = _in_a_block(data, path)
        if not found:
            raise
        allowed = "what stands outside blocks, or a block's"
        raise NoSuchItem(found[0], allowed, f"every copy has it from {found[1]}") from error


def _put(data: Any, path: list[str], value: Any) -> tuple[str, ...]:
    place: list[str] = []
    new: tuple[str, ...] = ()
    for done, part in enumerate(path):
        index = _index(data, part, ".".join(path[:done]))
        place.append(str(index))
        if isinstance(data, dict):
            new = new or (() if part in data else tuple(place))
        if done == len(path) - 1:
            data[index] = value
        elif isinstance(data, dict) and data.get(part) is None:
            _no_such_list(path[: done + 1])
            data[part] = {}
        data = data[index]
    return new or tuple(place)


def _in_a_block(data: Any, path: list[str]) -> tuple[str, str] | None:
    """The item of a list that a path asks for, and where the block stands that has it: `ups_2` of
    the second copy, or its member `ups_2_1`, in `blocks.pod.power.ups`. None where none has it.
    """
    layout, parts = (data.get("layout"), path[1:]) if path[0] == "layout" else (data, path)
    list_ = next((one for one in LISTS if tuple(parts[: len(one)]) == one), ())
    if not list_ or len(parts) == len(list_):
        return None
    item = parts[len(list_)]
    for block in _items(layout, ("blocks",)):
        for one in _items(block, list_):
            name = str(one.get("name"))
            if re.fullmatch(rf"{re.escape(name)}(_\d+){{0,2}}", item):
                return item, ".".join(("blocks", str(block.get("name", "block")), *list_, name))
    return None


def _items(data: Any, list_: tuple[str, ...]) -> list[Mapping[str, Any]]:
    """Mappings of a list that stands somewhere; none where none does."""
    for part in list_:
        data = data.get(part) if isinstance(data, Mapping) else None
    return [one for one in data if isinstance(one, Mapping)] if isinstance(data, list) else []


def _no_such_list(path: list[str]) -> None:
    """ValueError where a path would look for an item in a list that nobody states."""
    where = path[1:] if path[0] == "layout" else path
    if tuple(where) in LISTS:
        name = ".".join(where)
        raise ValueError(f"what the files state; there is no {name} ({name}=[...] states it)")


def _index(data: Any, part: str, where: str) -> str | int:
    """The key or index that a part of a path stands for."""
    if isinstance(data, dict) and part:
        return part
    if isinstance(data, list):
        return _place_in(data, part, where)
    found = "a mapping" if isinstance(data, dict) else repr(data)[:60]
    raise ValueError(
        "a dotted key such as site.climate or workload.chat.nodes; "
        f"{where or 'the file'} is {found}"
    )


def _place_in(items: list[Any], part: str, where: str) -> int:
    """Index of an item of a list, by number or by name."""
    names = [item.get("name") for item in items if isinstance(item, Mapping)]
    if part.isdecimal() and len(part) < 8 and int(part) < len(items):
        return int(part)
    if names.count(part) == 1 and len(names) == len(items):
        return names.index(part)
    known = ", ".join(str(name) for name in names if name)
    allowed = f"a name of {where}: {known}" if known else _numbers(items)
    hint = did_you_mean(part, [str(name) for name in names])
    twice = "; it stands there more than once, so give its number" if part in names else ""
    raise NoSuchItem(part, f"{allowed}{twice}", hint)


def _numbers(items: list[Any]) -> str:
    """Which items of a list without names there are."""
    return f"a number below {len(items)}" if items else "none: the list is empty"


def misplaced(key: str, value: str, error: ValueError, by: str) -> Problem:
    """The problem of a change that leads nowhere.

    key     as it was written
    value   what it would have put there, in words
    by      who makes the change
    """
    if isinstance(error, NoSuchItem):
        return Problem(key, repr(error.part), str(error), error.hint, by)
    return Problem(key, value, str(error), file=by)


def with_nearest_part(found: Iterable[Problem], by: str | None = None) -> Iterator[Problem]:
    """Problems; of changes (made by `by`, or all) whose path begins with no key of a scenario with
    the nearest of those and of the parts of a layout that a path may begin with.
    """
    for one in found:
        known = one.allowed.split(", ")
        mine = by is None or one.file == by
        if mine and one.found == "an unknown key" and _TOP.issubset(known):
            hint = did_you_mean(one.where.partition(".")[0], [*known, *SHORT])
            yield replace(one, hint=hint)
        else:
            yield one
