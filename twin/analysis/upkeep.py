"""What planned work and spare parts do to availability.

Planned work takes one component out at a time, and goes on whatever happens meanwhile: U with it
is the mean of U over what is out. A failure that finds no spare part waits for one: each repair
takes a part and orders another, so the parts on order are a Poisson count.
Source: C. C. Sherbrooke, METRIC: a multi-echelon technique for recoverable item control, Operations
Research 16 (1968), for the waiting.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import scipy

from twin.analysis.redundancy_report import Row
from twin.facility.model import Facility
from twin.physics.reliability.bdd import Exact, FailureDiagram, exact
from twin.physics.reliability.gates import HOURS_PER_YEAR, Floats, Gates, Ints

_LISTED = 20
_MORE_SPARES = 2
"""Levels of stock told beyond the one stated."""


def maintenance(gates: Gates, facility: Facility, solved: Exact | None) -> Row:
    """U with the planned work of the layout and without, and the risk while each component is out.

    `rows` hold every component with planned hours, and the twenty whose absence costs most.
    """
    if solved is None:
        return {}
    hours = planned_hours(facility)
    out_u = solved.unavailability + (1.0 - gates.unavailability) * solved.birnbaum
    rows = []
    added = 0.0
    for node in _told(gates, hours, out_u):
        name = gates.names[node]
        share = hours.get(name, 0.0) / HOURS_PER_YEAR
        more = share * float(out_u[node] - solved.unavailability)
        added += more
        rows.append(
            {
                "component": name,
                "planned_h_per_year": hours.get(name, 0.0),
                "unavailability_while_out": float(out_u[node]),
                "risk_increase": float(out_u[node] / solved.unavailability)
                if solved.unavailability
                else None,
                "added_min_per_year": more * HOURS_PER_YEAR * 60.0,
            }
        )
    return {
        "unavailability": solved.unavailability + added,
        "unavailability_without": solved.unavailability,
        "exposure_h_per_year": float(sum(hours.values())),
        "rows": rows,
    }


def planned_hours(facility: Facility) -> dict[str, float]:
    """Hours a year that planned work takes each component out."""
    hours: dict[str, float] = {}
    for plan in facility.scenario.plan.maintenance:
        for named in plan.components:
            for name in facility.components.members(named):
                hours[name] = hours.get(name, 0.0) + plan.time_per_year / 3600.0
    return hours


def _told(gates: Gates, hours: dict[str, float], out_u: Floats) -> list[int]:
    """Planned ones by what they cost, then those whose absence costs most."""
    planned = [gates.index[name] for name in hours if name in gates.index]
    planned.sort(key=lambda node: -hours[gates.names[node]] * float(out_u[node]))
    parts = gates.components
    worst = parts[np.argsort(-out_u[parts], kind="stable")][:_LISTED].tolist()
    return [*planned, *(node for node in worst if node not in planned)]


def spares(gates: Gates, facility: Facility, diagram: FailureDiagram | None) -> list[Row]:
    """For each type with spare parts, U at stocks from none to two more than stated."""
    if diagram is None:
        return []
    rows: list[Row] = []
    for spare in facility.scenario.plan.spares:
        members = _of_type(gates, facility, spare.type)
        if not members.size:
            continue
        rate_per_h = float((1.0 / (gates.mtbf_h[members] + gates.mttr_h[members])).sum())
        lead_h = spare.lead_time / 3600.0
        for stock in _levels(spare.count):
            wait_h = mean_wait_h(rate_per_h, lead_h, stock)
            waiting = exact(_waiting(gates, members, wait_h), diagram)
            rows.append(
                {
                    "type": spare.type,
                    "units": int(members.size),
                    "failures_per_year": rate_per_h * HOURS_PER_YEAR,
                    "lead_time_h": lead_h,
                    "stock": stock,
                    "stated": stock == spare.count,
                    "stock_out_probability": stock_out(rate_per_h, lead_h, stock),
                    "mean_wait_h": wait_h,
                    "unavailability": waiting.unavailability,
                    "frequency_per_year": waiting.frequency_per_year,
                }
            )
    return rows


def _levels(count: int) -> list[int]:
    """None to some more than stated; of large stocks only those about the stated one."""
    first = 0 if count <= 2 * _MORE_SPARES else count - _MORE_SPARES
    return sorted({0, *range(first, count + _MORE_SPARES + 1)})


def _of_type(gates: Gates, facility: Facility, kind: str) -> Ints:
    names = [
        name
        for name, own in zip(facility.components.id, facility.components.type, strict=True)
        if own == kind and name in gates.index
    ]
    nodes = np.array([gates.index[name] for name in names], dtype=np.int64)
    return nodes[np.isfinite(gates.mtbf_h[nodes])] if nodes.size else nodes


def _waiting(gates: Gates, members: Ints, wait_h: float) -> Gates:
    """The graph with repairs of these that wait so long for a part."""
    mttr_h = gates.mttr_h.copy()
    mttr_h[members] += wait_h
    share = gates.unavailability.copy()
    share[members] = mttr_h[members] / (gates.mtbf_h[members] + mttr_h[members])
    return replace(gates, mttr_h=mttr_h, unavailability=share)


def stock_out(rate_per_h: float, lead_h: float, stock: int) -> float:
    """Probability that a failure finds no part: at least `stock` on order."""
    return 1.0 if stock == 0 else float(scipy.special.pdtrc(stock - 1, rate_per_h * lead_h))


def mean_wait_h(rate_per_h: float, lead_h: float, stock: int) -> float:
    """Hours that a failure waits for a part, on average: backorders over the rate (Little)."""
    on_order = rate_per_h * lead_h
    if stock == 0:
        return lead_h
    above = float(scipy.special.pdtrc(stock - 1, on_order)) if stock > 0 else 1.0
    exactly = math.exp(-on_order + stock * math.log(on_order) - math.lgamma(stock + 1))
    backorders = (on_order - stock) * above + stock * exactly
    return max(0.0, backorders) / rate_per_h
