"""What matters and what to do about it: importance, what to buy next, planned work, spares."""

from __future__ import annotations

import pandas as pd

from twin.analysis.failure_parts.report import FailureReport
from twin.present import availability_tables
from twin.present.blocks import Block, Columns, grid, words
from twin.present.failure_report.design_sections import study_of
from twin.present.study import scientific
from twin.quantities import count, figures, money, percent, span


def importance_says(_: FailureReport) -> list[str]:
    """Which measures are given."""
    return [
        "Which component's failures matter most: Birnbaum's importance, its share of the "
        "unavailability (Fussell and Vesely), risk achievement and risk reduction worth, and how "
        "many minutes a year a second one beside it would save."
    ]


def importance(report: FailureReport) -> list[Block]:
    """Components by importance."""
    held = pd.DataFrame(
        [
            {**row, "names": span(row["components"])}
            for row in report.parts["importance"]["purchases"]
        ]
    )
    bought: list[Block] = [grid("What to buy next", held, _PURCHASES, most=15)] if len(held) else []
    return [availability_tables.importance(study_of(report)), *bought]


_PURCHASES: Columns = {
    "A second one beside": ("names", words),
    "Type": ("type", words),
    "Price of the unit": ("price_usd", money),
    "Saves (min a year)": ("saves_min_per_year", figures),
    "USD for a minute": ("usd_per_min", money),
}


_WORKS: Columns = {
    "While this is out": ("component", words),
    "Load is lost": ("lost_text", words),
    "Risk times": ("risk_increase", figures),
    "Unavailability meanwhile": ("unavailability_meanwhile", scientific),
    "Then single points": ("then_single_points_count", count),
    "such as": ("partners", words),
}


def maintenance_says(_: FailureReport) -> list[str]:
    """What is judged."""
    return [
        "While one component is out for work, the rest must carry on: how much more likely a loss "
        "is meanwhile, and what has become a single point of failure."
    ]


def maintenance(report: FailureReport) -> list[Block]:
    """Components by the risk while they are out."""
    rows = report.parts["maintenance"]["rows"]
    frame = pd.DataFrame(
        [
            {
                **row,
                "lost_text": "yes" if row["loses_load"] else "no",
                "partners": span(row["then_single_points"]),
            }
            for row in rows
        ]
    )
    made: list[Block] = [grid("Exposure during work", frame, _WORKS)] if len(frame) else []
    held = report.parts["maintenance"]
    if held["planned_rows"]:
        made.append(grid("Planned work", pd.DataFrame(held["planned_rows"]), _PLANNED))
    if held["spares"]:
        made.append(grid("Spare parts", pd.DataFrame(held["spares"]), _SPARES))
    return made


_PLANNED: Columns = {
    "Component": ("component", words),
    "Planned (h a year)": ("planned_h_per_year", figures),
    "Unavailability meanwhile": ("unavailability_while_out", scientific),
    "Adds (min a year)": ("added_min_per_year", figures),
}
_SPARES: Columns = {
    "Type": ("type", words),
    "Units": ("units", count),
    "Stock": ("stock", count),
    "Finds none": ("stock_out_probability", percent),
    "Mean wait (h)": ("mean_wait_h", figures),
    "Unavailability": ("unavailability", scientific),
}
