"""What the 3-D view shows, as plain data: components at the places of the table `components`, the
halls of the table `halls`, the connections of `edges`, and what failed when.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from twin.analysis.cause_chain import CAUSES
from twin.analysis.sign_off import JudgedEntry, is_open, last_decisions
from twin.catalogue.equipment_kinds import singular
from twin.present.drill_spans import drill_spans
from twin.present.figures.faults import grouped
from twin.present.ramp import hexadecimal
from twin.present.viewer3d.quantities import Framed, framed, steps_s
from twin.quantities import count, power, short
from twin.results import Result
from twin.results.enums import FIRST_CAUSES, MENDS

MOST_EVENTS = 5_000
MOST_BREAKS = 60
"""Moments that the slider marks and that one may go to."""
STOPS = 33
"""Colours of the ramp; between them the view takes the nearest."""


def drawn(result: Result) -> pd.DataFrame:
    """Components with a body and a place, in the order of their table."""
    held = result.frame("components").drop_duplicates("id")
    sized = (held[["width_m", "depth_m", "height_m"]] > 0).all(axis=1)
    placed = held[["x_m", "y_m", "z_m"]].notna().all(axis=1)
    return held[sized & placed & (held["system"] != "building")].reset_index(drop=True)


def packed(result: Result, reviews: Sequence[JudgedEntry] = ()) -> str:
    """All of it as one JSON text that may stand in a page: numbers packed, no `<` in it.

    The same result and reviews give the same text.
    """
    time_s = steps_s(result)
    frames = list(framed(result, time_s))
    shown = _scene(result, time_s, frames) | {"notes": _notes(result, reviews)}
    scene = json.dumps(shown, ensure_ascii=False, separators=(",", ":"))
    held = {
        "scene": _deflated(scene.encode()),
        "frames": [_deflated(_differences(one.parts).tobytes()) for one in frames],
    }
    return json.dumps(held, separators=(",", ":"))


def _deflated(raw: bytes) -> str:
    return b64encode(zlib.compress(raw, 9)).decode()


def _differences(parts: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """Each step less the one before it, modulo 256: long stretches of zeros pack well."""
    return np.diff(parts, axis=1, prepend=np.zeros((len(parts), 1), dtype=np.uint8))


def _scene(result: Result, time_s: npt.NDArray[np.float64], frames: list[Framed]) -> dict[str, Any]:
    held = drawn(result)
    place = {str(name): n for n, name in enumerate(held["id"])}
    halls = result.frame("halls").drop(columns=["containment"])
    return {
        **_columns(held, place),
        "halls": [[short(row[0], 60), *_rounded(row[1:])] for row in halls.to_numpy(object)],
        "edges": _edges(result, place),
        "time_s": _rounded(time_s),
        "quantities": [_words(one, place) for one in frames],
        "ramp": hexadecimal(STOPS),
        "events": _events(result, place),
        "broken": _broken(result, place),
        "points": _points(result),
        "drills": [
            [short(one.name, 60), round(one.begins_s, 1), round(one.ends_s, 1)]
            for one in drill_spans(result)
        ],
        "breaks": _breaks(result),
    }


def _columns(held: pd.DataFrame, place: Mapping[str, int]) -> dict[str, Any]:
    named = {"kind": "kinds", "system": "systems", "type": "types"}
    out: dict[str, Any] = {"id": list(map(str, held["id"]))}
    for column, plural in named.items():
        codes, words = pd.factorize(held[column])
        out[column] = codes.tolist()
        out[plural] = list(map(str, words))
    out["kind_words"] = [singular(kind) for kind in out["kinds"]]
    metres = ("x", "y", "z"), ("width", "depth", "height")
    for key, column in zip("xyzwdh", [*metres[0], *metres[1]], strict=True):
        out[key] = _rounded(held[f"{column}_m"])
    parents = list(map(str, held["parent"]))
    out["parent"] = [place.get(name, -1) for name in parents]
    out["hall"] = ["" if name in place else name for name in parents]
    out["rating"] = _rounded(held["rating_w"].fillna(0.0))
    out["front"] = (held["facing_deg"] / 90).round().astype(int).mod(4).tolist()
    out["gpus"] = held["gpus"].astype(int).tolist()
    return out


def _rounded(values: Iterable[Any]) -> list[float]:
    """To a millimetre or a thousandth."""
    return [round(float(value), 3) for value in values]


def _edges(result: Result, place: Mapping[str, int]) -> list[list[Any]]:
    """System, sources and targets: targets of the same sources share an entry."""
    edges = result.frame("edges")
    edges = edges[edges["source"].isin(place) & edges["target"].isin(place)]
    alike: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for (system, target), rows in edges.groupby(["system", "target"], sort=False):
        sources = tuple(sorted({place[str(name)] for name in rows["source"]}))
        alike.setdefault((str(system), sources), []).append(place[str(target)])
    return [[system, list(sources), targets] for (system, sources), targets in alike.items()]


def _words(one: Framed, place: Mapping[str, int]) -> dict[str, Any]:
    """A quantity's words; rows of components that are not drawn point at none."""
    asked = one.quantity
    rows = [place.get(name, -1) for name in one.rows]
    return {
        "label": asked.label, "unit": asked.unit, "digits": asked.digits,
        "low": one.low, "high": one.high, "rows": rows,
    }  # fmt: skip


