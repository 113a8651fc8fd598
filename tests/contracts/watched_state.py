"""A run whose state tells who writes it: blocks and arrays that ask for the writing module."""

from __future__ import annotations

import sys
from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from twin import Facility
from twin.simulation import disciplines
from twin.simulation.disciplines import Disciplines, wire
from twin.simulation.serving import service
from twin.simulation.state import WRITERS, State, fresh
from twin.simulation.state.work import ServiceState

Seen = set[tuple[str, str]]
"""(block, module) of everything written; the module below `twin.simulation`, or as it is."""
ROOM = "twin.simulation."


def _writer() -> str:
    """The module of the program that is at work now; empty for a test's own."""
    frame = sys._getframe(2)
    while frame is not None:
        module = str(frame.f_globals.get("__name__", ""))
        if module.startswith("twin."):
            return module.removeprefix(ROOM)
        frame = frame.f_back  # type: ignore[assignment]
    return ""


class WatchedArray(np.ndarray):
    """An array of a block; copies of it are plain."""

    told: tuple[Seen, str] | None = None

    def __array_finalize__(self, obj: object) -> None:
        self.told = None

    def _tell(self) -> None:
        if self.told is not None:
            seen, block = self.told
            seen.add((block, _writer()))

    def __setitem__(self, key: Any, value: Any) -> None:
        self._tell()
        super().__setitem__(key, value)

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        if isinstance(part, WatchedArray) and np.may_share_memory(self, part):
            part.told = self.told
        return part

    def fill(self, value: Any) -> None:
        self._tell()
        super().fill(value)

    def sort(self, *args: Any, **words: Any) -> None:
        self._tell()
        super().sort(*args, **words)

    def copy(self, *args: Any) -> np.ndarray:  # type: ignore[override]
        return np.array(self, subok=False)

    def __array_ufunc__(
        self, ufunc: np.ufunc, method: str, *inputs: Any, out: Any = (), **words: Any
    ) -> Any:
        changed = [*out, *(inputs[:1] if method == "at" else ())]
        for array in changed:
            if isinstance(array, WatchedArray):
                array._tell()
        if out:
            words["out"] = tuple(_plain(array) for array in out)
        result = getattr(ufunc, method)(*map(_plain, inputs), **words)
        return out[0] if len(out) == 1 else result

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in {np.copyto, np.put, np.place, np.putmask} and isinstance(args[0], WatchedArray):
            args[0]._tell()
        return super().__array_function__(func, types, args, kwargs)


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, WatchedArray) else value


def _watched_class(cls: type, block: str, seen: Seen) -> type:
    """A block that tells who sets its columns; its arrays tell who changes them."""

    def set_column(self: Any, name: str, value: Any) -> None:
        writer = _writer()
        if not writer.startswith("state."):
            seen.add((block, writer))
        if isinstance(value, np.ndarray):
            value = np.asarray(value).view(WatchedArray)
            value.told = (seen, block)
        object.__setattr__(self, name, value)

    return type(cls.__name__, (cls,), {"__setattr__": set_column, "__slots__": ()})


def _watched(block: Any, name: str, seen: Seen) -> Any:
    held = {f.name: getattr(block, f.name) for f in fields(block)}
    return _watched_class(type(block), name, seen)(**held)


def watched(facility: Facility, patch: pytest.MonkeyPatch) -> tuple[Disciplines, Seen]:
    """Disciplines on a state that fills the set of who wrote what."""
    seen: Seen = set()

    def fresh_watched(facility: Facility, jobs: int) -> State:
        state = fresh(facility, jobs)
        for name in WRITERS:
            setattr(state, name, _watched(getattr(state, name), name, seen))
        seen.clear()
        return state

    patch.setattr(disciplines, "fresh", fresh_watched)
    patch.setattr(service, "ServiceState", _watched_class(ServiceState, "serving", seen))
    return wire(facility), seen
