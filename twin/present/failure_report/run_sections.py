"""What disturbances cost, and what all of it rests on: ride-through, jobs, transients, sources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from twin.analysis.failure_parts.report import FailureReport
from twin.present.blocks import Block, Columns, Grid, Lines, grid, spaced, words
from twin.present.in_sentences import spans_in_words
from twin.present.report import sources
from twin.quantities import (
    count,
    duration,
    figures,
    money,
    number,
    percent,
    power,
    short,
    span,
    tokens,
)

_EVENTS: Columns = {
    "Disturbance": ("says", words),
    "Racks off": ("racks_off", count),
    "First off after": ("first_text", words),
    "Throttled": ("racks_throttled", count),
    "Restarts": ("job_restarts", count),
    "Trips": ("trips", count),
    "Grid loses": ("grid_lost_w", power),
    "Battery left": ("battery_text", words),
    "Frequency": ("frequency_text", words),
    "Tokens lost": ("tokens_lost", tokens),
}
_RACKS: Columns = {
    "Racks": ("names", words),
    "Ride through": ("text", words),
    "Bound by": ("bound_by", words),
}
_NEAR_RATING_FRAC = 0.95
_LINE: Columns = {
    "After": ("after_text", words),
    "What": ("what", spaced),
    "Who": ("who", words),
    "Detail": ("detail", words),
}


def ride_through_says(report: FailureReport) -> list[str]:
    """What kept the racks busy, and what the lines are compared with."""
    return [
        f"Each disturbance begins an hour into a run at full load ({report.workload}), and is "
        f"compared with the same run without it. The seconds of a rack are those on stored energy "
        f"alone: no utility, no machine, no generator.",
        judged_load(report),
    ]


def judged_load(report: FailureReport) -> str:
    """At which load the disturbances were judged, and what that leaves open."""
    held = report.parts["ride_through"]["load"]
    frac = held["rated_frac"]
    if frac is None:
        return "The design has no racks that draw power."
    said = (
        f"Judged at {power(held['rack_w'])} of racks, {percent(frac, 0)} of their rating "
        f"({report.workload})"
    )
    return f"{said}; at rating stores last shorter." if frac < _NEAR_RATING_FRAC else f"{said}."


def ride_through(report: FailureReport) -> list[Block]:
    """Disturbances, racks, and the time line of those that cost something."""
    held = report.parts["ride_through"]
    events = pd.DataFrame([{**row, **_event_words(row)} for row in held["events"]])
    if events.empty:
        return [
            Lines(
                "Standard disturbances",
                ("The design has no utility, and no machines that run at all times, to lose.",),
            )
        ]
    lines = [
        grid(
            f"Time line: {row['says']}",
            pd.DataFrame([_line(one) for one in row["time_line"]]),
            _LINE,
            most=25,
            closed=f"Time line: {row['says']}",
        )
        for row in held["events"]
        if row["time_line"]
    ]
    of_grid = events["event"].str.startswith("outage").any()
    none = set() if of_grid else {"grid_lost_w"}
    none |= set() if events["frequency_nadir_hz"].notna().any() else {"frequency_text"}
    columns = {name: of for name, of in _EVENTS.items() if of[0] not in none}
    return [grid("Standard disturbances", events, columns), _racks(held["racks"]), *lines]


def _event_words(row: Mapping[str, Any]) -> dict[str, str]:
    first_s = row["first_rack_off_s"]
    left = row["battery_left_frac"]
    return {
        "first_text": "none" if first_s is None else duration(first_s),
        "battery_text": "no battery" if left is None else percent(left),
        "frequency_text": _frequency_words(row["frequency_nadir_hz"], row["frequency_recovery_s"]),
    }


def _frequency_words(nadir_hz: float | None, recovery_s: float | None) -> str:
    if nadir_hz is None:
        return "no step"
    if recovery_s is None:
        return f"{nadir_hz:.1f} Hz and below"
    return f"{nadir_hz:.1f} Hz, back after {recovery_s:.1f} s"


def _racks(rows: list[Mapping[str, Any]]) -> Block:
    """Racks that ride through equally long and for the same reason in one row, shortest first."""
    alike: dict[tuple[float, str, str], list[str]] = {}
    for row in rows:
        seconds = row["seconds"]
        text = f"over {duration(row['at_least_s'])}" if seconds is None else duration(seconds)
        key = (float(row["at_least_s"]), text, str(row["bound_by"]))
        alike.setdefault(key, []).append(str(row["rack"]))
    frame = pd.DataFrame(
        [
            {"names": f"{len(names)} × {span(names)}", "text": text, "bound_by": why}
            for (_, text, why), names in sorted(alike.items())
        ],
        columns=["names", "text", "bound_by"],
    )
    return grid("On stored energy alone", frame, _RACKS)


def _line(row: Mapping[str, Any]) -> dict[str, str]:
    after_s = float(row["after_s"])
    return {
        "after_text": f"{after_s:,.3f} s" if after_s < 60 else duration(after_s),
        "what": str(row["what"]),
        "who": span(row["components"]),
        "detail": _repeated(row, spans_in_words(str(row["detail"]))),
    }


def _repeated(row: Mapping[str, Any], detail: str) -> str:
    """What happened several times in a minute, with how often and within what span."""
    if row["times"] == 1:
        return detail
    within = duration(row["last_after_s"] - row["after_s"])
    return f"{row['times']} times within {within}{', each time: ' if detail else ''}{detail}"


_CONSEQUENCE: Columns = {
    "These together": ("names", words),
    "Events in a year": ("events_per_year", figures),
    "GPUs": ("gpus", count),
    "Not made while down": ("tokens_not_made_per_year", tokens),
    "Lost to restarts": ("tokens_restarting_per_year", tokens),
}


def consequence_says(report: FailureReport) -> list[str]:
    """Tokens lost a year, and to what."""
    held = report.parts["job_consequence"]
    lost = held["tokens_not_made_per_year"] + held["tokens_restarting_per_year"]
    usd = number(held["usd_per_token"]) * lost
    worth = f", {money(usd)} at the highest token price stated" if usd > 0 else ""
    return [
        f"At {tokens(held['tokens_per_s'])} a second, the listed cut sets cost "
        f"{tokens(lost)} a year on average{worth}: "
        f"{tokens(held['tokens_not_made_per_year'])} while GPUs are down, and "
        f"{tokens(held['tokens_restarting_per_year'])} by {duration(held['restart_s'])} of work "
        "at each restart of the gang. Failures of nodes themselves come on top; a run books them."
    ]


def consequence(report: FailureReport) -> list[Block]:
    """Cut sets by what they cost a year."""
    rows = report.parts["job_consequence"]["rows"]
    frame = pd.DataFrame([{**row, "names": " + ".join(row["components"])} for row in rows])
    return [grid("Cost by cut set, a year", frame, _CONSEQUENCE)] if len(frame) else []


def transients_says(report: FailureReport) -> list[str]:
    """What the racks draw at the peak of their GPUs."""
    held = report.parts["transients"]
    return [
        f"With every GPU at {held['edp_peak_factor']:g} times its rated power the racks draw "
        f"{power(held['rack_peak_w'])}, rated {power(held['rack_rated_w'])}."
    ]


def transients(report: FailureReport) -> list[Block]:
    """Ratings that this peak exceeds."""
    held = report.parts["transients"]
    over = [*held["above_rating"], *held["above_rating_after_one"]]
    told = [
        f"{short(row['component'])} carries {percent(row['load_frac'])} of its rating "
        f"{'without ' + span(row['lost']) if row['lost'] else 'with everything in service'}"
        for row in over[:20]
    ]
    none = ["No rating is exceeded at that peak, as built or after any one loss."]
    return [Lines("Ratings at the peak", tuple(told or none)), *_swings(held["power_swings"])]


_SWINGS: Columns = {
    "Job": ("job", words),
    "GPUs": ("gpus", count),
    "Step": ("period_s", duration),
    "Swing": ("swing_w", power),
    "after storage": ("smoothed_swing_w", power),
    "In the band": ("band_rms_w", power),
    "Rise at its start": ("start_step_w", power),
    "Verdict": ("verdict", words),
}


def _swings(rows: list[Mapping[str, Any]]) -> list[Block]:
    """Training jobs as waves of two levels; nothing where none runs."""
    frame = pd.DataFrame(rows)
    return [grid("Swings of training steps", frame, _SWINGS)] if len(frame) else []


def provenance_says(report: FailureReport) -> list[str]:
    """How many of the numbers are assumed, and what rests on them."""
    held = report.parts["provenance"]
    share = held["share_of_unavailability_on_assumed_rates"]
    rests = (
        f" {percent(share)} of the listed unavailability holds a component whose rates are assumed."
        if share is not None
        else ""
    )
    return [
        f"{count(held['assumed'])} of {count(held['numbers_total'])} stated numbers of this design "
        f"are assumed.{rests} Seed {report.seed}, twin {report.version}."
    ]


def provenance(report: FailureReport) -> list[Block]:
    """Rates of failure and repair with their sources, then the rest."""
    frame = pd.DataFrame(report.parts["provenance"]["numbers"])
    if frame.empty:
        return []
    rates = frame[frame["parameter"].isin(("mtbf_h", "mttr_h", "start_failure_probability"))]
    rest = frame.drop(rates.index)
    return [
        _by_source("Rates of failure and repair", rates),
        _by_source("Other numbers of power and cooling", rest, closed="All of them"),
    ]


def _by_source(title: str, held: pd.DataFrame, closed: str = "") -> Grid:
    rows = sources.by_source(held)
    return grid(title, rows, sources.COLUMNS, most=sources.MOST_ROWS, closed=closed)
