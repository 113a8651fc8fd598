"""Provenance chapter: what the numbers rest on, what matters first, and how to get them again."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import pandas as pd

from twin.present.blocks import Block, Lines, Section, grid, words
from twin.present.report import sources
from twin.present.report.source_numbers import stated
from twin.quantities import count, counted, figures, short, span
from twin.results import Result

MOST_LINES = 300
"""Lines of the scenario printed."""

LONGEST_FINDING = 480
"""Letters of a line of the review."""

MATTERS = (
    (("flop_s", "bytes_s"), "kernel rates", "how fast the GPUs work, so every token"),
    (
        ("slowdown_degc", "shutdown_degc", "junction_to_coolant_k_w"),
        "GPU limits",
        "when racks throttle and shut down",
    ),
    (
        ("power_idle_w", "power_rated_w", "power_max_w", "node_other_w", "chassis_fixed_w"),
        "rack power",
        "energy, heat and loading",
    ),
    (
        (
            "approach_k",
            "conductance_w_k",
            "capacity_w",
            "rated_heat_w",
            "flow_m3_s",
            "transfer_w_k",
            "pump_alone_frac",
        ),
        "cooling equipment",
        "how warm the coolant becomes",
    ),
    (("mtbf_h", "mttr_h", "node_mtbf_h"), "failure and repair times", "every availability"),
    (("heat_capacity_j_k",), "heat capacities", "how fast temperatures rise after a loss"),
    (
        ("loss_idle_frac", "loss_linear_frac", "loss_square_frac", "efficiency_frac"),
        "losses",
        "PUE",
    ),
    (
        ("battery_j", "start_s", "start_failure_probability", "boot_s", "restart_s"),
        "starts and batteries",
        "how a supply loss is ridden through",
    ),
)
"""Parameters by the ends of their names, what they are, and what hangs on them; the most telling
first."""


def section(result: Result) -> Section:
    """Assumptions that matter, findings, the run's identity; all witnesses and the scenario to
    open.
    """
    held = result.frame("witnesses")
    told = [
        Lines("Findings of the design review", tuple(findings(result, 60, cured=True))),
        Lines("Warnings of the run", tuple(warnings(result, 60))),
    ]
    blocks: list[Block] = [
        grid("Assumptions that matter most", assumed(held), _ASSUMED, table="witnesses"),
        *(lines for lines in told if lines.lines),
        grid("This run", _identity(result), {"What": ("what", words), "Value": ("value", words)}),
        sources.table(held),
        Lines("Scenario", _scenario(result.scenario_yaml), closed="The scenario as resolved"),
    ]
    return Section("Provenance", _says(sources.ranked(held)), blocks)


def assumptions(result: Result, most: int = 4) -> list[str]:
    """The assumptions that matter most, in words, for page one."""
    told = assumed(result.frame("witnesses")).head(most).to_dict("records")
    return [
        f"{row['what']}, {row['numbers']} numbers of {row['subjects']}: {row['why']}"
        for row in told
    ]


def assumed(witnesses: pd.DataFrame) -> pd.DataFrame:
    """One row a kind of assumption: what, how many numbers, of which rows, an example, and what
    hangs on it.
    """
    held = witnesses[witnesses["status"] == "assumed"]
    rows = []
    for ends, what, why in MATTERS:
        found = held[held["parameter"].str.endswith(ends)]
        if len(found):
            first = found.iloc[0]
            value = stated(first["parameter"], first["value"], first["unit"])
            example = short(f"{str(first['subject']).rpartition('/')[2]} {value}", 60)
            rows.append((what, len(found), span(found["subject"], most=4), example, why))
    return pd.DataFrame(rows, columns=["what", "numbers", "subjects", "example", "why"])


def findings(
    result: Result, most: int, codes: Collection[str] = (), cured: bool = False
) -> list[str]:
    """What the review found, worst first: severity, who, what, and what follows; those of some
    codes only where they are given. Components of which the same is said share a line.

    cured   whether errors and warnings tell their cure too
    """
    alike: dict[tuple[str, str, str], list[str]] = {}
    for one in result.meta.get("findings") or []:
        if not isinstance(one, Mapping) or (codes and one.get("code") not in codes):
            continue
        key = (str(one.get("severity", "")), str(one.get("says", "")), _follows(one, cured))
        alike.setdefault(key, []).append(short(one.get("component", ""), 40))
    lines = [
        f"{severity}: {span(who)}: {says}{f' — {then}' if then else ''}"
        for (severity, says, then), who in alike.items()
    ]
    return [short(line, LONGEST_FINDING) for line in lines[:most]]


def _follows(finding: Mapping[str, Any], cured: bool) -> str:
    """Its consequence, and its cure where there is something to mend."""
    then = str(finding.get("consequence", ""))
    mends = cured and finding.get("severity") != "note" and finding.get("cure")
    return f"{then}; cure: {finding['cure']}" if mends else then


def warnings(result: Result, most: int) -> list[str]:
    """What the run itself warns of, without what the review says."""
    findings_ = [one for one in result.meta.get("findings") or () if isinstance(one, dict)]
    reviewed = tuple(str(one["says"]) for one in findings_ if one.get("says"))
    own = [str(one) for one in result.meta.get("warnings") or ()]
    own = [one for one in own if not one.endswith(reviewed)]
    return [short(one, 240) for one in own[:most]]


_ASSUMED = {
    "Assumed": ("what", words),
    "Numbers": ("numbers", count),
    "Of": ("subjects", words),
    "Such as": ("example", words),
    "What hangs on it": ("why", words),
}


def _says(ranked: pd.DataFrame) -> list[str]:
    if ranked.empty:
        return ["No witness was recorded: the sources of this run's numbers are not known."]
    counts = ranked["status"].value_counts(sort=False)
    told = ", ".join(f"{many} {short(status)}" for status, many in counts.items())
    return [f"{counted(len(ranked), 'number')} with a source stand behind this run: {told}."]


def _identity(result: Result) -> pd.DataFrame:
    meta = result.meta
    summary = result.summary
    residuals = [
        figures(summary.get(f"{key}_balance_residual_frac"), 2) for key in ("energy", "heat")
    ]
    rows = [
        ("Version", meta.get("version", "")),
        ("Seed", meta.get("seed", "")),
        ("Catalogue hash", meta.get("catalogue_hash", "")),
        *_own_rows(meta.get("own_rows") or {}),
        ("Simulated time (s)", figures(summary.get("simulated_s"), 6)),
        ("Energy balance residual, share of the total", residuals[0]),
        ("Heat balance residual, share of the total", residuals[1]),
    ]
    return pd.DataFrame([(what, str(value)) for what, value in rows], columns=["what", "value"])


def _own_rows(rows: Mapping[str, str]) -> list[tuple[str, str]]:
    """The planner's own rows, by the source that each names."""
    sources: dict[str, list[str]] = {}
    for name, source in rows.items():
        sources.setdefault(short(source, 80), []).append(name)
    return [(f"Own rows, from {source}", ", ".join(names)) for source, names in sources.items()]


def _scenario(text: str) -> tuple[str, ...]:
    lines = text.splitlines()
    rest = len(lines) - MOST_LINES
    shown = tuple(short(line, 160) for line in lines[:MOST_LINES])
    return (*shown, f"# … {rest} more lines in scenario.yaml") if rest > 0 else shown
