"""Everything that changes in a run stands in its state blocks: what disciplines hold beside them is
the same after hours of events, so that blocks and clock are all that a snapshot needs.
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np
from conftest import ROOT

import twin
from twin.simulation.disciplines import wire
from twin.simulation.kernel.world import World
from twin.simulation.loop.run import Loop

PURE = {
    "Conductances.modes_of": "decomposed networks, by the bytes of their conductances",
    "Learning.speeds": "step times, by job and GPU type",
}
"""Dictionaries that grow and forget nothing that matters: a value follows from its key."""
COUNTERS = {"loop.still"}
"""What the loop itself counts; a snapshot holds it beside the blocks."""
HOUR_S = 3600.0
VERSIONS = ("version", "hands", "work_version", "answered")
"""They say that something is another, and go on where work that moved too far is taken back; the
queue's `answered` is a list of them."""


def print_of(value: Any) -> Any:
    """A value as something that compares by content."""
    match value:
        case np.ndarray():
            return (value.shape, str(value.dtype), _content(value))
        case np.random.Generator():
            return repr(value.bit_generator.state)
        case dict():
            return tuple((print_of(k), print_of(v)) for k, v in value.items())
        case list() | tuple() | set() | frozenset():
            return (type(value).__name__, *map(print_of, value))
        case float() | int() | str() | bytes() | bool() | None:
            return repr(value)
    if is_dataclass(value) and not isinstance(value, type):
        names = [f.name for f in fields(value) if f.name not in VERSIONS]
        return tuple((name, print_of(getattr(value, name))) for name in names)
    return id(value)


def _content(value: np.ndarray) -> object:
    return tuple(map(print_of, value.ravel())) if value.dtype == object else value.tobytes()


def held(loop: Loop) -> dict[str, Any]:
    """Everything that the loop and its disciplines hold beside the blocks, by path."""
    been: set[int] = set()
    return dict([*_held(loop.run, "", been), *_held(loop, "loop.", been)])


def _held(owner: object, path: str, been: set[int]) -> Iterator[tuple[str, Any]]:
    if id(owner) in been:
        return
    been.add(id(owner))
    for name, value in sorted(vars(owner).items()):
        pure = f"{type(owner).__name__}.{name}" in PURE
        if name == "own" or name.startswith("_") or isinstance(value, World) or pure:
            continue
        parts = list(_parts(value))
        for n, part in enumerate(parts):
            number = f"[{n}]" if len(parts) > 1 or part is not value else ""
            yield from _held(part, f"{path}{name}{number}.", been)
        if not parts:
            yield f"{path}{name}", print_of(value)


def _parts(value: object) -> Iterator[object]:
    """Objects of the simulation in an attribute: alone, or in a list or dictionary."""
    if isinstance(value, dict | list | tuple):
        inside = value.values() if isinstance(value, dict) else value
        for item in inside:
            yield from _parts(item)
    elif type(value).__module__.startswith("twin.simulation.") and hasattr(value, "__dict__"):
        yield value


def at_first_instant() -> Loop:
    loop = Loop(wire(twin.build(twin.load(ROOT / "scenarios" / "first_factory.yaml"))))
    loop.begin()
    return loop


def until(loop: Loop, hours: float) -> None:
    while loop.step(hours * HOUR_S):
        pass


def test_what_disciplines_hold_beside_their_blocks_never_changes() -> None:
    """From the first instant over a lost panel, checkpoints and throttling to the middle, and on
    through the loss of a pump.
    """
    loop = at_first_instant()
    first = held(loop)
    assert len(first) > 80
    for hours in (7.0, 12.0, 15.0):
        until(loop, hours)
        now = held(loop)
        assert set(now) == set(first)
        assert [path for path in first if now[path] != first[path] and path not in COUNTERS] == []
    assert loop.world.events > 200


def test_what_is_called_pure_is_there_and_a_dictionary() -> None:
    run = at_first_instant().run
    for owner in (run.heat.conductances, run.jobs.learning):
        names = {f"{type(owner).__name__}.{name}" for name in vars(owner)} & set(PURE)
        assert [type(getattr(owner, path.partition(".")[2])) for path in names] == [dict]


def test_a_version_guarded_value_is_what_would_be_computed_anew() -> None:
    """Attributes that begin with `_` are remembered between events: forgotten at any instant, they
    come back the same and change nothing that follows, here over the loss of a panel.
    """
    kept = at_first_instant()
    forgetful = at_first_instant()
    empty = _caches(Loop(wire(forgetful.world.facility)))
    for loop in (kept, forgetful):
        until(loop, 5.9)
    for _ in range(400):
        for path, (owner, name) in _caches(forgetful).items():
            setattr(owner, name, getattr(*empty[path]))
        forgetful.step()
        kept.step()
    assert forgetful.world.now_s == kept.world.now_s > 6.5 * HOUR_S
    assert print_of(forgetful.world.state) == print_of(kept.world.state)
    assert forgetful.world.log == kept.world.log


def _caches(loop: Loop) -> dict[str, tuple[object, str]]:
    """By path, who holds each attribute that begins with `_`."""
    found: dict[str, tuple[object, str]] = {}
    been: set[int] = set()
    todo: list[tuple[str, object]] = [("", loop)]
    while todo:
        path, owner = todo.pop()
        if id(owner) in been:
            continue
        been.add(id(owner))
        for name, value in vars(owner).items():
            if name.startswith("_") and not isinstance(value, types.MethodType):
                found[f"{path}{name}"] = (owner, name)
            elif name != "own" and not isinstance(value, World):
                todo += [(f"{path}{name}.{n}.", p) for n, p in enumerate(_parts(value))]
    return found


def test_a_count_kept_beside_the_blocks_is_seen() -> None:
    loop = at_first_instant()
    loop.run.supply.counted = [0]  # type: ignore[attr-defined]
    loop.run.jobs.placement.asked = {}  # type: ignore[attr-defined]
    first = held(loop)
    loop.run.supply.counted[0] += 1  # type: ignore[attr-defined]
    loop.run.jobs.placement.asked["x"] = np.zeros(1)  # type: ignore[attr-defined]
    now = held(loop)
    changed = {path for path in first if now[path] != first[path]}
    assert {path.rsplit(".", 1)[-1] for path in changed} == {"counted", "asked"}
