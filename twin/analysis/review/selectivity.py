"""Breakers that open after the one above them, which takes its other loads down as well."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.analysis.selective import pairs
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode


def findings(facility: Facility) -> Iterator[Finding]:
    """Pairs of a device and one that feeds it and others, each told once a pair of lines."""
    tree = facility.power
    feeds = np.bincount(tree.supply, minlength=len(tree.id))
    told: set[tuple[object, object]] = set()
    stated_at = facility.components.stated_at
    for pair in pairs(facility):
        lines = (stated_at[tree.component[pair.upper]], stated_at[tree.component[pair.lower]])
        if pair.conflict is None or lines in told:
            continue
        told.add(lines)
        load_w, low_s, high_s = pair.conflict
        says = (
            f"at {load_w / 1e3:,.0f} kW {tree.id[pair.upper]} above it opens after "
            f"{high_s:,.3g} s, it after {low_s:,.3g} s: {feeds[pair.upper] - 1} other takers "
            "lose that supply"
        )
        yield Finding(FindingCode.NOT_SELECTIVE, tree.id[pair.lower], says, lines[1])
