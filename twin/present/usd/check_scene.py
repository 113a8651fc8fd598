"""`twin usd check`: everything that is wrong with a scene, whoever wrote or edited it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from pxr import UsdGeom

from twin.errors import Problem
from twin.present.usd.check_feeds import lost, make_graph, misfits, unreached, wrong_ends
from twin.present.usd.check_files import local_overrides, wrong_files
from twin.present.usd.check_read import (
    Placed,
    components,
    doubles,
    feeds,
    open_scene,
    root_file,
    sampled,
)


def check_scene(path: Path) -> tuple[Problem, ...]:
    """Every problem of a scene: a file facility.usd* or the folder that holds it.

    InputError where it cannot be opened at all.
    """
    stage = open_scene(path)
    placed = components(stage)
    found = feeds(stage)
    graph = make_graph(placed, found)
    problems = [
        *wrong_files(root_file(path)),
        *doubles(placed),
        *_places(placed),
        *wrong_ends(placed, found),
        *unreached(graph),
        *lost(graph, found),
        *misfits(graph),
        *_times(stage),
        *_samples(stage, placed),
        *_crowds(stage),
    ]
    return tuple(replace(one, file=str(path)) for one in problems)


def _places(placed: Iterable[Placed]) -> Iterator[Problem]:
    for one in placed:
        matrix = one.local()
        if not np.isfinite(matrix).all():
            yield Problem(one.id, "a position that is not finite", "metres")
        elif np.linalg.det(matrix[:3, :3]) < 0:
            yield Problem(one.id, "a mirrored transform", "a turn about the vertical and a move")
        bodies = (one.prim, *one.prim.GetChildren())
        if any(body.IsInstance() and local_overrides(body) for body in bodies):
            allowed = "opinions on the instance itself; every reader ignores those below it"
            yield Problem(one.id, "opinions below an instance", allowed)


def _times(stage: Any) -> Iterator[Problem]:
    root = stage.GetDefaultPrim()
    attribute = root.GetAttribute("twin:time_s") if root else None
    if not attribute or attribute.Get() is None:
        return
    times = np.array(attribute.Get(), dtype=float)
    if not np.isfinite(times).all() or (np.diff(times) <= 0).any():
        yield Problem("twin:time_s", "times that do not increase", "seconds, each after the last")
    codes = round(stage.GetEndTimeCode() - stage.GetStartTimeCode()) + 1
    if codes != len(times):
        yield Problem("twin:time_s", f"{len(times)} times", f"one a time code, {codes}")


def _samples(stage: Any, placed: Iterable[Placed]) -> Iterator[Problem]:
    start, end = stage.GetStartTimeCode(), stage.GetEndTimeCode()
    for one in placed:
        for name, times, values in sampled(one.prim):
            if times[0] < start or times[-1] > end:
                found = f"{name} sampled from {times[0]:g} to {times[-1]:g}"
                yield Problem(one.id, found, f"time codes {start:g} to {end:g}")
            if not all(_finite(value) for value in values):
                yield Problem(one.id, f"{name} has a sample that is not finite", "numbers")


def _finite(value: Any) -> bool:
    return not isinstance(value, float) or bool(np.isfinite(value))


def _crowds(stage: Any) -> Iterator[Problem]:
    """Point instancers whose arrays differ in length, which readers drop without a word, and
    colours that are no numbers.
    """
    for prim in stage.Traverse():
        if prim.IsA(UsdGeom.PointInstancer):
            crowd = UsdGeom.PointInstancer(prim)
            places = len(crowd.GetPositionsAttr().Get() or ())
            kinds = len(crowd.GetProtoIndicesAttr().Get() or ())
            if places != kinds:
                found = f"{places} positions for {kinds} instances"
                yield Problem(str(prim.GetPath()), found, "as many of each")
        colour = prim.GetAttribute("primvars:displayColor")
        if colour and colour.Get() is not None and not np.isfinite(np.array(colour.Get())).all():
            yield Problem(str(prim.GetPath()), "a colour that is no number", "from 0 to 1")
