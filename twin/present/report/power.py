"""Power chapter: what every element carried, and where the energy ended."""

from __future__ import annotations

import pandas as pd

from twin.analysis.component_results import lengths_s
from twin.catalogue.equipment_kinds import Role, named, singular
from twin.findings import FindingCode
from twin.present.blocks import Block, Columns, Grid, Lines, Section, grid, words
from twin.present.figures.sankey import energy_graph, residual_frac, staged
from twin.present.report import electrical
from twin.present.report.provenance import findings
from twin.quantities import available, clock, duration, energy, percent, power, span
from twin.results import Result

ROUNDING = 1e-6
"""Of sums of many shares: who was without voltage for less is not told."""


def section(result: Result) -> Section:
    """Loading of every element and end uses of energy."""
    loading = loading_frame(result)
    ends = _end_uses(result)
    held = result.frame("electrical")
    blocks: list[Block] = [_loading(loading, result), electrical.table(held), _ends(ends)]
    told = tuple(worst_losses(result))
    return Section(
        "Power",
        [*_says(loading, result), *electrical.says(held)],
        [*blocks, Lines("After one loss", told)] if told else blocks,
    )


def worst_losses(result: Result, most: int = 20) -> list[str]:
    """Findings of the build about what one loss overloads or leaves dark, in words."""
    codes = (FindingCode.OVERLOAD_AFTER_LOSS, FindingCode.DARK_AFTER_LOSS)
    return findings(result, most, codes)


def loading_frame(result: Result) -> pd.DataFrame:
    """One row a power component, highest loading first: means, peak, when, and share of time
    energised.
    """
    held = result.frame("power")
    if held.empty:
        return pd.DataFrame(
            columns=["component", "kind", "rating_w", "mean_w", "peak_frac", "peak_s", "live_frac"]
        )
    what = result.frame("components").drop_duplicates("id").set_index("id")
    by = held.groupby("component", sort=False)
    length_s = lengths_s(held, "component")
    total_s = length_s.groupby(held["component"], sort=False).sum()

    def over_the_run(column: str) -> pd.Series[float]:
        spent = (held[column] * length_s).groupby(held["component"], sort=False)
        return spent.sum(min_count=1) / total_s

    peak_row = held["load_max_frac"].fillna(-1.0).groupby(held["component"], sort=False).idxmax()
    frame = pd.DataFrame(
        {
            "mean_w": over_the_run("power_out_w"),
            "peak_frac": by["load_max_frac"].max(),
            "peak_s": held["time_s"].reindex(peak_row).to_numpy(),
            "live_frac": over_the_run("energised_frac"),
        }
    ).reset_index()
    frame["rating_w"] = frame["component"].map(what["rating_w"]).replace(0.0, float("nan"))
    frame["kind"] = frame["component"].map(what["kind"]).astype(object).fillna("").map(singular)
    return frame.sort_values("peak_frac", ascending=False, kind="stable")


def _says(loading: pd.DataFrame, result: Result) -> list[str]:
    over = loading[loading["peak_frac"] > 1.0]["component"]
    standby = loading["kind"].isin(map(singular, named(Role.STANDBY))) | ~(loading["live_frac"] > 0)
    dark = loading[(loading["live_frac"] < 1 - ROUNDING) & ~standby]
    if loading.empty:
        return ["No loading was recorded."]
    says = [
        f"{span(over)} went above rating." if len(over) else "No element went above its rating.",
        f"{span(dark['component'])} lost supply, for {_longest(dark, result)}."
        if len(dark)
        else "No element lost its supply.",
    ]
    gap = residual_frac(energy_graph(result.frame("energy")))
    return [*says, f"The stages of the energy table close within {percent(max(gap, 1e-6), 4)}."]


def _longest(dark: pd.DataFrame, result: Result) -> str:
    """How long the elements were without voltage, the longest where they differ."""
    lost_s = (1 - dark["live_frac"]) * float(result.frame("power")["time_s"].max())
    alike = lost_s.max() - lost_s.min() <= 1e-6 * lost_s.max()
    return f"{duration(lost_s.max())}{'' if alike else ' at most'}"


def _voltage(live_frac: float) -> str:
    """Share of the time; seconds of a day are told too."""
    return available(1 - live_frac) if 0.9995 <= live_frac < 1 - ROUNDING else percent(live_frac)


def _loading(loading: pd.DataFrame, result: Result) -> Grid:
    """Elements of the same kind that fared alike are one row."""
    design = result.frame("loading").set_index("component")
    unlimited = loading["rating_w"].isna()
    shown = loading.assign(
        normal=loading["component"].map(design["load_frac"]),
        after=loading["component"].map(design["worst_load_frac"]),
        peak_frac=loading["peak_frac"].where(~unlimited),
    )
    shown["peak_s"] = shown["peak_s"].where(shown["peak_frac"] > 0)
    columns: Columns = {
        "Element": ("component", words),
        "Kind": ("kind", words),
        "Rating": ("rating_w", power),
        "Mean output": ("mean_w", power),
        "Highest load": ("peak_frac", percent),
        "in the period to": ("peak_s", clock),
        "By design": ("normal", percent),
        "after the worst loss": ("after", percent),
        "Time with voltage": ("live_frac", _voltage),
    }
    return grid("Loading, highest first", shown, columns, table="power", fold=True)


def _end_uses(result: Result) -> pd.DataFrame:
    flows = staged(result.frame("energy"))
    ends = (
        flows[~flows["target"].isin(flows["source"])]
        .groupby("target", sort=False)["energy_j"]
        .sum()
    )
    frame = (
        ends.rename("energy_j")
        .reset_index()
        .sort_values("energy_j", ascending=False, kind="stable")
    )
    frame["share"] = frame["energy_j"] / frame["energy_j"].sum()
    return frame


def _ends(ends: pd.DataFrame) -> Grid:
    columns = {
        "End use": ("target", words),
        "Energy": ("energy_j", energy),
        "Share": ("share", percent),
    }
    return grid("End uses of energy", ends, columns, table="energy")
