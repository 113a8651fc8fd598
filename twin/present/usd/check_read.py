"""What a scene says, read back from its composed stage: components, their transforms, their
feeds.

Nothing of the program that wrote it is trusted: a scene may have been edited elsewhere.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pxr import Sdf, Tf, Usd, UsdGeom

from twin.errors import InputError, Problem

Stage = Any
Prim = Any
Matrix = NDArray[np.float64]

CONNECTIONS = "Connections"
"""Name of the scope under the root prim whose children are feeds."""


@dataclass(frozen=True)
class Placed:
    """A component of a scene: the prim that carries `twin:id`."""

    id: str
    kind: str
    path: str
    prim: Prim

    def local(self) -> Matrix:
        """(4, 4) transform from the component to its parent, row vectors as USD has them."""
        return np.array(UsdGeom.Xformable(self.prim).GetLocalTransformation())


def doubles(placed: Iterable[Placed]) -> Iterator[Problem]:
    """Components that stand more than once, as a copy made in a viewer does with its `twin:id`."""
    for name, count in Counter(one.id for one in placed).items():
        if count > 1:
            yield Problem(name, f"{count} prims with this twin:id", "one prim a component")


@dataclass(frozen=True)
class FeedPrim:
    """One prim of `/Facility/Connections`: every source feeds every target."""

    name: str
    domain: str
    sources: tuple[str, ...]
    """Paths as they are authored."""
    targets: tuple[str, ...]
    edges: int = 0
    """Pairs that it had when it was written; 0 where it does not say."""


_FIRST_WORDS = re.compile(r" at line \d+ in file \S+ : '(.*?)'\s*(?:\n\s*Error in |$)", re.DOTALL)
"""What OpenUSD says first, of a cause and what followed from it, without names of its sources."""


def open_scene(path: Path) -> Stage:
    """The composed stage of a scene: its root file, or the folder that holds facility.usd*.

    InputError where there is no such file or it is not USD.
    """
    found = root_file(path)
    try:
        return Usd.Stage.Open(str(found))
    except Tf.ErrorException as error:
        said = _FIRST_WORDS.search(str(error))
        cause = said[1].strip() if said else "a file that OpenUSD cannot read"
        raise InputError([Problem("", cause, "an OpenUSD scene", file=str(path))]) from error


def root_file(path: Path) -> Path:
    """The file to open; InputError where there is none."""
    names = [path] if path.is_file() else [path / f"facility.usd{end}" for end in ("a", "c", "")]
    found = next((name for name in names if name.is_file()), None)
    if found is None:
        allowed = "a scene: facility.usda, or the folder that holds it"
        raise InputError([Problem("", "no such file", allowed, file=str(path))])
    return found


def components(stage: Stage) -> tuple[Placed, ...]:
    """Every prim with `twin:id` and `twin:kind`, in the order of the stage; halls are not
    components.
    """
    return tuple(
        Placed(str(name), str(kind), str(prim.GetPath()), prim)
        for prim in stage.Traverse()
        if (name := _value(prim, "twin:id")) is not None
        and (kind := _value(prim, "twin:kind")) not in (None, "hall")
    )


def feeds(stage: Stage) -> tuple[FeedPrim, ...]:
    """Every feed under `Connections` of the root prim; drawn lines there are none."""
    root = stage.GetDefaultPrim()
    scope = root.GetChild(CONNECTIONS) if root else None
    if not scope:
        return ()
    return tuple(_feed(prim) for prim in scope.GetChildren() if not prim.IsA(UsdGeom.Gprim))


def _feed(prim: Prim) -> FeedPrim:
    ends = [_targets(prim, f"twin:{end}") for end in ("source", "target")]
    domain = str(_value(prim, "twin:domain") or "")
    edges = int(_value(prim, "twin:edges") or 0)
    return FeedPrim(prim.GetName(), domain, ends[0], ends[1], edges)


def _targets(prim: Prim, name: str) -> tuple[str, ...]:
    relation = prim.GetRelationship(name)
    return tuple(str(path) for path in relation.GetTargets()) if relation else ()


def _value(prim: Prim, name: str) -> Any:
    attribute = prim.GetAttribute(name)
    return attribute.Get() if attribute else None


def owner_of(path: str, known: dict[str, Placed]) -> Placed | None:
    """The component that a path is, or is below of, such as a connection point."""
    here = Sdf.Path(path).GetPrimPath()
    while not here.isEmpty and here != Sdf.Path.absoluteRootPath:
        if (found := known.get(str(here))) is not None:
            return found
        here = here.GetParentPath()
    return None


def sampled(prim: Prim) -> Iterator[tuple[str, list[float], list[Any]]]:
    """Name, time codes and values of every attribute of a prim that has time samples."""
    for attribute in prim.GetAuthoredAttributes():
        times = attribute.GetTimeSamples()
        if times:
            yield attribute.GetName(), times, [attribute.Get(time) for time in times]
