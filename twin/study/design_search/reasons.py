"""Why a design is as it is, in words that name the limit that binds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from twin.quantities import counted, percent, power
from twin.study.design_search.blocks import SizedHall
from twin.study.design_search.equipment import PANELS_SHARED
from twin.study.design_search.target import Target
from twin.study.design_search.tokens import TokenRate
from twin.study.design_search.verify import LivedDay


def reasons(
    target: Target, rate: TokenRate, halls: Sequence[SizedHall], binds: str
) -> tuple[str, ...]:
    """One sentence a choice: GPUs, racks, halls, power path, coolant, air."""
    return (
        _gpus(target, rate),
        binds,
        _halls(halls),
        _power(halls[0]),
        _feeds(halls[0]),
        *_coolant(halls[0]),
        _air(halls[0]),
    )


def after_the_fact(day: LivedDay, warnings: Sequence[str]) -> tuple[str, ...]:
    """What the simulated day and the review add."""
    served = (
        f"A simulated day at that load serves {percent(day.served_frac)} of what is asked of it; "
        f"run its scenario for the rest."
    )
    review = (f"`twin check` warns: {'; '.join(warnings)}.",) if warnings else ()
    return (served, *review)


def _gpus(target: Target, rate: TokenRate) -> str:
    found = rate.found
    promise = f"{found.tpot_s * 1e3:.1f} ms between tokens, {found.ttft_s:.2f} s to the first"
    return (
        f"{found.model} on {found.gpu}: {found.parallelism} with {found.concurrency} requests in "
        f"flight gives {rate.per_gpu_s:,.0f} output tokens a second from each GPU ({promise}), the "
        "most of all cuts that keep the promise; the busiest hour takes "
        f"{percent(target.tokens.load, 0)}."
    )


def _halls(halls: Sequence[SizedHall]) -> str:
    first = halls[0]
    most = max(first.lines)
    lines = f"{counted(len(first.lines), 'line')} of up to {counted(most, 'rack')}"
    return (
        f"{counted(len(halls), 'hall')} of {lines}: the longest line and the most lines that the "
        f"{first.scheme.power} power path of one hall carries."
    )


def _power(hall: SizedHall) -> str:
    boards = f"{counted(hall.boards, 'board')} with a transformer and a generator of 2.5 MW each"
    if hall.scheme.power == "N+1":
        carried = PANELS_SHARED - 1
        return (
            f"N+1: each hall has {PANELS_SHARED} {hall.shared_ups} of which {carried} carry its "
            f"{power(hall.it_w)}, {PANELS_SHARED} panels a line, "
            f"and {boards}, one more than needed."
        )
    sides = "each side of 2N carries all" if hall.scheme.power == "2N" else "N: nothing to spare"
    panels = hall.panels(max(hall.lines))
    return (
        f"{sides}: {counted(panels, 'panel')} and as many UPS a line{_a_side(hall)} for "
        f"{power(hall.line_w(max(hall.lines)))}, and {boards}{_a_side(hall)}."
    )


def _a_side(hall: SizedHall) -> str:
    return " on each side" if hall.scheme.power == "2N" else ""


def _feeds(hall: SizedHall) -> str:
    if hall.scheme.feeds == 1:
        return "One utility feed: without it the generators carry the site."
    return "Two utility feeds: without one the other carries the site, without both the generators."


def _coolant(hall: SizedHall) -> tuple[str, ...]:
    if not hall.liquid_w:
        return ()
    kind, count = hall.cdu(max(hall.lines))
    spare = " and one to spare" if hall.spare else ""
    return (
        f"Coolant: {count} {kind} a line{spare}; {hall.dry_coolers} {hall.dry_cooler} a hall for "
        f"{power(hall.liquid_w)} at {hall.loop_degc:.1f} °C, laid out for {hall.hottest_degc:.1f} "
        f"°C outdoors; racks take water of up to {hall.warmest_loop_degc:.1f} °C.",
    )


def _air(hall: SizedHall) -> str:
    spare = " (one to spare each)" if hall.spare else ""
    return (
        f"Air: {hall.handlers} {hall.handler} and {hall.chillers} {hall.chiller} a hall{spare} for "
        f"{power(hall.air_w)}."
    )


def page(name: str, row: Mapping[str, Any], sentences: Sequence[str]) -> str:
    """A page of Markdown: the numbers of a design, and its reasons."""
    cost = row["usd_per_mtok"]
    racks = f"{counted(row['racks'], 'rack')} of {row['rack']}"
    numbers = [
        f"* {racks}, {row['gpus']:,} GPUs in {counted(row['halls'], 'hall')}",
        f"* {row['tokens_per_s']:,.0f} output tokens a second at the planned load",
        f"* {power(row['peak_power_w'])} at peak",
        f"* {row['capex_usd'] / 1e6:,.1f} million USD to build",
        f"* {row['availability']:.6f} available",
        *([] if cost is None else [f"* {cost:.3f} USD a million output tokens, all in"]),
    ]
    body = [f"{place}. {sentence}" for place, sentence in enumerate(sentences, 1)]
    return "\n".join([f"# {name}", "", *numbers, "", "## Why it is so", "", *body, ""])
