"""What a scene refuses to draw: every problem of the tables, found before a byte is written."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from twin.errors import InputError, Problem, did_you_mean
from twin.results.tables import COMPONENTS, EDGES, RACKS
from twin.tables import Table

_NUMBERS = ("x_m", "y_m", "z_m", "width_m", "depth_m", "height_m")
_SHOWN_MAX = 5


def check(components: pd.DataFrame, edges: pd.DataFrame, racks: pd.DataFrame | None) -> None:
    """Raise InputError with everything that is wrong.

    Missing columns; double ids; places or sizes that are not finite; edges and rack rows of unknown
    ids; two rows of one rack at one time.
    """
    given = [(COMPONENTS, components), (EDGES, edges), *([] if racks is None else [(RACKS, racks)])]
    problems = [problem for table, frame in given for problem in _columns(table, frame)]
    if not problems:
        problems = [
            *_components(components),
            *_edges(components, edges),
            *_racks(components, racks),
        ]
    if problems:
        raise InputError(problems)


def _columns(table: Table, frame: pd.DataFrame) -> Iterator[Problem]:
    for name in table.names:
        if name not in frame.columns:
            yield Problem(
                f"{table.name}.{name}",
                "no such column",
                ", ".join(map(str, frame.columns)),
                did_you_mean(name, map(str, frame.columns)),
            )


def _components(components: pd.DataFrame) -> Iterator[Problem]:
    for double in components["id"][components["id"].duplicated()].head(_SHOWN_MAX):
        yield Problem("components.id", f"{double!r} twice", "one row an id")
    for name in _NUMBERS:
        for row in (
            components[~np.isfinite(components[name].astype(float))].head(_SHOWN_MAX).itertuples()
        ):
            yield Problem(f"components.{name} of {row.id!r}", "no finite number", "metres")
    for name in _NUMBERS[3:]:
        for row in components[components[name] < 0].head(_SHOWN_MAX).itertuples():
            yield Problem(
                f"components.{name} of {row.id!r}", "a negative length", "metres, 0 for no body"
            )


def _edges(components: pd.DataFrame, edges: pd.DataFrame) -> Iterator[Problem]:
    for end in ("source", "target"):
        yield from _strangers(f"edges.{end}", edges[end], components)


def _racks(components: pd.DataFrame, racks: pd.DataFrame | None) -> Iterator[Problem]:
    if racks is None:
        return
    yield from _strangers("racks.rack", racks["rack"], components)
    if not np.isfinite(racks["time_s"].astype(float)).all():
        yield Problem("racks.time_s", "a time that is not finite", "seconds")
    for row in racks[racks.duplicated(["rack", "time_s"])].head(_SHOWN_MAX).itertuples():
        yield Problem("racks", f"{row.rack!r} twice at {row.time_s} s", "one row a rack and period")


def _strangers(where: str, ids: pd.Series, components: pd.DataFrame) -> Iterator[Problem]:
    known = components["id"]
    for stranger in ids[~ids.isin(known)].drop_duplicates().head(_SHOWN_MAX):
        yield Problem(
            where, repr(stranger), "an id in components", did_you_mean(str(stranger), known)
        )
