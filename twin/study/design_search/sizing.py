"""One kind of building at the size that a target asks for, screened by its first hall."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from twin.catalogue import shipped
from twin.catalogue.rows import Rack
from twin.errors import InputError, Problem
from twin.quantities import power as told
from twin.study.design_search import equipment as kit
from twin.study.design_search.blocks import SizedHall
from twin.study.design_search.halls import halls_for
from twin.study.design_search.scheme import Scheme
from twin.study.design_search.target import Target
from twin.study.design_search.tokens import TokenRate
from twin.study.design_search.verify import Built, availability, built, capex_usd

RACKS_MOST = 4000
"""Racks of one search; a site of more is several."""
LEAST_DOWN = 1e-9
"""Share of the year that is allowed to a target of no outage at all, to say how far one is off."""


@dataclass(frozen=True)
class Sized:
    """A scheme of a size, screened by its first hall."""

    scheme: Scheme
    rate: TokenRate
    halls: list[SizedHall]
    binds: str
    capex_usd: float
    availability: float

    @property
    def racks(self) -> int:
        """Compute racks of all halls."""
        return sum(hall.racks for hall in self.halls)

    @property
    def gpus(self) -> int:
        """GPUs of all halls."""
        return self.racks * _gpus_a_rack(self.scheme.rack)

    @property
    def peak_w(self) -> float:
        """What all halls draw at their rated load."""
        return sum(hall.peak_w for hall in self.halls)

    def tokens(self, target: Target) -> float:
        """At the planned load, no more than is wanted."""
        most = self.gpus * self.rate.per_gpu_s * target.tokens.planned_frac
        return most if target.tokens.rate is None else min(most, target.tokens.rate)


@dataclass(frozen=True)
class Missed:
    """Why a scheme cannot be what a target asks for."""

    why: str
    over: float = math.inf
    """What it needs over what is allowed; inf where no limit is a number of it."""


def sized(target: Target, scheme: Scheme, rate: TokenRate) -> Sized | Missed:
    """The scheme at the size that the target asks for, or why it cannot be."""
    try:
        return _screen(target, scheme, rate)
    except InputError as error:
        found = "; ".join(_where_less(one) for one in error.problems[:2])
        return Missed(f"cannot be built: {found}")


def _where_less(problem: Problem) -> str:
    """What is wrong, without the line of a file that nobody has."""
    return str(replace(problem, file="", line=0, column=0))


def _screen(target: Target, scheme: Scheme, rate: TokenRate) -> Sized | Missed:
    wanted = _racks_wanted(target, scheme, rate)
    if isinstance(wanted, Missed):
        return wanted
    racks, binds = wanted
    sized = _of_size(target, scheme, rate, racks, binds)
    wet = "" if target.site.water else _evaporates(sized.halls[0])
    if wet:
        return Missed(wet)
    budget = target.budget_usd
    if budget is not None and sized.capex_usd > budget:
        if target.tokens.rate is not None:
            costs = f"costs {sized.capex_usd:,.0f} USD, above {budget:,.0f}"
            return Missed(costs, sized.capex_usd / budget)
        racks = _within_budget(target, scheme, rate, racks, budget)
        if racks < 1:
            return Missed(f"one rack with all it needs costs more than {budget:,.0f} USD")
        sized = _of_size(target, scheme, rate, racks, f"The budget of {budget:,.0f} USD binds.")
    if target.availability is not None and sized.availability < target.availability:
        told_of = f"available {sized.availability:.6f} of the year"
        down = (1.0 - sized.availability) / max(1.0 - target.availability, LEAST_DOWN)
        return Missed(f"{told_of}, below {target.availability:.12g}", down)
    return sized


def _evaporates(hall: SizedHall) -> str:
    """Why a hall takes water outdoors; empty where it does not."""
    if not hall.liquid_w or hall.dry_cooler != kit.ADIABATIC:
        return ""
    dry_degc = hall.hottest_degc + kit.row(kit.DRY_COOLER).approach_k
    return (
        f"takes water: dry coolers give {dry_degc:.1f} °C in the hottest hour, its racks take "
        f"{hall.warmest_loop_degc:.1f} °C at most"
    )


def _racks_wanted(target: Target, scheme: Scheme, rate: TokenRate) -> tuple[int, str] | Missed:
    """How many racks, and which limit says so; or why none will do."""
    power = target.site.power
    gpus = _gpus_a_rack(scheme.rack)
    if target.tokens.rate is None:
        most = _most(lambda racks: _peak_w(target, scheme, racks) <= (power or math.inf))
        if not most:
            one = _peak_w(target, scheme, 1) / (power or math.inf)
            return Missed(f"one rack with all it needs draws more than {told(power)}", one)
        return most, f"{most} racks: one more would draw more than the site's {told(power)}." if (
            power
        ) else f"{most} racks: the most that one search builds."
    per_rack_s = gpus * rate.per_gpu_s * target.tokens.planned_frac
    racks = math.ceil(target.tokens.rate / per_rack_s)
    if racks > RACKS_MOST:
        beyond = f"takes {racks:,} racks{_beyond(target, scheme, power)}"
        return Missed(beyond, racks / RACKS_MOST)
    drawn_w = _peak_w(target, scheme, racks)
    if power is not None and drawn_w > power:
        draws = f"draws {told(drawn_w)} at peak, above the site's {told(power)}"
        return Missed(draws, drawn_w / power)
    asked = f"{target.tokens.rate:,.0f} tokens a second take {racks} racks of {gpus} GPUs."
    return racks, asked


def _beyond(target: Target, scheme: Scheme, power: float | None) -> str:
    """What keeps more racks than one search takes from being built, in words."""
    drawn_w = _peak_w(target, scheme, RACKS_MOST)
    if power is None or drawn_w <= power:
        return f", above {RACKS_MOST:,} of one search"
    return f"; {RACKS_MOST:,} draw {told(drawn_w)} at peak, above the site's {told(power)}"


def _gpus_a_rack(rack: str) -> int:
    row = shipped().get(Rack, rack)
    return row.nodes_per_rack * row.gpus_per_node


def _peak_w(target: Target, scheme: Scheme, racks: int) -> float:
    return sum(hall.peak_w for hall in halls_for(scheme, racks, target.site.climate))


def _most(within: Callable[[int], bool]) -> int:
    """The most racks within a limit that grows with them."""
    low = 0
    high = RACKS_MOST
    while low < high:
        middle = (low + high + 1) // 2
        if within(middle):
            low = middle
        else:
            high = middle - 1
    return low


def _of_size(target: Target, scheme: Scheme, rate: TokenRate, racks: int, binds: str) -> Sized:
    """Screened by its first hall, which is its fullest: capital by the rack; unavailability by the
    hall, each of which must be up.
    """
    halls, first = _carried(scheme, racks, target.site.climate)
    up = availability(first.facility, int(first.checked["gpus"]))
    capital = capex_usd(first.facility) * racks / halls[0].racks
    return Sized(scheme, rate, halls, binds, capital, max(0.0, 1.0 - len(halls) * (1.0 - up)))


def _carried(scheme: Scheme, racks: int, climate: str) -> tuple[list[SizedHall], Built]:
    """Halls whose boards carry them, and the first of them built; where its review finds a rating
    below its peak load, boards are filled less.
    """
    *less, least = kit.FILLINGS
    for filled in less:
        halls = halls_for(scheme, racks, climate, filled)
        try:
            return halls, built("screened", scheme, halls[:1])
        except InputError:
            continue
    halls = halls_for(scheme, racks, climate, least)
    return halls, built("screened", scheme, halls[:1])


def _within_budget(
    target: Target, scheme: Scheme, rate: TokenRate, racks: int, budget: float
) -> int:
    """The most racks that the budget buys, by the price of a rack with its share of a hall."""
    for _ in range(4):
        cost = _of_size(target, scheme, rate, racks, "").capex_usd
        if cost <= budget:
            return racks
        racks = min(racks - 1, int(racks * budget / cost))
        if racks < 1:
            return 0
    return racks