def _events(result: Result, place: Mapping[str, int]) -> list[list[Any]]:
    held = result.frame("events")
    held = held[held["component"].isin(place)].head(MOST_EVENTS)
    cells = zip(held["time_s"], held["component"], held["what"], strict=True)
    return [[round(float(at), 1), place[str(who)], str(what)] for at, who, what in cells]


def _broken(result: Result, place: Mapping[str, int]) -> list[list[float]]:
    """Who was out of order, from when to when."""
    held = result.frame("events")
    held = held[held["component"].isin(place) & held["what"].isin([*CAUSES, *MENDS])]
    since: dict[str, float] = {}
    out: list[list[float]] = []
    for at, who, what in zip(held["time_s"], held["component"], held["what"], strict=True):
        if what not in MENDS:
            since.setdefault(str(who), float(at))
        elif str(who) in since:
            out.append([place[str(who)], since.pop(str(who)), float(at)])
    return out + [[place[who], at, 1e12] for who, at in since.items()]


def _breaks(result: Result) -> list[list[Any]]:
    """When something broke of itself and what it was, at most MOST_BREAKS groups."""
    held = result.frame("events")
    groups = grouped(held[held["what"].isin(FIRST_CAUSES)])[:MOST_BREAKS]
    return [[round(one.time_s, 1), short(one.text, 60)] for one in groups]


def _notes(result: Result, reviews: Sequence[JudgedEntry]) -> list[list[Any]]:
    """Component, author, date, decision, state, words, and whether it is an open point (1), of
    what was said of those drawn.
    """
    place = {str(name): n for n, name in enumerate(drawn(result)["id"])}
    left = {id(one) for one in last_decisions(reviews) if is_open(one)}
    return [
        [
            place[of.component],
            of.reviewer,
            of.date,
            of.decision,
            one.state,
            of.note,
            id(one) in left,
        ]
        for one in reviews
        if (of := one.entry).component in place
    ]


def _points(result: Result) -> dict[str, str]:
    """What the redundancy study says of single points of failure, by component."""
    study = result.meta.get("redundancy") or {}
    rows = study.get("single_points_of_failure") if isinstance(study, Mapping) else None
    return {
        str(row.get("component", "")): f"{row.get('effect') or 'loss'} of "
        f"{count(row.get('racks'))} racks, {power(row.get('load_w'))}"
        for row in rows or ()
        if isinstance(row, Mapping)
    }
