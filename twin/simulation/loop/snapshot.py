"""A run in progress as data: its blocks, what waits, and what was logged; and back again.

Arrays stand apart from the rest, which is plain enough for JSON. Nothing is pickled: a snapshot
from a stranger can hold wrong numbers and nothing worse (`fits.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any

import numpy as np

from twin.results.enums import EventKind
from twin.simulation.kernel.clock import Due
from twin.simulation.kernel.order import Stage
from twin.simulation.kernel.world import Event
from twin.simulation.loop.fits import declared, refuse_misfit, refuse_unknown
from twin.simulation.loop.run import Loop

Arrays = dict[str, np.ndarray]


@dataclass(frozen=True)
class Snapshot:
    """Everything that a run carries from one instant to the next."""

    plain: dict[str, Any]
    """What JSON can hold; arrays stand there by name."""
    arrays: Arrays


def take(loop: Loop) -> Snapshot:
    """The run as it stands; arrays are copies."""
    arrays: Arrays = {}
    world = loop.world
    plain = {
        "state": _pack(world.state, "state", arrays),
        "now_s": world.now_s,
        "events": world.events,
        "stale": bool(world.stale),
        "still": loop.still,
        "log": [[e.time_s, e.component, str(e.what), e.detail] for e in world.log],
        "pending": [
            [d.time_s, int(d.stage), d.action, *d.arguments] for d in world.clock.pending()
        ],
    }
    _keep_filled(arrays, world.state.recorder.samples)
    return Snapshot(plain, arrays)


def _keep_filled(arrays: Arrays, samples: int) -> None:
    """Of the record only the samples that were taken."""
    for name in arrays:
        if name.startswith("state.recorder.rows."):
            arrays[name] = arrays[name][:samples]


def put_back(loop: Loop, snapshot: Snapshot) -> None:
    """Set a fresh loop to where a snapshot was taken.

    Raises LookupError, TypeError, ValueError or AttributeError where the snapshot is of another
    facility, or nothing that a run wrote.
    """
    world = loop.world
    plain = snapshot.plain
    _unpack_into(world.state, plain["state"], snapshot.arrays, "state")
    for target, name in ((world, "now_s"), (world, "events"), (world, "stale"), (loop, "still")):
        refuse_misfit(name, plain[name], type(getattr(target, name)), getattr(target, name))
        setattr(target, name, plain[name])
    if not 0 <= world.now_s <= world.end_s:
        raise ValueError(f"a run at {world.now_s!r} s")
    world.log = [Event(t, who, EventKind(what), detail) for t, who, what, detail in plain["log"]]
    pending = [
        Due(t, Stage(stage), action, tuple(who)) for t, stage, action, *who in plain["pending"]
    ]
    for due in pending:
        refuse_unknown(world.clock, due, world.now_s)
    world.clock.put_back(world.now_s, pending)


def _pack(value: Any, name: str, arrays: Arrays) -> Any:
    """A value as plain data; every container says what it is."""
    if isinstance(value, np.generic) and not isinstance(value, str):
        return {"scalar": [value.dtype.str, value.item()]}  # numpy's own divide by zero otherwise
    if value is None or isinstance(value, bool | int | float | str):
        return _scalar(value)
    for kind, pack in _PACK.items():
        if isinstance(value, kind):
            return pack(value, name, arrays)
    if is_dataclass(value):
        parts = {f.name: getattr(value, f.name) for f in fields(value)}
        return {k: _pack(v, f"{name}.{k}", arrays) for k, v in parts.items()}
    raise TypeError(f"{name} holds a {type(value).__name__}, which no snapshot can keep")


def _scalar(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value


def _pack_array(value: np.ndarray, name: str, arrays: Arrays) -> dict[str, str]:
    arrays[name] = value.copy(order="K")  # another order of memory sums in another order
    return {"array": name}


def _pack_list(value: list[Any], name: str, arrays: Arrays) -> dict[str, Any]:
    if value and all(isinstance(item, np.ndarray) for item in value):
        arrays[f"{name}.sizes"] = np.array([item.size for item in value])
        arrays[name] = np.concatenate(value)
        return {"ragged": name}
    return {"items": [_pack(item, f"{name}.{i}", arrays) for i, item in enumerate(value)]}


def _pack_dict(value: Mapping[Any, Any], name: str, arrays: Arrays) -> dict[str, Any]:
    keys = [[str(k) for k in key] if isinstance(key, tuple) else key for key in value]
    held = [_pack(v, f"{name}.{i}", arrays) for i, v in enumerate(value.values())]
    return {"pairs": [list(pair) for pair in zip(keys, held, strict=True)]}


def _pack_generator(value: np.random.Generator, _: str, __: Arrays) -> dict[str, Any]:
    return {"generator": value.bit_generator.state}


_PACK: dict[type, Callable[[Any, str, Arrays], Any]] = {
    np.ndarray: _pack_array,
    list: _pack_list,
    tuple: lambda value, name, arrays: _pack_list(list(value), name, arrays),
    dict: _pack_dict,
    np.random.Generator: _pack_generator,
}


def _unpack_into(target: Any, packed: Mapping[str, Any], arrays: Arrays, at: str) -> None:
    """Set the fields of a dataclass, in place, so that whoever holds it sees them."""
    kind: Any = type(target)
    hints = declared(kind)
    for field in fields(target):
        name = f"{at}.{field.name}"
        own = getattr(target, field.name)
        there = packed[field.name]
        if is_dataclass(own):
            _unpack_into(own, there, arrays, name)
        elif isinstance(own, list) and own and is_dataclass(own[0]):
            for item, kept in zip(own, there["items"], strict=True):
                _unpack_into(item, kept, arrays, name)
        else:
            value = _unpack(there, arrays)
            refuse_misfit(name, value, hints[field.name], own)
            setattr(target, field.name, value)


def _unpack(packed: Any, arrays: Arrays) -> Any:
    if not isinstance(packed, dict):
        return packed
    ((kind, held),) = packed.items()
    return _UNPACK[kind](held, arrays)


def _unpack_ragged(name: str, arrays: Arrays) -> list[np.ndarray]:
    ends = np.cumsum(arrays[f"{name}.sizes"])[:-1]
    return [part.copy() for part in np.split(arrays[name], ends)]


def _unpack_pairs(pairs: list[list[Any]], arrays: Arrays) -> dict[Any, Any]:
    return {
        tuple(key) if isinstance(key, list) else key: _unpack(value, arrays) for key, value in pairs
    }


def _unpack_generator(state: dict[str, Any], _: Arrays) -> np.random.Generator:
    generator = np.random.Generator(np.random.PCG64())
    generator.bit_generator.state = state
    return generator


_UNPACK: dict[str, Callable[[Any, Arrays], Any]] = {
    "array": lambda name, arrays: arrays[name].copy(order="K"),
    "ragged": _unpack_ragged,
    "items": lambda items, arrays: [_unpack(item, arrays) for item in items],
    "pairs": _unpack_pairs,
    "generator": _unpack_generator,
    "scalar": lambda held, arrays: np.dtype(held[0]).type(held[1]),
}
