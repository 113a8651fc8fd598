"""The search: every kind of building sized to the target, built, and the best of them kept."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from twin.catalogue import shipped
from twin.catalogue.rows import Rack
from twin.errors import InputError, Problem
from twin.study.design_search.answer import Design, DesignAnswer, Rejected
from twin.study.design_search.pareto import best
from twin.study.design_search.reasons import after_the_fact, reasons
from twin.study.design_search.scenario import scenario_of
from twin.study.design_search.scheme import racks_tried, schemes
from twin.study.design_search.sizing import LEAST_DOWN, Missed, Sized, sized
from twin.study.design_search.target import Target, read_target
from twin.study.design_search.tokens import TokenRate, best_rate
from twin.study.design_search.verify import Built, availability, built, lived
from twin.study.design_search.wanted import known

Progress = Callable[[float, str], None]
"""Share done, and what is being done."""
BEATEN = "another is as good or better in everything"
KEPT_MOST = 8
"""Designs on the front that are built whole, lived through a day and proposed."""
REASONS_MOST = 12
"""Reasons that are told where no design meets a target."""
_LEAST_UNAVAILABLE = 1e-9
"""Below it a facility's availability is a number without meaning."""
_SCREENED = 0.6
"""Share of the search that sizing and screening take, for its progress."""


def design(
    target: str | Path | Target,
    progress: Progress | None = None,
    overrides: Mapping[str, str] | None = None,
) -> DesignAnswer:
    """Layouts that give what a target asks for, none better than another in everything.

    target      a file, or what it holds
    progress    called with the share done and what is being done
    overrides   values in place of a file's, by dotted key: `{"site.power": "5 MW"}`
    Every kind of building that the target leaves open is sized by arithmetic and screened by one
    hall; those on the Pareto front of capital, availability and, where no rate is asked, tokens
    are built whole and lived through a day. Raises InputError with every problem of the target, or
    with what comes nearest where no design meets it.
    """
    wanted = _read(target, overrides)
    tell = progress or (lambda _share, _what: None)
    rates = {rack: _rate_of(wanted, rack) for rack in racks_tried(wanted)}
    fitting, rejected, tried = _screened(wanted, rates, tell)
    front = _front(wanted, fitting)
    if not front:
        raise _none_meets(target, wanted, rejected)
    rejected += [Rejected(one.scheme.words, BEATEN) for one in fitting if one not in front]
    designs = list(_whole(wanted, front, rejected, tell))
    if not designs:
        raise _none_meets(target, wanted, rejected)
    return DesignAnswer(wanted.name, _proposed(wanted, designs, rejected), tuple(rejected), tried)


def _proposed(
    target: Target, designs: Sequence[Design], rejected: list[Rejected]
) -> tuple[Design, ...]:
    """Those that are still on the front once they are built whole, the cheapest first."""
    front = best(
        designs, lambda one: _worth(target, one.capex_usd, one.availability, one.tokens_per_s)
    )
    rejected += [Rejected(one.words, BEATEN) for one in designs if one not in front]
    front.sort(key=lambda one: one.capex_usd)
    return tuple(one.called(f"{target.name}_{place}") for place, one in enumerate(front, 1))


def _read(target: str | Path | Target, overrides: Mapping[str, str] | None) -> Target:
    if isinstance(target, Target):
        if overrides:
            allowed = "with a target in a file; a Target is stated as it is wanted"
            raise InputError([Problem("overrides", ", ".join(overrides), allowed)])
        known(target, None)
        return target
    wanted, document = read_target(target, overrides)
    known(wanted, document)
    return wanted


def _rate_of(target: Target, rack: str) -> TokenRate | str:
    return best_rate(target.tokens, shipped().get(Rack, rack).gpu)


def _screened(
    target: Target, rates: dict[str, TokenRate | str], tell: Progress
) -> tuple[list[Sized], list[Rejected], int]:
    """What can be built within the limits, and why the rest cannot."""
    fitting: list[Sized] = []
    rejected: list[Rejected] = []
    every = list(schemes(target))
    for place, scheme in enumerate(every):
        tell(_SCREENED * place / len(every), f"screening {scheme.words}")
        rate = rates[scheme.rack]
        found = Missed(rate) if isinstance(rate, str) else sized(target, scheme, rate)
        if isinstance(found, Sized):
            fitting.append(found)
        else:
            rejected.append(Rejected(scheme.words, found.why, found.over))
    return fitting, rejected, len(every)


def _front(target: Target, fitting: Sequence[Sized]) -> list[Sized]:
    """Those that no other beats in everything, the cheapest first."""
    front = best(
        fitting, lambda one: _worth(target, one.capex_usd, one.availability, one.tokens(target))
    )
    return sorted(front, key=lambda one: one.capex_usd)


