"""What follows from the design alone: diagram, loading, losses, verdicts, cut sets, availability,
importance, work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from twin.analysis.failure_parts.report import FailureReport
from twin.catalogue.equipment_kinds import plural, singular
from twin.present import availability_tables, redundancy_tables
from twin.present.blocks import Block, Columns, Grid, grid, words
from twin.present.continuity_tables import continuity
from twin.present.study import Study, scientific
from twin.quantities import count, figures, number, percent, power, span

MOST_LOADED = 30
MOST_CUT_SETS = 30
"""Cut sets that the table lists and the one-line diagram can light up."""


def study_of(report: FailureReport) -> Study:
    """The static answers under the names that a redundancy study has."""
    parts = report.parts
    named = ("verdicts", "cut_sets", "availability", "importance")
    return {key: value for name in named for key, value in parts[name].items()}


def _components(report: FailureReport) -> pd.DataFrame:
    return pd.DataFrame(report.component_kinds.items(), columns=["id", "kind"])


def one_line_says(report: FailureReport) -> list[str]:
    """What the diagram shows."""
    boxes = report.parts["one_line"]["boxes"]
    rated = sum(box["rating_w"] is not None for box in boxes)
    return [
        f"Power from its sources to the racks at peak load with everything in service: "
        f"{count(len(boxes))} boxes, {count(rated)} with a rating. A box names its load and what "
        f"share of its rating that is; loads with the same supplies are one box."
    ]


def nothing(_: FailureReport) -> list[Block]:
    """No table of its own: the diagram is drawn by who writes the page."""
    return []


_LOADED: Columns = {
    "Component": ("component", words),
    "Load level": ("level", words),
    "Rating": ("rating_w", power),
    "As built": ("normal", percent),
    "Worst after one": ("one", percent),
    "by the loss of": ("one_lost", words),
    "Worst after two": ("two", percent),
    "by the loss of ": ("two_lost", words),
    "Left after one": ("left_after_one_w", power),
}


def loading_says(report: FailureReport) -> list[str]:
    """Which levels of load are judged, and how many pairs of losses were tried."""
    held = report.parts["loading"]
    factor = report.parts["transients"]["edp_peak_factor"]
    tried = held["pairs_tried"]
    every = held["pairs"]
    pairs = "All pairs" if tried == every else f"{count(tried)} of {count(every)} pairs"
    return [
        f"Average is what racks and cooling draw in the disturbances' runs ({report.workload}); "
        f"design is their rated power; peak is every GPU at {factor:g} times its rated power at "
        f"once, as it lasts some 50 ms. {pairs} of losses were tried; the others move no load by "
        f"one of the two alone, or move least."
    ]


def loading(report: FailureReport) -> list[Block]:
    """Components by their load after the worst two losses."""
    rated = [row for row in report.parts["loading"]["rows"] if row["rating_w"]]
    rated.sort(key=lambda row: -row["worst_2_w"] / row["rating_w"])
    frame = pd.DataFrame([_loaded(row) for row in rated])
    if frame.empty:
        return []
    return [grid("Heaviest loaded first", frame, _LOADED, most=MOST_LOADED)]


def _loaded(row: Mapping[str, Any]) -> dict[str, Any]:
    rating_w = row["rating_w"]
    return {
        **row,
        "normal": row["load_w"] / rating_w,
        "one": row["worst_1_w"] / rating_w,
        "one_lost": span(row["worst_1_lost"]),
        "two": row["worst_2_w"] / rating_w,
        "two_lost": " + ".join(row["worst_2_lost"]),
    }


def losses_says(_: FailureReport) -> list[str]:
    """What is counted."""
    return [
        "What stands between the sources of power and the racks loses, at shares of the racks' "
        "rated power. Cooling is counted at its peak, so its part of PUE is an upper end; a run "
        "knows its weather."
    ]


def losses(report: FailureReport) -> list[Block]:
    """Losses by stage and share of load."""
    rows = report.parts["losses"]["rows"]
    kinds = list(dict.fromkeys(kind for row in rows for kind in row["loss_w"]))
    frame = pd.DataFrame([{**row, **row["loss_w"]} for row in rows]).reindex(
        columns=[
            "load_frac",
            "it_w",
            *kinds,
            "loss_total_w",
            "pue_of_losses",
            "pue_of_cooling_at_peak",
        ]
    )
    columns: Columns = {
        "Load": ("load_frac", percent),
        "Racks": ("it_w", power),
        **{_heading(kind): (kind, power) for kind in kinds},
        "All losses": ("loss_total_w", power),
        "PUE by losses": ("pue_of_losses", figures),
        "PUE by cooling": ("pue_of_cooling_at_peak", figures),
    }
    return [grid("Losses by stage", frame, columns)]


def _heading(kind: str) -> str:
    said = plural(kind)
    return said[:1].upper() + said[1:]


def verdicts_says(report: FailureReport) -> list[str]:
    """What a verdict means here."""
    return [
        "Criteria of concurrent maintenance and of fault tolerance, judged in this model; it "
        "certifies nothing, and no class follows from an availability.",
        str(report.parts["verdicts"]["meaning"]),
    ]


def verdicts(report: FailureReport) -> list[Block]:
    """Both criteria with a counter-example, and continuity beside supply."""
    study = study_of(report)
    return [redundancy_tables.blocks(study, _components(report))[0], *continuity(study)]


def cut_sets_says(report: FailureReport) -> list[str]:
    """How many there are of each order."""
    held = report.parts["cut_sets"]
    orders = ", ".join(f"{count(n)} of order {k}" for k, n in held["cut_set_counts"].items())
    return [f"Minimal cut sets: {orders}. Each is a smallest set whose loss leaves a rack without."]


def cut_sets(report: FailureReport) -> list[Block]:
    """Single points, cut sets, and how many losses were tried."""
    study = study_of(report)
    made = redundancy_tables.cut_sets(study, MOST_CUT_SETS)
    opened = Grid(made.title, made.headings, made.rows, made.right, made.note)
    return [
        redundancy_tables.points(study, _components(report)),
        opened,
        redundancy_tables.counts(study),
        redundancy_tables.pairs(study),
    ]


def availability_says(report: FailureReport) -> list[str]:
    """How large the system is, and how long some rack is down."""
    said = redundancy_tables.sentences(study_of(report))[:2]
    return [*said, *_with_and_without(report)]


def _with_and_without(report: FailureReport) -> list[str]:
    """What common causes and planned work add."""
    held = report.parts["availability"]
    planned = report.parts["maintenance"]["planned"]
    exact = held["availability_exact"]["unavailability"]
    alone = held["availability_independent"].get("unavailability")
    told = []
    if alone is not None:
        told.append(
            f"Unavailability {scientific(exact)} with common causes, {scientific(alone)} if "
            f"everything failed independently."
        )
    if planned:
        hours = planned["exposure_h_per_year"]
        told.append(
            f"With {figures(hours)} h of planned work a year it is "
            f"{scientific(planned['unavailability'])}."
            if hours > 0
            else "No planned work is stated (maintenance of a layout)."
        )
    return told


def _hours(value: Any) -> str:
    """Of a million and more in full too: 1,412,900, which figures would write as a power of ten."""
    return count(value) if number(value) >= 1e3 else figures(value)


_RATES: Columns = {
    "Components": ("names", words),
    "Kind": ("kind", words),
    "MTBF (h)": ("mtbf_h", _hours),
    "MTTR (h)": ("mttr_h", figures),
    "Unavailability": ("unavailability", scientific),
}


def availability(report: FailureReport) -> list[Block]:
    """Exact beside simulated, and the rates that both start from."""
    study = study_of(report)
    return [availability_tables.availability(study), _rates(report)]


def _rates(report: FailureReport) -> Grid:
    """From what the availability can be computed by hand, alike components in one row."""
    alike: dict[tuple[Any, ...], list[str]] = {}
    for row in report.parts["availability"]["component_reliability"]:
        kind = singular(report.component_kinds.get(row["component"], ""))
        key = (kind, row["mtbf_h"], row["mttr_h"], row["unavailability"])
        alike.setdefault(key, []).append(row["component"])
    frame = pd.DataFrame(
        [(f"{len(names)} × {span(names)}", *key) for key, names in alike.items()],
        columns=["names", "kind", "mtbf_h", "mttr_h", "unavailability"],
    )
    return grid("What it starts from, component by component", frame, _RATES, most=60)
