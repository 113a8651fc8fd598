"""Who feeds whom with power, and what each carries: the rows of a one-line diagram."""

from __future__ import annotations

import math
from typing import Any

from twin.facility.model import Facility
from twin.facility.power.loading import loading, peak_loads_w

Row = dict[str, Any]


def one_line(facility: Facility) -> Row:
    """Boxes and the lines between them, at peak with everything in service.

    Loads with the same supplies are one box, which names them all. `load_frac` is None where there
    is no rating.
    """
    tree = facility.power
    output_w = loading(facility).output_w
    drawn_w = peak_loads_w(facility)
    supplies: dict[int, list[int]] = {}
    for supply, taker in zip(tree.supply.tolist(), tree.taker.tolist(), strict=True):
        supplies.setdefault(taker, []).append(supply)
    box_of = {node: tree.id[node] for node in range(tree.equipment)}
    boxes = [_box(facility, node, float(output_w[node])) for node in range(tree.equipment)]
    loads: dict[tuple[str, tuple[int, ...]], list[int]] = {}
    for node in range(tree.equipment, len(tree.id)):
        loads.setdefault((tree.kind[node], tuple(supplies.get(node, ()))), []).append(node)
    lines = [
        (box_of[supply], box_of[taker])
        for taker in range(tree.equipment)
        for supply in supplies.get(taker, ())
    ]
    for (kind, feeds), nodes in loads.items():
        names = [tree.id[node] for node in nodes]
        load_w = float(sum(drawn_w[node] for node in nodes))
        boxes.append(_load_box(kind, names, load_w))
        lines += [(box_of[supply], names[0]) for supply in feeds]
    return {"boxes": boxes, "lines": [{"from": a, "to": b} for a, b in dict.fromkeys(lines)]}


def _box(facility: Facility, node: int, load_w: float) -> Row:
    tree = facility.power
    rating_w = float(tree.rating_w[node])
    limited = math.isfinite(rating_w)
    return {
        "box": tree.id[node],
        "kind": tree.kind[node],
        "members": [tree.id[node]],
        "rating_w": rating_w if limited else None,
        "load_w": load_w,
        "load_frac": load_w / rating_w if limited else None,
    }


def _load_box(kind: str, names: list[str], load_w: float) -> Row:
    return {
        "box": names[0],
        "kind": kind,
        "members": names,
        "rating_w": None,
        "load_w": load_w,
        "load_frac": None,
    }