def _worth(
    target: Target, capex_usd: float, available: float, tokens_s: float
) -> tuple[float, ...]:
    """More is better in each; tokens count where no rate is asked."""
    rate = tokens_s if target.tokens.rate is None else 0.0
    return (-capex_usd, _nines(available), rate)


def _nines(availability: float) -> float:
    """-log10 of the unavailability in steps of a tenth: finer, its inputs are not known."""
    return round(-math.log10(max(1.0 - availability, _LEAST_UNAVAILABLE)), 1)


def _whole(
    target: Target, front: Sequence[Sized], rejected: list[Rejected], tell: Progress
) -> Iterator[Design]:
    """The designs of the front, built whole and lived through a day."""
    kept = _spread(front, KEPT_MOST)
    rejected += [
        Rejected(one.scheme.words, "on the front, between two that are told")
        for one in front
        if one not in kept
    ]
    for place, one in enumerate(kept):
        tell(_SCREENED + (1 - _SCREENED) * place / len(kept), f"building {one.scheme.words}")
        name = f"{target.name}_{place + 1}"
        found = built(name, one.scheme, one.halls)
        made = _design(target, name, one, found)
        if why := _fails(target, made):
            rejected.append(Rejected(one.scheme.words, why.why, why.over))
        else:
            yield made


def _spread(front: Sequence[Sized], most: int) -> list[Sized]:
    """At most so many of them, the first and the last kept."""
    if len(front) <= most:
        return list(front)
    return [front[round(place * (len(front) - 1) / (most - 1))] for place in range(most)]


def _design(target: Target, name: str, one: Sized, found: Built) -> Design:
    tokens = one.tokens(target)
    gpus = int(found.checked["gpus"])
    needed = math.ceil(tokens / (one.rate.per_gpu_s * target.tokens.planned_frac))
    nodes = int(found.checked["nodes"])
    scenario = scenario_of(name, target, nodes, one.rate.found, tokens)
    day = lived(found.layout, scenario)
    why = reasons(target, one.rate, one.halls, one.binds)
    return Design(
        name=name,
        rack=one.scheme.rack,
        power=one.scheme.power,
        feeds=one.scheme.feeds,
        spare_cooling=one.scheme.spare_cooling,
        racks=one.racks,
        gpus=gpus,
        halls=len(one.halls),
        tokens_per_s=tokens,
        peak_power_w=one.peak_w,
        capex_usd=day.capex_usd,
        usd_per_mtok=day.usd_per_mtok,
        availability=availability(found.facility, min(needed, gpus)),
        reasons=(*why, *after_the_fact(day, found.warnings)),
        layout=found.layout,
        scenario=scenario,
    )


def _fails(target: Target, made: Design) -> Missed | None:
    """What the whole design misses although its first hall did not."""
    budget = target.budget_usd
    wanted = target.availability
    if budget is not None and made.capex_usd > budget:
        costs = f"costs {made.capex_usd:,.0f} USD built whole, above {budget:,.0f}"
        return Missed(costs, made.capex_usd / budget)
    if wanted is not None and made.availability < wanted:
        told = f"available {made.availability:.6f} built whole, below {wanted:.12g}"
        return Missed(told, (1.0 - made.availability) / max(1.0 - wanted, LEAST_DOWN))
    return None


def _none_meets(
    asked: str | Path | Target, target: Target, rejected: Sequence[Rejected]
) -> InputError:
    """What kinds of building miss, each reason once with those that have it; the first dozen, the
    nearest of each kind of rack before others, the nearer before the further; and how many more.
    """
    kinds: dict[str, list[str]] = {}
    order: dict[str, tuple[bool, float]] = {}
    racks: set[str] = set()
    for one in sorted(rejected, key=lambda one: one.over):
        scheme = str(one.scheme)
        rack = scheme.partition(",")[0]
        order.setdefault(one.why, (rack in racks, one.over))
        racks.add(rack)
        kinds.setdefault(one.why, []).append(scheme)
    told = sorted(kinds.items(), key=lambda item: order[item[0]])
    more = f"; {len(told) - REASONS_MOST} more reasons are not listed"
    allowed = "a design that meets the target; tried "
    file = "" if isinstance(asked, Target) else str(asked)
    return InputError(
        [
            Problem(
                target.name,
                why,
                allowed + "; ".join(schemes) + more * (n == REASONS_MOST < len(told)),
                file=file,
            )
            for n, (why, schemes) in enumerate(told[:REASONS_MOST], 1)
        ]
    )
