"""When a run's drills began and ended, for time lines."""

from __future__ import annotations

from dataclasses import dataclass

from twin.results import Result


@dataclass(frozen=True)
class DrillSpan:
    """A drill that began before the run ended."""

    name: str
    kind: str
    component: str
    """What it is about, or names of boards; empty where it is every utility feed or board."""
    begins_s: float
    ends_s: float
    """Not after the end of the run."""


def drill_spans(result: Result) -> list[DrillSpan]:
    """In order of their beginnings; none of a result that was written before they were kept."""
    site = result.frame("site")
    last_s = float(site["time_s"].max()) if len(site) else 0.0
    return [
        DrillSpan(
            str(held["name"]),
            str(held["kind"]).replace("_", " "),
            str(held["component"]),
            float(held["at_s"]),
            min(float(held["until_s"]), last_s),
        )
        for held in result.meta.get("drills", [])
        if float(held["at_s"]) < last_s
    ]
