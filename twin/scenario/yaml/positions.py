"""From the path in a pydantic error to the path in the file, and the types met on the way."""

from __future__ import annotations

from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel

from twin.described import keys_of

Loc = tuple[str | int, ...]
CONSTRAINED = "constrained-"
"""How pydantic calls a plain member of a union that has limits."""

ABSENT = object()
"""Stands for a value that the file does not have; None is a value."""


def place_of(
    loc: Loc, model: type[BaseModel], data: Any, error: str
) -> tuple[Loc, list[Any]] | None:
    """The parts of `loc` that stand in the file or in the models, and the types the last one is
    read as.

    Pydantic also names the members of unions it tried, which no reader of the file has ever seen;
    None where the error is of a member that the value was not meant for.
    For an unknown or a missing key (`error` is pydantic's type of error) the types are those of the
    mapping around it.
    """
    place: Loc = ()
    types: list[Any] = list(_flat(model))
    for index, part in enumerate(loc):
        if index == len(loc) - 1 and error in ("extra_forbidden", "missing"):
            return (*place, part), types
        member = part.removeprefix(CONSTRAINED) if isinstance(part, str) else part
        if chosen := [t for t in types if len(types) > 1 and member in _tags(t)]:
            if _misfit(chosen[0], member, types, value_at(data, place)):
                return None
            types = chosen
        elif below := [deeper for t in types for deeper in _below(t, part)]:
            place = (*place, part)
            types = below
        elif value_at(data, (*place, part)) is not ABSENT:
            place = (*place, part)
            types = []
    return place, types


def _misfit(chosen: Any, part: str | int, types: list[Any], value: Any) -> bool:
    """Whether a plain union tried a mapping as this member although another shares more keys with
    it.
    """
    models = [kind for kind in types if fields_of(kind)]
    if not isinstance(value, dict) or not models or part != getattr(chosen, "__name__", ""):
        return False
    return chosen is not max(models, key=lambda kind: len(fields_of(kind).keys() & value.keys()))


def _flat(annotation: Any) -> Iterator[Any]:
    """The members of an annotation, with unions opened and decorations taken off."""
    origin = get_origin(annotation)
    if hasattr(annotation, "__value__"):
        yield from _flat(annotation.__value__)
    elif origin is Annotated:
        yield from _flat(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for member in get_args(annotation):
            yield from _flat(member)
    elif annotation is not NoneType:
        yield annotation


def fields_of(kind: Any) -> dict[str, Any]:
    """The keys that a model takes from a file; nothing for what is no model."""
    if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
        return {}
    return {key: info for name, info in kind.model_fields.items() for key in keys_of(name, info)}


def first_keys(kind: Any) -> list[str]:
    """The keys that a model takes, each field by the first of its names."""
    firsts = {id(info): key for key, info in reversed(fields_of(kind).items())}
    return list(firsts.values())


def _tags(kind: Any) -> set[Any]:
    """The names by which pydantic may call this member of a union."""
    literals = (
        info.annotation
        for info in fields_of(kind).values()
        if get_origin(info.annotation) is Literal
    )
    return {
        getattr(kind, "__name__", str(kind)),
        *(tag for literal in literals for tag in get_args(literal)),
    }


def _below(kind: Any, part: str | int) -> list[Any]:
    """The types that `part` of a value of this type is read as; nothing where the type has no such
    part.
    """
    if part in (fields := fields_of(kind)):
        return list(_flat(fields[str(part)].annotation))
    arguments = get_args(kind)
    if get_origin(kind) is dict and isinstance(part, str) and part != "[key]":
        return list(_flat(arguments[1]))
    if get_origin(kind) in (list, tuple, set, frozenset) and isinstance(part, int) and arguments:
        return list(_flat(arguments[part if part < len(arguments) and ... not in arguments else 0]))
    return []


def value_at(data: Any, loc: Loc) -> Any:
    """What stands at a path of plain data; ABSENT where nothing does."""
    for part in loc:
        try:
            data = ABSENT if isinstance(data, str) else data[part]
        except (KeyError, IndexError, TypeError):
            return ABSENT
    return data
