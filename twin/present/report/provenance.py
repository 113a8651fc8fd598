"""Provenance chapter: what the numbers rest on, and how to get them again."""

from __future__ import annotations

from typing import Any

import pandas as pd

from twin.present.numbers import figures, number, short
from twin.present.report.blocks import Grid, Lines, Section, grid, words
from twin.results import Result

MOST_LINES = 160
"""Lines of the scenario printed."""

ORDER = ("assumed", "vendor", "published", "standard", "measured")
"""Weakest witness first."""


def section(result: Result) -> Section:
    """Witnesses by status, findings, the run's identity and the scenario as resolved."""
    ranked = _ranked(result.frame("witnesses"))
    blocks: list[Grid | Lines] = [
        Lines("All findings", tuple(findings(result, 60))),
        grid("Witnesses, weakest first", ranked, _COLUMNS, table="witnesses"),
        grid("This run", _identity(result), {"What": ("what", words), "Value": ("value", words)}),
        Lines("Scenario as resolved", _scenario(result.scenario_yaml), code=True),
    ]
    return Section("Provenance", _says(ranked), [b for b in blocks if not isinstance(b, Lines) or b.lines])


def assumptions(result: Result, most: int = 4) -> list[str]:
    """The first assumed numbers in words, for page one."""
    held = result.frame("witnesses")
    told = held[held["status"] == "assumed"].head(most).to_dict("records")
    return [_assumption(row) for row in told]


def findings(result: Result, most: int) -> list[str]:
    """What the run's checks found, in words."""
    return [_found(one) for one in list(result.meta.get("findings") or [])[:most]]


def _assumption(row: dict[Any, Any]) -> str:
    value = short(f"{row['value']} {row['unit']}".strip())
    return f"{short(row['subject'])}, {short(row['parameter'], 40).replace('_', ' ')}: {value}"


_COLUMNS = {
    "Subject": ("subject", words), "Number": ("parameter", words), "Value": ("value", words), "Unit": ("unit", words),
    "Status": ("status", words), "Source": ("source", words), "Read": ("accessed", words),
}  # fmt: skip


def _ranked(held: pd.DataFrame) -> pd.DataFrame:
    rank = [ORDER.index(status) if status in ORDER else len(ORDER) for status in held["status"]]
    return held.assign(rank=rank).sort_values("rank", kind="stable")


def _says(ranked: pd.DataFrame) -> list[str]:
    if ranked.empty:
        return ["No witness was recorded: the sources of this run's numbers are not known."]
    counts = ranked["status"].value_counts(sort=False)
    told = ", ".join(f"{count} {short(status)}" for status, count in counts.items())
    return [f"{len(ranked):,} numbers with a source stand behind this run: {told}."]


def _identity(result: Result) -> pd.DataFrame:
    meta = result.meta
    residual = number(result.summary.get("energy_balance_residual_frac"))
    rows = [
        ("Version", meta.get("version", "")),
        ("Seed", meta.get("seed", "")),
        ("Catalogue hash", meta.get("catalogue_hash", "")),
        ("Simulated time (s)", figures(result.summary.get("simulated_s"), 6)),
        ("Energy balance residual, share of the total", figures(residual, 2)),
    ]
    return pd.DataFrame([(what, str(value)) for what, value in rows], columns=["what", "value"])


def _found(held: Any) -> str:
    if isinstance(held, dict):
        return short(": ".join(str(value) for value in held.values()), 240)
    return short(held, 240)


def _scenario(text: str) -> tuple[str, ...]:
    lines = text.splitlines()
    rest = len(lines) - MOST_LINES
    shown = tuple(short(line, 160) for line in lines[:MOST_LINES])
    return (*shown, f"# … {rest} more lines in scenario.yaml") if rest > 0 else shown
