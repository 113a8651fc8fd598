"""What a reviewer remarks about the run itself: what it will take."""

from __future__ import annotations

from collections.abc import Iterator

from twin.analysis.effort import LONG_S, MOST_S, effort
from twin.facility.model import Facility
from twin.findings import Finding, FindingCode

MINUTE_S = 60.0
DAY_S = 86_400.0


def findings(facility: Facility) -> Iterator[Finding]:
    """A run that takes long, with the estimate; one that nobody would wait for."""
    found = effort(facility)
    name = facility.scenario.name
    events = f"about {found.events:,.0f} events, most of them by {found.most_of_it}"
    if found.wall_s > MOST_S:
        says = (
            f"{events}: {found.wall_s / DAY_S:,.0f} days of computing, {MOST_S / DAY_S:g} at most"
        )
        yield Finding(FindingCode.RUN_TOO_LARGE, name, says, ("horizon",))
    elif found.wall_s > LONG_S:
        says = f"{events}: {found.wall_s / MINUTE_S:,.0f} min of computing"
        yield Finding(FindingCode.RUN_TAKES_LONG, name, says, ("horizon",))
