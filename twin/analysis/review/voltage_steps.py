"""Voltages that differ at the two ends of a feed, with no transformer between."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from twin.facility.model import Facility
from twin.facility.power.nominal import LOW_VOLTAGE_MOST_V, VoltageStep, steps
from twin.findings import Finding, FindingCode
from twin.quantities import also, scaled

_Place = tuple[str | int, ...]


def findings(facility: Facility) -> Iterator[Finding]:
    """One finding for each pair of groups that feed one another: its first edge, and how many."""
    tree = facility.power
    place = facility.components.stated_at
    first: dict[tuple[_Place, _Place], VoltageStep] = {}
    alike: Counter[tuple[_Place, _Place]] = Counter()
    for step in steps(facility):
        pair = (place[tree.component[step.supply]], place[tree.component[step.taker]])
        first.setdefault(pair, step)
        alike[pair] += 1
    for pair, step in first.items():
        more = also(alike[pair] - 1, "pair")
        yield Finding(
            FindingCode.VOLTAGE_STEP,
            tree.id[step.taker],
            _says(facility, step) + more,
            place[tree.component[step.taker]],
        )


def _says(facility: Facility, step: VoltageStep) -> str:
    tree = facility.power
    fed = f"fed with {scaled(step.supply_v, 'V')} by {tree.id[step.supply]}"
    if step.taker in tree.load_of_rack:
        return f"{fed}; a rack takes {scaled(LOW_VOLTAGE_MOST_V, 'V')} at most"
    return f"{fed}, stands at {scaled(step.taker_v, 'V')}, and no transformer is between"
