"""What a result shows of itself: what came out of a run, in a screenful."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from twin.cards import Card, card, first
from twin.quantities import count, degrees, duration, energy, figures, mass, money, number, tokens

if TYPE_CHECKING:
    import pandas as pd

Tables = Mapping[str, "pd.DataFrame"]
Summary = Mapping[str, Any]

_MOST = 4
"""Causes that are named; twice as many kinds of event, and fewer warnings."""


def result_card(tables: Tables, summary: Summary, meta: Mapping[str, Any]) -> Card:
    """The card of a result."""
    return card(
        f"Result {meta.get('name', '')}".rstrip(),
        [
            ("run", _run(summary, meta)),
            ("stopped", str(meta.get("stopped", ""))),
            ("invalid", str(meta.get("invalid", ""))),
            ("tokens", _tokens(summary)),
            ("GPUs", _gpus(summary, tables)),
            ("jobs", _jobs(summary)),
            ("energy", _energy(summary)),
            ("cost", _cost(summary)),
            ("hottest", _hottest(tables["racks"])),
            ("lost to", _lost(tables["losses"])),
            ("events", _events(tables["events"])),
            ("balances", _balances(summary)),
            ("warnings", _warnings([str(warning) for warning in meta.get("warnings", ())])),
            ("tables", _sizes(tables)),
            ("figures", "result.plot lists them; result.plot.timeline() draws one"),
        ],
    )


def _run(summary: Summary, meta: Mapping[str, Any]) -> str:
    start = str(meta.get("start", ""))[:16].replace("T", " ")
    told = [
        duration(summary.get("simulated_s")),
        start and f"from {start}",
        f"periods of {duration(meta.get('period_s'))}",
        f"seed {meta.get('seed', '?')}",
        f"twin {meta.get('version', '?')}",
    ]
    return ", ".join(filter(None, told))


def _tokens(summary: Summary) -> str:
    """Nothing where no work is counted in tokens."""
    made = number(summary.get("tokens_total"))
    lost = number(summary.get("tokens_lost_by_fault"))
    if not made > 0 and not lost > 0:
        return ""
    return (
        f"{tokens(made)} made: {tokens(summary.get('tokens_inference'))} served, "
        f"{tokens(summary.get('tokens_training'))} trained; "
        f"{tokens(lost)} lost, worth {money(summary.get('usd_lost_by_fault'))}"
    )


def _gpus(summary: Summary, tables: Tables) -> str:
    gpus = int(tables["components"]["gpus"].sum())
    return (
        f"{count(gpus)}, {count(summary.get('gpu_hours_busy'))} GPU h at work, "
        f"{figures(summary.get('gpu_hours_throttled'))} GPU h below full clock"
    )


def _jobs(summary: Summary) -> str:
    submitted = number(summary.get("jobs_submitted"))
    if not submitted > 0:
        return ""
    return f"{count(summary.get('jobs_completed'))} of {count(submitted)} completed"


def _energy(summary: Summary) -> str:
    return (
        f"{energy(summary.get('energy_facility_j'))}: {energy(summary.get('energy_it_j'))} racks, "
        f"{energy(summary.get('energy_cooling_j'))} cooling, "
        f"{_other(summary)}{energy(summary.get('energy_loss_j'))} "
        f"losses; PUE {number(summary.get('pue')):.3f}"
    )


def _other(summary: Summary) -> str:
    other_j = number(summary.get("energy_other_j"))
    return f"{energy(other_j)} other loads, " if other_j > 0 else ""


def _cost(summary: Summary) -> str:
    return (
        f"{money(summary.get('cost_usd'))} to run, {mass(summary.get('carbon_kg'))} of CO2, "
        f"{figures(summary.get('wue_l_per_kwh'))} L of water a kWh of racks"
    )


def _hottest(racks: pd.DataFrame) -> str:
    if racks.empty:
        return ""
    chip = racks["junction_max_degc"].max()
    return f"GPU {degrees(chip)}, inlet air {degrees(racks['inlet_air_degc'].max())}"


def _lost(losses: pd.DataFrame) -> list[str]:
    """What each cause cost, the dearest first."""
    by_cause = losses.groupby("cause")[["tokens", "gpu_hours"]].sum()
    by_cause = by_cause.sort_values(["tokens", "gpu_hours"], ascending=False, kind="stable")
    return first((_cause(str(cause), row) for cause, row in by_cause.iterrows()), _MOST)


def _cause(cause: str, row: pd.Series[float]) -> str:
    lost = [f"{tokens(row['tokens'])} tokens"] if row["tokens"] else []
    return f"{cause.replace('_', ' ')}: " + ", ".join(
        [*lost, f"{figures(row['gpu_hours'])} GPU h of work"]
    )


def _events(events: pd.DataFrame) -> str:
    kinds = events["what"].value_counts(sort=False).sort_values(ascending=False, kind="stable")
    told = (f"{number_} {str(what).replace('_', ' ')}" for what, number_ in kinds.items())
    return ", ".join(first(told, 2 * _MOST))


def _balances(summary: Summary) -> str:
    energy_frac = abs(number(summary.get("energy_balance_residual_frac")))
    heat_frac = abs(number(summary.get("heat_balance_residual_frac")))
    token_frac = abs(number(summary.get("token_balance_residual_frac")))
    return (
        f"what entered and left differs by {energy_frac:.0e} in energy, {heat_frac:.0e} in heat, "
        f"{token_frac:.0e} in tokens"
    )


def _warnings(told: Sequence[str]) -> list[str]:
    """The first ones, each in two lines."""
    lines = first(told, _MOST - 1)
    return [part for line in lines for part in wrap(line, 78, max_lines=2, placeholder=" …")]


def _sizes(tables: Tables) -> Sequence[str]:
    return wrap(", ".join(_size(tables)), 78, max_lines=2, placeholder=" …")


def _size(tables: Tables) -> Iterator[str]:
    """Tables that hold rows, and how many."""
    yield from (f"{name} {len(frame):,}" for name, frame in tables.items() if len(frame))
