"""What a layout builds, how heavily its power gear is loaded, and what a reviewer would note."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

import numpy as np

from twin.analysis import review
from twin.facility.contingency import loading
from twin.facility.model import Facility

Row = dict[str, Any]


def check(facility: Facility) -> Row:
    """Counts, loads, findings and a loading table, as plain values that JSON can hold.

    racks counts those with GPUs. load_idle_w and load_peak_w are racks at their AC input plus
    coolant units; cooling_rated_w is the heat that all plant units carry together; heat is that of
    racks at rated power. power holds one row a power component: `normal` is its peak load as built,
    `worst` after the loss of `worst_lost`, which is empty where no single loss adds to it; a rating
    of None has no limit.
    """
    racks = facility.racks
    units = facility.cooling.units
    compute = racks.nodes * racks.gpus_per_node > 0
    cdu_w = float(units.power_w[np.array(units.kind) == "cdu"].sum())
    liquid_w = racks.rated_w * racks.liquid_frac
    findings = [*facility.findings, *review.findings(facility)]
    return {
        "racks": int(compute.sum()),
        "support_racks": int((~compute).sum()),
        "gpus": int((racks.nodes * racks.gpus_per_node).sum()),
        "nodes": racks.node_count,
        "components": len(facility.components.id),
        "load_idle_w": float(racks.idle_w.sum()) + cdu_w,
        "load_peak_w": float(racks.rated_w.sum()) + cdu_w,
        "it_rated_w": float(racks.rated_w.sum()),
        "cooling_rated_w": float(
            sum(units.capacity_w[plant.units].sum() for plant in facility.cooling.plants)
        ),
        "heat_liquid_w": float(liquid_w.sum()),
        "heat_air_w": float((racks.rated_w - liquid_w).sum()),
        "findings": [asdict(finding) for finding in findings],
        "power": _power(facility),
    }


def _power(facility: Facility) -> list[Row]:
    """Normal and worst single-loss loading of every power component."""
    tree = facility.power
    normal_w = loading(facility).output_w[: tree.equipment]
    after_w = np.array(
        [loading(facility, lost).output_w[: tree.equipment] for lost in range(tree.equipment)]
    )
    columns = zip(
        tree.id[: tree.equipment],
        tree.rating_w.tolist(),
        normal_w.tolist(),
        after_w.argmax(axis=0),
        after_w.max(axis=0).tolist(),
        strict=False,
    )
    return [
        _row(name, rating_w, load_w, tree.id[lost], worst_w)
        for name, rating_w, load_w, lost, worst_w in columns
    ]


def _row(component: str, rating_w: float, load_w: float, lost: str, worst_w: float) -> Row:
    limited = math.isfinite(rating_w)
    adds = worst_w > load_w * (1 + 1e-9)
    worst_w = worst_w if adds else load_w
    return {
        "component": component,
        "rating_w": rating_w if limited else None,
        "load_w": load_w,
        "load_frac": load_w / rating_w if limited else None,
        "worst_lost": lost if adds else "",
        "worst_load_w": worst_w,
        "worst_load_frac": worst_w / rating_w if limited else None,
    }
