"""What fails when something breaks: single points, pairs, verdicts, availability with its interval.

A verdict speaks of the topology in this model; it certifies nothing, and no class is derived from
an availability. Criteria in the project's words after the Uptime Institute Tier Standard: Topology.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from twin.analysis import availability, cut_set_table, upkeep
from twin.analysis.consequences import Overloads, consequence, consequences, no_ratings
from twin.analysis.continuity import continuity, with_gaps
from twin.analysis.crewed_availability import shared_crews
from twin.analysis.design_loading import heaviest, overload_rows
from twin.analysis.exact_availability import diagram_of
from twin.analysis.redundancy_report import RedundancyReport, Row
from twin.errors import InputError, Problem
from twin.facility.dependency import dependency, power_overloads
from twin.facility.dependency.overloads import Overloads as Followed
from twin.facility.dependency.shared_causes import SHARED_CAUSE
from twin.facility.dependency.top_events import WHOLE, of_top_event, says
from twin.facility.model import Facility
from twin.facility.power.loading import single_losses
from twin.physics.reliability import contingency, monte_carlo
from twin.physics.reliability.bdd import (
    Exact,
    FailureDiagram,
    counts_by_order,
    exact,
    minimal_cut_sets,
)
from twin.physics.reliability.contingency import Losses
from twin.physics.reliability.gates import Gates
from twin.physics.reliability.service import served_frac
from twin.seeds import stream

__all__ = ["RedundancyReport", "consequence", "judged", "redundancy"]

Progress = Callable[[float], None]

_LISTED = 20
_LISTED_OVERLOADS = 200
_MEANING = (
    "Down means that a load's design demand cannot be met in full: a simulation, which feeds "
    "and throttles "
    "by degrees, may run on where this report counts a loss; see effect and left."
)

_CUT_SETS_MAX = 1_000_000


def redundancy(
    facility: Facility,
    *,
    rng: np.random.Generator | None = None,
    order: int = 2,
    progress: Progress | None = None,
    top: str = WHOLE,
) -> RedundancyReport:
    """Judge a facility: its dependency graph, and what its power tree carries after each loss.

    rng       draws of the estimate beside the exact availability; the scenario's own stream
              where not given
    order     highest order of the cut sets listed, from 1; all pairs are tried from order 2 on
    progress  called with the share done, 0 to 1
    top       the event that counts as down: see `twin.facility.dependency.top_events`
    Raises InputError for an order below 1 and for a top event that there is not. Where the exact
    engine runs out of room, there are bounds.
    """
    losses = single_losses(facility)
    tree = facility.power
    over = [
        {"lost": [tree.id[one.lost]], "component": tree.id[one.node], "load_frac": one.load_frac}
        for one in sorted(losses.overloads, key=lambda one: -one.load_frac)
    ]
    followed = power_overloads(facility)
    gates = of_top_event(dependency(facility), facility, top)
    draws = rng or stream(facility.scenario.seed, "redundancy")
    report = judged(
        gates,
        rng=draws,
        order=order,
        progress=progress,
        after=partial(overload_rows, facility),
        overloads=over,
        followed=followed,
    )
    gaps = continuity(facility)
    diagram = diagram_of(gates)
    solved = None if diagram is None else exact(gates, diagram)
    return replace(
        report,
        availability_independent=_independent(facility, gates, top, report),
        maintenance=upkeep.maintenance(gates, facility, solved),
        spares=upkeep.spares(gates, facility, diagram),
        shared_crews=shared_crews(facility, gates, diagram, draws),
        top_event={"asked": top, "says": says(top)},
        heaviest_after_one_loss=heaviest(facility),
        fault_tolerant=with_gaps(report.fault_tolerant, gaps),
        continuity=gaps,
    )


def _independent(facility: Facility, gates: Gates, top: str, report: RedundancyReport) -> Row:
    """Availability without common causes; what is known already where there are none."""
    if not any(system == SHARED_CAUSE for system in gates.systems):
        return report.availability_exact
    apart = of_top_event(dependency(facility, common_cause=False), facility, top)
    diagram = diagram_of(apart)
    return availability.exact_row(None if diagram is None else exact(apart, diagram))


def judged(
    gates: Gates,
    *,
    rng: np.random.Generator,
    order: int = 2,
    progress: Progress | None = None,
    after: Overloads = no_ratings,
    overloads: Sequence[Row] = (),
    followed: Followed | None = None,
) -> RedundancyReport:
    """Judge a dependency graph by itself.

    after      ratings that are exceeded once some components are lost, by their names
    overloads  the same for every single loss, as the report lists them
    followed   how far coincidences of overloads were followed; None where there are none
    """
    if order < 1:
        raise InputError([Problem("order", str(order), "an integer from 1")])
    tell = progress or (lambda _done_frac: None)
    singles = contingency.single_failures(gates)
    pairs = _pairs(gates, singles, order, lambda done_frac: tell(0.4 * done_frac))
    diagram = diagram_of(gates)
    solved = None if diagram is None else exact(gates, diagram)
    tell(0.6)
    cut_sets = _cut_sets(gates, diagram, order, singles, pairs)
    tell(0.7)
    simulated = monte_carlo.sampled(gates, rng)
    tell(1.0)
    counter_example = _counter_example(gates, singles, overloads, after)
    return RedundancyReport(
        meaning=_MEANING,
        components=int(gates.components.size),
        loads=int(gates.loads.size),
        load_w=float(gates.load_w.sum()),
        single_points_of_failure=_single_points(gates, singles),
        n_minus_1={"cases": singles.cases, "failing": len(singles.lost)},
        n_minus_2=_pairs_row(gates, singles, pairs, after),
        overloads=list(overloads[:_LISTED_OVERLOADS]),
        overloads_count=len(overloads),
        heaviest_after_one_loss=None,
        cut_sets=cut_set_table.named(gates, cut_sets),
        cut_set_counts={
            str(n + 1): count for n, count in enumerate(counts_by_order(cut_sets, order))
        },
        shortest_failing=_shortest(gates, singles, pairs, after),
        counter_example=counter_example,
        concurrently_maintainable=_verdict("concurrent-maintainability", counter_example),
        fault_tolerant={
            **_verdict("fault-tolerance", counter_example),
            "not_judged": ["transfer gaps", "compartments", "continuous cooling"],
        },
        **_likelihoods(gates, solved, cut_sets, followed),
        availability_monte_carlo=availability.simulated_row(gates, simulated, solved),
        interval=availability.interval(gates, simulated),
    )


def _likelihoods(
    gates: Gates, solved: Exact | None, cut_sets: list[tuple[int, ...]], followed: Followed | None
) -> Row:
    """The parts of the report that the exact engine, or bounds in its place, give."""
    unfollowed = availability.unfollowed(gates, followed)
    return {
        "cut_set_rows": cut_set_table.detailed(gates, cut_sets, solved),
        "availability_exact": availability.exact_row(solved),
        "availability_independent": availability.exact_row(solved),
        "availability_bounds": availability.bounds_row(gates, solved, cut_sets, unfollowed),
        "overloads_followed": availability.followed_row(followed),
        "importance": availability.importance(gates, solved),
        "component_reliability": availability.component_rows(gates),
    }


def _cut_sets(
    gates: Gates, diagram: FailureDiagram | None, order: int, singles: Losses, pairs: Losses | None
) -> list[tuple[int, ...]]:
    """The minimal ones up to an order: of one and two components from the contingencies."""
    if diagram is None or order <= 2:
        return cut_set_table.short(gates, singles, pairs, order)
    try:
        return minimal_cut_sets(diagram, order, _CUT_SETS_MAX)
    except OverflowError as error:
        raise InputError([Problem("order", f"{order}: {error}", "a lower one")]) from error


def _pairs(gates: Gates, singles: Losses, order: int, progress: Progress) -> Losses | None:
    return contingency.double_failures(gates, singles, progress) if order > 1 else None


def _worst(gates: Gates, losses: Losses) -> list[list[int]]:
    """Failing contingencies, the heaviest loss first."""
    heaviest = np.lexsort((-losses.racks, -losses.load_w))
    return [[int(node) for node in losses.lost[place]] for place in heaviest]


def _single_points(gates: Gates, singles: Losses) -> list[Row]:
    """Each single point of failure with what it takes down, the heaviest first."""
    kept = ("racks", "gpus", "load_w", "loads", "loads_count")
    worst = _worst(gates, singles)
    found = consequences(gates, worst, no_ratings)
    left = _left(gates, worst)
    return [
        {
            "component": row["lost"][0],
            "effect": "derated" if left_frac > 0 else "outage",
            "left_frac": left_frac,
            **{key: row[key] for key in kept},
        }
        for row, left_frac in zip(found, left, strict=True)
    ]


def _left(gates: Gates, cases: Sequence[Sequence[int]]) -> list[float]:
    """For each case, the share of demand left to the load that keeps least."""
    left: list[float] = served_frac(gates, cases)[gates.loads].min(axis=0).tolist()
    return left


def _pairs_row(gates: Gates, singles: Losses, pairs: Losses | None, after: Overloads) -> Row:
    """All pairs; those with a single point fail too and are counted, not listed."""
    if pairs is None:
        return {"cases": 0, "failing": 0, "without_single_points": 0, "worst": []}
    alone = len(singles.lost)
    others = gates.components.size - len(singles.lost)
    return {
        "cases": pairs.cases,
        "failing": alone * (alone - 1) // 2 + alone * others + len(pairs.lost),
        "without_single_points": len(pairs.lost),
        "worst": consequences(gates, _worst(gates, pairs)[:_LISTED], after),
    }


def _shortest(gates: Gates, singles: Losses, pairs: Losses | None, after: Overloads) -> Row | None:
    for losses in (singles, pairs):
        if losses is not None and len(losses.lost):
            return consequences(gates, _worst(gates, losses)[:1], after)[0]
    return None


def _counter_example(
    gates: Gates, singles: Losses, overloads: Sequence[Row], after: Overloads
) -> Row | None:
    """Each component lost in turn, for work or by failure: one that drops a load, then one that
    exceeds a rating.

    Steady state after the loss: gaps and compartments are not judged.
    """
    if any(not row["lost"] for row in overloads):
        return consequence(gates, [], after)
    if len(singles.lost):
        return consequences(gates, _worst(gates, singles)[:1], after)[0]
    return consequence(gates, overloads[0]["lost"], after) if overloads else None


def _verdict(criterion: str, counter_example: Row | None) -> Row:
    if counter_example is None:
        text = f"meets the {criterion} topology criterion in this model"
    else:
        lost = ", ".join(counter_example["lost"])
        cause = f"without {lost}" if lost else "with everything in service"
        text = (
            f"does not meet the {criterion} topology criterion in this model: {cause}, "
            f"{_effect(counter_example)}"
        )
    return {"verdict": counter_example is None, "text": text, "counter_example": counter_example}


def _effect(found: Row) -> str:
    if found["loads_count"]:
        return (
            f"{found['loads_count']} loads ({found['racks']} racks, "
            f"{found['load_w'] / 1e3:g} kW) are not served"
        )
    worst = found["overloads"][0]
    return f"{worst['component']} carries {worst['load_frac']:.3f} of its rating"
