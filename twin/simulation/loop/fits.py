"""Whether stored values are of the kinds that blocks and actions declare.

A stored run may come from a stranger: it can hold wrong numbers, and must hold nothing worse.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from inspect import signature
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin, get_type_hints

import numpy as np

from twin.simulation.kernel.clock import REPEAT, Clock, Due


@cache
def declared(block: type) -> Mapping[str, Any]:
    """What each field of a block is declared to be; worked out once a block."""
    return get_type_hints(block)


def is_a(value: Any, hint: Any) -> bool:
    """Whether a value is what a type hint says, at any depth of lists, tuples and mappings."""
    origin = get_origin(hint)
    parts = get_args(hint)
    if origin is Annotated:
        return is_a(value, parts[0])
    if origin in (Union, UnionType):
        return any(is_a(value, part) for part in parts)
    if origin is list:
        return isinstance(value, list) and all(is_a(item, parts[0]) for item in value)
    if origin is tuple:
        same = isinstance(value, tuple) and len(value) == len(parts)
        return same and all(map(is_a, value, parts))
    if origin is dict:
        return isinstance(value, dict) and all(
            is_a(key, parts[0]) and is_a(held, parts[1]) for key, held in value.items()
        )
    return _is_one(value, origin or hint)


def _is_one(value: Any, kind: Any) -> bool:
    """Without parts of its own; a truth value is no number."""
    if kind is Any:
        return True
    if kind in (int, float) and isinstance(value, bool | np.bool_):
        return False
    if kind is bool:
        return isinstance(value, bool | np.bool_)
    if kind is int:
        return isinstance(value, int | np.integer)
    if kind is float:
        return isinstance(value, float | np.floating | int | np.integer)
    return isinstance(value, kind)


def refuse_misfit(name: str, value: Any, hint: Any, fresh: Any) -> None:
    """Raise ValueError where a value is not of its field's kind, or an array not of its size.

    fresh   what the field holds at the start: an array that holds something then keeps its shape
    """
    if not is_a(value, hint):
        raise ValueError(f"{name} is a {type(value).__name__}")
    if not isinstance(value, np.ndarray):
        return
    moved = fresh.size > 0 and value.shape != fresh.shape
    if value.dtype != fresh.dtype or value.ndim != fresh.ndim or moved:
        raise ValueError(f"{name} is an array of another kind or size")


def refuse_unknown(clock: Clock, due: Due, now_s: float) -> None:
    """Raise ValueError where something that waits is past, or is nothing that anybody can do."""
    if not now_s <= due.time_s < np.inf:
        raise ValueError(f"{due.action} is due at {due.time_s!r} s")
    action = due.action
    arguments: tuple[Any, ...] = due.arguments
    if action == REPEAT:
        stage, step_s, end_s, action, *who = arguments
        if not (is_a([step_s, end_s], list[float]) and step_s > 0 and stage == due.stage):
            raise ValueError("a repetition without a step")
        arguments = tuple(who)
    act = clock.actions.get(action)
    if act is None or action == REPEAT or not _takes(act, arguments):
        raise ValueError(f"nobody can do {action!r}")


def _takes(act: Callable[..., None], arguments: tuple[Any, ...]) -> bool:
    hints = get_type_hints(act)
    try:
        given = signature(act).bind(*arguments).arguments
    except TypeError:
        return False
    return all(
        is_a(one, hints[name])
        for name, value in given.items()
        for one in (value if isinstance(value, tuple) else (value,))
    )
