"""Timeline chapter: the whole run at a glance, as one figure."""

from __future__ import annotations

import pandas as pd

from twin.present.blocks import Columns, Section, grid, words
from twin.present.drill_spans import drill_spans
from twin.quantities import clock, counted, duration, moment, number
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
    drills = pd.DataFrame([vars(one) for one in drill_spans(result)])
    if drills.empty:
        return Section("Timeline", [told])
    named = drills.assign(component=drills["component"].replace("", "all"))
    return Section("Timeline", [told], [grid("Drills", named, _DRILLS)])


_DRILLS: Columns = {
    "Begins": ("begins_s", moment), "Ends": ("ends_s", moment), "Drill": ("name", words),
    "Kind": ("kind", words), "Of": ("component", words),
}  # fmt: skip
