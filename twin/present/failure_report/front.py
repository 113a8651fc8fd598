"""Page one of a failure report: what a director needs to know."""

from __future__ import annotations

import math

from twin.analysis.failure_parts.report import FailureReport
from twin.present.blocks import Grid
from twin.present.failure_report.run_sections import judged_load
from twin.present.redundancy_tables import verdict_word
from twin.present.report.tiles import Tile
from twin.present.study import HOURS_A_YEAR, share
from twin.quantities import available, count, duration, number, percent, tokens


def headline(report: FailureReport) -> tuple[str, str]:
    """Both verdicts in a sentence, and whether they are good."""
    held = report.parts["verdicts"]
    maintainable = verdict_word(held["concurrently_maintainable"])
    tolerant = verdict_word(held["fault_tolerant"])
    if maintainable and tolerant:
        return "Any one component may fail, or be out for work, and no rack notices.", "good"
    if maintainable:
        return "Any one component may be out for work, but not every failure goes unnoticed.", "bad"
    return "Some single component takes racks down when it fails or is out for work.", "bad"


def tiles(report: FailureReport) -> list[Tile]:
    """Four numbers: single points, time down, ride-through, tokens at stake."""
    return [_points(report), _down(report), _ride(report), _stake(report)]


def in_short(report: FailureReport) -> Grid:
    """The same four numbers as a table."""
    rows = [(tile.label, tile.value, tile.below) for tile in tiles(report)]
    return Grid("In short", ("What", "Value", ""), tuple(rows), (False, False, False))


def _points(report: FailureReport) -> Tile:
    points = report.parts["cut_sets"]["single_points_of_failure"]
    worst = max(points, key=lambda row: row["load_w"], default=None)
    below = (
        "any one lost, every rack is served" if worst is None else f"worst: {worst['component']}"
    )
    return Tile("Single points of failure", count(len(points)), below, "bad" if points else "good")


def _down(report: FailureReport) -> Tile:
    exact = report.parts["availability"]["availability_exact"]["unavailability"]
    if exact is None:
        bounds = report.parts["availability"]["availability_bounds"]
        upper_s = number(bounds["upper"]) * HOURS_A_YEAR * 3600
        return Tile("Some rack down, a year", f"≤ {duration(upper_s)}", "upper bound")
    down_s = number(exact) * HOURS_A_YEAR * 3600
    return Tile("Some rack down, a year", duration(down_s), f"available {available(exact)}")


def _ride(report: FailureReport) -> Tile:
    rows = report.parts["ride_through"]["racks"]
    if not rows:
        return Tile("Ride-through", "none", "nothing to lose")
    worst = min(rows, key=lambda row: (row["at_least_s"], row["rack"]))
    over = "over " if worst["seconds"] is None else ""
    return Tile(
        "Stored energy carries",
        f"{over}{duration(worst['at_least_s'])}",
        f"{worst['rack']}: {worst['bound_by'].partition(':')[0]}",
    )


def _stake(report: FailureReport) -> Tile:
    held = report.parts["job_consequence"]
    lost = held["tokens_not_made_per_year"] + held["tokens_restarting_per_year"]
    yearly = held["tokens_per_s"] * HOURS_A_YEAR * 3600
    lost_frac = lost / yearly if yearly > 0 else math.nan
    below = f"{share(lost_frac)} of what it can make" if yearly > 0 else "no tokens are made"
    return Tile("Tokens lost, a year", tokens(lost), below)


def sentences(report: FailureReport) -> list[str]:
    """What happens in the disturbances that everybody asks for, and the worst cut set."""
    rows = {row["event"]: row for row in report.parts["ride_through"]["events"]}
    told = [_outcome(rows[name]) for name in _ASKED if name in rows]
    told += [judged_load(report)] if told else []
    sets = report.parts["cut_sets"]["cut_set_rows"]
    if sets:
        first = sets[0]
        told.append(
            f"Most probable way to lose racks: {' and '.join(first['components'])}"
            f" ({count(first['racks'])} racks, {count(first['gpus'])} GPUs)."
        )
    assumed_frac = report.parts["provenance"]["share_of_unavailability_on_assumed_rates"]
    if assumed_frac is not None:
        told.append(
            f"{percent(assumed_frac, 0)} of the unavailability rests on rates that are assumed: "
            "part 12 names them."
        )
    return told


_ASKED = (
    "outage_10min", "machine_10min", "machines_10min", "failed_start", "double_outage",
    "outage_72h",
)  # fmt: skip


def _outcome(row: dict[str, object]) -> str:
    says = str(row["says"]).rstrip(".")
    if not row["racks_off"]:
        cost = (
            f", {tokens(row['tokens_lost'])} tokens are lost"
            if number(row["tokens_lost"]) > 0
            else ""
        )
        return f"{says}: no rack goes off{cost}."
    first = duration(row["first_rack_off_s"])
    return (
        f"{says}: {count(row['racks_off'])} racks go off, the first after {first}; "
        f"{tokens(row['tokens_lost'])} tokens are lost."
    )


def cut_set_names(report: FailureReport, most: int) -> list[list[str]]:
    """The listed cut sets that the diagram can light up."""
    return [row["components"] for row in report.parts["cut_sets"]["cut_set_rows"][:most]]
