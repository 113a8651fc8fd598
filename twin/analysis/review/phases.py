"""Panels whose phases are loaded unevenly, or beyond a third of their rating."""

from __future__ import annotations

from collections.abc import Iterator

from twin.analysis.phases import phase_rows
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode
from twin.quantities import percent

MOST_FRAC = 0.1
"""Imbalance from which it is told; electricians aim below 5 to 10 %. Assumed."""


def findings(facility: Facility) -> Iterator[Finding]:
    """In the order of the build."""
    tree = facility.power
    place = {name: node for node, name in enumerate(tree.id)}
    for row in phase_rows(facility):
        worst = row["worst_phase_frac"]
        over = worst is not None and worst > 1.0 + 1e-9
        if row["imbalance_frac"] <= MOST_FRAC and not over:
            continue
        amperes = ", ".join(f"{row[f'l{n}_a']:,.0f} A" for n in (1, 2, 3))
        heavy = f"; its heaviest phase stands at {percent(worst, 0)} of its third" if over else ""
        says = f"{percent(row['imbalance_frac'], 0)} between its phases ({amperes}){heavy}"
        node = place[row["component"]]
        stated_at = facility.components.stated_at[tree.component[node]]
        yield Finding(FindingCode.PHASE_IMBALANCE, row["component"], says, stated_at)
