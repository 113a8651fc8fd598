"""The failure report as one document: twelve parts, plain values that JSON can hold."""

from __future__ import annotations

from collections.abc import Callable
from importlib.metadata import version
from typing import Any

from twin.analysis.failure_parts.ground import ground
from twin.analysis.failure_parts.levels import LoadLevel, loading_at_levels
from twin.analysis.failure_parts.losses import losses_at_part_load
from twin.analysis.failure_parts.one_line import one_line
from twin.analysis.failure_parts.peak import EDP_PEAK_FACTOR, rack_peak_w
from twin.analysis.failure_parts.purchases import purchases
from twin.analysis.failure_parts.report import PARTS, FailureReport
from twin.analysis.failure_parts.works import exposures
from twin.analysis.redundancy import RedundancyReport, redundancy
from twin.facility.model import Facility
from twin.study.failure_report.job_consequence import job_consequence
from twin.study.failure_report.ride_through import Disturbances, disturbances

Row = dict[str, Any]
Progress = Callable[[float, str], None]


_STATIC = {
    "verdicts": (
        "meaning",
        "concurrently_maintainable",
        "fault_tolerant",
        "counter_example",
        "continuity",
    ),
    "cut_sets": (
        "single_points_of_failure",
        "cut_set_rows",
        "cut_set_counts",
        "n_minus_1",
        "n_minus_2",
    ),
    "availability": (
        "components",
        "loads",
        "load_w",
        "availability_exact",
        "availability_independent",
        "availability_monte_carlo",
        "interval",
        "availability_bounds",
        "shared_crews",
        "component_reliability",
    ),
    "importance": ("importance",),
}
"""What the study of redundancy gives to each part."""


def failure_report(facility: Facility, progress: Progress | None = None) -> FailureReport:
    """Everything about failures of a design, in twelve parts.

    Static answers at the racks' rated power; disturbances by runs at full load, with the
    scenario's own work where it has some. Its faults, drills and actions play no part.
    progress   called with the share done and what is being done
    Raises InputError for a design that cannot be run, and RunError for a run that cannot go on.
    """
    tell = progress or (lambda _done_frac, _what: None)
    tell(0.0, "redundancy")
    static = redundancy(facility)
    tell(0.3, "disturbances")
    lived = disturbances(facility, lambda done, what: tell(0.3 + 0.5 * done, what))
    tell(0.8, "loading")
    levels = _levels(facility, lived)
    parts = {
        "one_line": one_line(facility),
        "loading": levels,
        "losses": {"rows": losses_at_part_load(facility)},
        **_static_parts(facility, static),
        "ride_through": {
            "events": lived.events,
            "racks": lived.racks,
            "load": _judged_load(facility, lived),
        },
        "job_consequence": job_consequence(facility, static, lived.tokens_per_s),
        "transients": _transients(facility, levels, lived),
        "provenance": ground(facility, static),
    }
    tell(1.0, "failure report")
    kinds = dict(zip(facility.components.id, facility.components.kind, strict=True))
    scenario = facility.scenario
    return FailureReport(
        scenario.name,
        scenario.seed,
        version("ai-factory-twin"),
        lived.workload,
        {name: parts[name] for name in PARTS},
        kinds,
    )


def _judged_load(facility: Facility, lived: Disturbances) -> Row:
    """What racks drew just before each disturbance, and of their rating."""
    rack_w = float(lived.rack_w.sum())
    rated_w = float(facility.racks.rated_w.sum())
    frac = rack_w / rated_w if rated_w > 0 else None
    return {"rack_w": rack_w, "rated_w": rated_w, "rated_frac": frac}


def _levels(facility: Facility, lived: Disturbances) -> Row:
    peak_w = facility.cooling.units.peak_w
    levels = {
        "average": LoadLevel(lived.rack_w, peak_w * lived.cooling_frac),
        "design": LoadLevel(facility.racks.rated_w, peak_w),
        "peak": LoadLevel(rack_peak_w(facility), peak_w),
    }
    return loading_at_levels(facility, levels)


def _static_parts(facility: Facility, static: RedundancyReport) -> dict[str, Row]:
    """What the study of redundancy says, by part."""
    held = static.as_dict()
    parts: dict[str, Row] = {
        part: {key: held[key] for key in named} for part, named in _STATIC.items()
    }
    parts["importance"]["purchases"] = purchases(facility, static)
    planned = {key: value for key, value in static.maintenance.items() if key != "rows"}
    parts["maintenance"] = {
        "rows": exposures(static),
        "planned": planned,
        "planned_rows": [
            row for row in static.maintenance.get("rows", []) if row["planned_h_per_year"] > 0
        ],
        "spares": static.spares,
    }
    return parts


def _transients(facility: Facility, levels: Row, lived: Disturbances) -> Row:
    """Ratings that the peak of all GPUs at once exceeds, as built and after one loss; swings of
    training steps against the site's limits.
    """
    peak = [row for row in levels["rows"] if row["level"] == "peak" and row["rating_w"]]
    return {
        "edp_peak_factor": EDP_PEAK_FACTOR,
        "rack_peak_w": float(rack_peak_w(facility).sum()),
        "rack_rated_w": float(facility.racks.rated_w.sum()),
        "power_swings": [_known(row) for row in lived.swings],
        "above_rating": [_above(row, 0) for row in peak if row["load_w"] > row["rating_w"]],
        "above_rating_after_one": [
            _above(row, 1) for row in peak if row["worst_1_w"] > row["rating_w"]
        ],
    }


def _known(row: Row) -> Row:
    """None where a table has NaN: what no machine sees is no number in a document."""
    return {key: None if value != value else value for key, value in row.items()}


def _above(row: Row, order: int) -> Row:
    load_w = row["load_w"] if order == 0 else row["worst_1_w"]
    return {
        "component": row["component"],
        "load_frac": load_w / row["rating_w"],
        "lost": [] if order == 0 else row["worst_1_lost"],
    }
