"""Busways, whips, cables, pipes and trays: one prim a feed, with its own colour.

Power has one prim for each component that feeds others: a busway over the rows with its whips where
it feeds racks, a cable where it feeds anything else. Coolant has a supply and a return for each
group of units, the network a tray. Air needs no line, and what stands inside its source none
either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from twin.catalogue.equipment_kinds import EQUIPMENT_KINDS, Role
from twin.present.usd.colours import Rgb
from twin.present.usd.feeds import FeedGroup
from twin.present.usd.halls import Hall
from twin.present.usd.plan import YARD, Item, ScenePlan
from twin.present.usd.routes import LineSection, comb, drops
from twin.present.usd.solids import Point, Solid
from twin.present.usd.solids_in_place import joined

SIDES: tuple[Rgb, ...] = ((0.00, 0.45, 0.70), (0.90, 0.62, 0.00), (0.80, 0.47, 0.65))
"""Colours of the first, second and any further feed of a load (Okabe and Ito)."""
SUPPLY: Rgb = (0.34, 0.71, 0.91)
RETURN: Rgb = (0.84, 0.37, 0.00)
TRAY: Rgb = (0.00, 0.62, 0.45)
_WHIP_M = 0.02
_RACK = "rack"


@dataclass(frozen=True)
class DrawnLine:
    """One prim to draw."""

    title: str
    group: str
    """Name of the discipline's prim."""
    sort: str
    feeds: str
    domain: str
    rgb: Rgb
    solid: Solid


def lines(plan: ScenePlan, feeds: Sequence[FeedGroup]) -> Iterator[DrawnLine]:
    """Every line of a plan, discipline by discipline."""
    items = {item.id: item for item in plan.items}
    roofs = _Roofs(plan)
    yield from _power([feed for feed in feeds if feed.domain == "electrical"], items, roofs)
    for feed in feeds:
        if feed.domain == "cooling":
            yield from _pipes(feed, items, roofs)
        elif feed.domain == "network":
            yield from _tray(feed, items, roofs)


class _Roofs:
    """How high lines run: above what they join, and under the ceiling of their hall."""

    def __init__(self, plan: ScenePlan) -> None:
        self._halls: Mapping[str, Hall] = {hall.prim: hall for hall in plan.halls}
        inside = [item.top[2] for item in plan.items if item.place != YARD]
        self._site = max(inside, default=0.0)

    def over(self, ends: Sequence[Item], lift_m: float) -> float:
        """Height of a line over some components."""
        places = {item.place for item in ends}
        tops = max(item.top[2] for item in ends)
        hall = self._halls.get(next(iter(places))) if len(places) == 1 else None
        if hall is None:
            return max(self._site, tops) + lift_m
        return max(min(tops + lift_m, hall.size[2] - 0.1), tops + 0.02)


def _tops(ends: Sequence[Item]) -> list[Point]:
    return list(dict.fromkeys(item.top for item in ends))


def _power(
    feeds: Sequence[FeedGroup], items: Mapping[str, Item], roofs: _Roofs
) -> Iterator[DrawnLine]:
    """Lines of every component that feeds others, in order of appearance."""
    fed: dict[str, list[tuple[int, FeedGroup]]] = {}
    for feed in feeds:
        for side, source in enumerate(feed.sources):
            fed.setdefault(source, []).append((side, feed))
    for source, held in fed.items():
        side = min(side for side, _ in held)
        targets = [items[one] for _, feed in held for one in feed.targets if one in items]
        racks = [one for one in targets if one.kind.endswith(_RACK)]
        others = [one for one in targets if not one.kind.endswith(_RACK)]
        if source in items:
            yield from _busway(items[source], racks, side, roofs)
            yield from _cable(items[source], others, side, roofs)


def _busway(source: Item, racks: Sequence[Item], side: int, roofs: _Roofs) -> Iterator[DrawnLine]:
    if not racks:
        return
    rgb = SIDES[min(side, len(SIDES) - 1)]
    z = max(roofs.over([source, *racks], 0.35 + 0.16 * side), 0.0)
    section = LineSection(z, 0.12 + 0.2 * side, 0.05)
    tops = _tops(racks)
    body = comb([source.top], tops, section)
    yield DrawnLine(
        f"Busway_{source.id}", source.group, "busway", source.id, "electrical", rgb, body
    )
    whips = drops(tops, section, _WHIP_M)
    yield DrawnLine(
        f"Whips_{source.id}", source.group, "whips", source.id, "electrical", rgb, whips
    )


def _cable(source: Item, others: Sequence[Item], side: int, roofs: _Roofs) -> Iterator[DrawnLine]:
    outside = [one for one in others if one.parent != source.id and one.kind != "switch"]
    if not outside:
        return
    rgb = SIDES[min(side, len(SIDES) - 1)]
    z = roofs.over([source, *outside], 0.9 + 0.1 * side)
    section = LineSection(z, 0.1 * side, 0.03)
    body = _whole([source.top], _tops(outside), section, 0.02)
    yield DrawnLine(f"Cable_{source.id}", source.group, "cable", source.id, "electrical", rgb, body)


def _whole(
    sources: Sequence[Point], targets: Sequence[Point], section: LineSection, half_m: float
) -> Solid:
    return joined([comb(sources, targets, section), drops(targets, section, half_m)])


def _pipes(feed: FeedGroup, items: Mapping[str, Item], roofs: _Roofs) -> Iterator[DrawnLine]:
    """Supply and return of one group; nothing for air, and nothing inside a unit."""
    sources = [items[one] for one in feed.sources if one in items]
    targets = [items[one] for one in feed.targets if one in items]
    ids = {item.id for item in targets}
    sources = [one for one in sources if one.parent not in ids and not _moves_air(one)]
    if not sources or not targets:
        return
    racks = all(one.kind.endswith(_RACK) for one in targets)
    for sort, rgb, lift in (("supply", SUPPLY, 0.62), ("return", RETURN, 0.78)):
        beside = -0.12 if sort == "supply" else -0.3
        section = LineSection(roofs.over([*sources, *targets], lift), beside, 0.05)
        body = _whole(_tops(sources), _tops(targets), section, 0.02 if racks else 0.035)
        title = f"{sort.title()}_{feed.sources[0]}_to_{feed.targets[0]}"
        yield DrawnLine(title, "Cooling", sort, sources[0].id, "cooling", rgb, body)


def _moves_air(item: Item) -> bool:
    kind = EQUIPMENT_KINDS.get(item.kind)
    return kind is not None and kind.role is Role.HALL_COOLING


def _tray(feed: FeedGroup, items: Mapping[str, Item], roofs: _Roofs) -> Iterator[DrawnLine]:
    """The tray that carries the cables of one group."""
    ends = [_stands(items[one], items) for one in (*feed.sources, *feed.targets) if one in items]
    places = _tops(ends)
    if len(places) < 2:
        return
    section = LineSection(roofs.over(ends, 1.0), 0.0, 0.06)
    body = _whole(places[:1], places[1:], section, 0.015)
    title = f"Tray_{feed.sources[0]}_to_{feed.targets[0]}"
    yield DrawnLine(title, "Network", "tray", feed.sources[0], "network", TRAY, body)


def _stands(item: Item, items: Mapping[str, Item]) -> Item:
    """The cabinet around it, where it stands in one."""
    return items.get(item.parent, item)
