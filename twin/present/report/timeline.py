"""Timeline chapter: the whole run at a glance, as one figure."""

from __future__ import annotations

from twin.present.blocks import Section
from twin.quantities import clock, counted, duration, number
from twin.results import Result


def section(result: Result) -> Section:
    """How long the run was and how finely it was recorded; the figure hangs below."""
    site = result.frame("site")
    if site.empty:
        return Section("Timeline", ["No period was recorded."])
    period_s = number(result.meta.get("period_s"))
    end_s = float(site["time_s"].max())
    each = f" of {duration(period_s)}" if period_s == period_s else ""
    were = "was" if len(site) == 1 else "were"
    told = f"{counted(len(site), 'period')}{each} {were} recorded, up to {clock(end_s)}."
    return Section("Timeline", [told])
