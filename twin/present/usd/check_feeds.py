"""What is wrong with the feeds of a scene: ends that are missing, racks that nothing reaches,
points that do not fit one another.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from twin.errors import Problem
from twin.present.usd.check_read import FeedPrim, Placed, owner_of

DOMAINS = ("electrical", "cooling", "network")
SOURCES = frozenset({"utility", "prime_generator", "generator"})
"""Kinds that need no electrical feed."""
STORES = frozenset({"ups"})
_SHOWN_MAX = 5
_VOLTAGE_FRAC = 0.1
"""Nominal voltages further apart than this share do not fit."""
_POINT = "simready:connectionPoint"

Edge = tuple[str, str]
"""Ids of a giver and a taker."""


@dataclass
class Graph:
    """Feeds between components: who feeds whom, by domain."""

    known: Mapping[str, Placed]
    """Components by id."""
    above: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    """By domain and taker: ids of its givers."""

    def edges(self, domain: str) -> Iterator[Edge]:
        """Every pair of a domain."""
        for taker, givers in self.above.get(domain, {}).items():
            yield from ((giver, taker) for giver in givers)

    def upstream(self, start: str, domain: str = "electrical") -> set[str]:
        """Everything above a component, itself not."""
        above = self.above.get(domain, {})
        seen: set[str] = set()
        waiting = list(above.get(start, ()))
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += above.get(one, ())
        return seen

    def kinds_above(self) -> dict[str, frozenset[str]]:
        """By component: kinds of everything above it electrically; alike givers are walked once."""
        above = self.above.get("electrical", {})
        found: dict[tuple[str, ...], frozenset[str]] = {}
        out = {}
        for name in self.known:
            givers = tuple(sorted(above.get(name, ())))
            if givers not in found:
                names = self.upstream(name)
                found[givers] = frozenset(self.known[one].kind for one in names)
            out[name] = found[givers]
        return out


def make_graph(placed: Iterable[Placed], feeds: Iterable[FeedPrim]) -> Graph:
    """The graph of the ends that are components; others are told by `wrong_ends`."""
    by_path = {one.path: one for one in placed}
    graph = Graph({one.id: one for one in by_path.values()})
    for feed in feeds:
        givers = _owners(feed.sources, by_path)
        takers = graph.above.setdefault(feed.domain, {})
        for taker in _owners(feed.targets, by_path):
            takers.setdefault(taker, []).extend(givers)
    return graph


def _owners(paths: Iterable[str], by_path: dict[str, Placed]) -> list[str]:
    found = (owner_of(path, by_path) for path in paths)
    return [one.id for one in found if one is not None]


def wrong_ends(placed: Iterable[Placed], feeds: Iterable[FeedPrim]) -> Iterator[Problem]:
    """Feeds without a domain, a source or a target, and ends that are no component."""
    by_path = {one.path: one for one in placed}
    for feed in feeds:
        where = f"Connections/{feed.name}"
        if feed.domain not in DOMAINS:
            yield Problem(f"{where}.twin:domain", repr(feed.domain), ", ".join(DOMAINS))
        for name, paths in (("source", feed.sources), ("target", feed.targets)):
            if not paths:
                yield Problem(f"{where}.twin:{name}", "no target", "one component or more")
            for path in [path for path in paths if owner_of(path, by_path) is None][:_SHOWN_MAX]:
                yield Problem(f"{where}.twin:{name}", path, "a component of this scene")


def unreached(graph: Graph) -> Iterator[Problem]:
    """Racks that no source reaches, or that no UPS reaches while one reaches their like.

    A rack that says who feeds it is one that was written so: what it has lost, `lost` tells.
    """
    above = graph.kinds_above()
    racks = [one for one in graph.known.values() if one.kind == "rack"]
    for rack in racks:
        if not above[rack.id] & SOURCES:
            yield Problem(rack.id, "no electrical source upstream", "a utility or generator")
    kept = defaultdict(set)
    for rack in racks:
        kept[_row(rack)].add(bool(above[rack.id] & STORES))
    for rack in racks:
        apart = kept[_row(rack)] == {True, False} and not _says_its_feeds(rack)
        if apart and not above[rack.id] & STORES:
            words = "a UPS, as upstream of others of its type"
            yield Problem(rack.id, "no UPS upstream", words)


def _says_its_feeds(rack: Placed) -> bool:
    relation = rack.prim.GetRelationship("twin:fedBy")
    return bool(relation and relation.GetTargets())


def _row(rack: Placed) -> str:
    attribute = rack.prim.GetAttribute("twin:type")
    return str(attribute.Get()) if attribute else ""


def lost(graph: Graph, feeds: Iterable[FeedPrim]) -> Iterator[Problem]:
    """Components that say who feeds them and are not fed so, and the racks behind them.

    `twin:fedBy` of a component names the feeds that it was written with, `twin:edges` of a feed how
    many pairs it had.
    """
    by_name = {feed.name: feed for feed in feeds}
    takers = {name: set(feed.targets) for name, feed in by_name.items()}
    for one in graph.known.values():
        relation = one.prim.GetRelationship("twin:fedBy")
        for path in relation.GetTargets() if relation else ():
            if one.path not in takers.get(path.name, ()):
                found = f"no longer fed by {path.name}"
                yield Problem(one.id, found, "the feeds it was written with", _behind(graph, one))
    for feed in by_name.values():
        if feed.sources and len(feed.sources) * len(feed.targets) < feed.edges:
            yield from _thinned(graph, feed)


def _thinned(graph: Graph, feed: FeedPrim) -> Iterator[Problem]:
    """Takers of a feed that has lost one of its sources; a lost target has told so itself."""
    told = sum(_was_fed(one, feed) for one in graph.known.values())
    if len(feed.sources) * max(told, len(feed.targets)) >= feed.edges:
        return
    by_path = {one.path: one for one in graph.known.values()}
    for name in _owners(feed.targets, by_path):
        found = f"{len(feed.sources)} sources in {feed.name}"
        hint = _behind(graph, graph.known[name])
        yield Problem(name, found, "those it was written with", hint)


def _was_fed(one: Placed, feed: FeedPrim) -> bool:
    relation = one.prim.GetRelationship("twin:fedBy")
    return bool(relation) and any(path.name == feed.name for path in relation.GetTargets())


def _behind(graph: Graph, one: Placed) -> str:
    """Racks below a component in any domain, in words; nothing for a rack."""
    if one.kind == "rack":
        return ""
    below: dict[str, list[str]] = defaultdict(list)
    for domain in ("electrical", "cooling"):
        for giver, taker in graph.edges(domain):
            below[giver].append(taker)
    seen: set[str] = set()
    waiting = [one.id]
    while waiting:
        fresh = [one for one in below[waiting.pop()] if one not in seen]
        seen.update(fresh)
        waiting += fresh
    racks = sorted(one for one in seen if graph.known[one].kind == "rack")
    more = f" and {len(racks) - _SHOWN_MAX} more" if len(racks) > _SHOWN_MAX else ""
    return f"behind it: {', '.join(racks[:_SHOWN_MAX])}{more}" if racks else ""


def misfits(graph: Graph) -> Iterator[Problem]:
    """Feeds whose ends have connection points of other voltages or fluids; each pair of types
    once, with the number of feeds alike.
    """
    points = _Points()
    seen: Counter[tuple[str, str, str]] = Counter()
    first: dict[tuple[str, str, str], Problem] = {}
    for domain, compare in (("electrical", _voltages), ("cooling", _fluids)):
        for giver, taker in graph.edges(domain):
            ends = graph.known[giver], graph.known[taker]
            words = compare(points.of(ends[0]), points.of(ends[1]))
            if words:
                key = (_row(ends[0]), _row(ends[1]), domain)
                seen[key] += 1
                first.setdefault(key, Problem(f"{giver} to {taker}", *words))
    for key, problem in first.items():
        more = f"{seen[key]} feeds alike" if seen[key] > 1 else ""
        yield Problem(problem.where, problem.found, problem.allowed, more)


class _Points:
    """Connection points by component, read once for each prototype."""

    def __init__(self) -> None:
        self.known: dict[str, list[dict[str, Any]]] = {}

    def of(self, one: Placed) -> list[dict[str, Any]]:
        """Properties of every connection point of a component, or of the asset below it."""
        for holder in (one.prim, *one.prim.GetChildren()):
            body = holder.GetPrototype() if holder.IsInstance() else holder
            key = str(body.GetPath())
            if key not in self.known:
                scope = body.GetChild("ConnectionPoints")
                self.known[key] = [_properties(p) for p in scope.GetChildren()] if scope else []
            if self.known[key]:
                return self.known[key]
        return []


def _properties(prim: Any) -> dict[str, Any]:
    return {
        attribute.GetName().removeprefix(f"{_POINT}:"): attribute.Get()
        for attribute in prim.GetAuthoredAttributes()
        if attribute.GetName().startswith(_POINT)
    }


def _voltages(giver: list[dict[str, Any]], taker: list[dict[str, Any]]) -> tuple[str, str] | None:
    out = _stated(giver, "output")
    into = _stated(taker, "input")
    if not out or not into or any(_near(a, b) for a in out for b in into):
        return None
    return f"{min(into):g} V fed with {min(out):g} V", "one nominal voltage at both ends"


def _stated(points: list[dict[str, Any]], direction: str) -> list[float]:
    return [
        float(point["electrical:nominalVoltage"])
        for point in points
        if point.get("direction") == direction and point.get("electrical:nominalVoltage")
    ]


def _near(a: float, b: float) -> bool:
    return abs(a - b) <= _VOLTAGE_FRAC * max(a, b)


def _fluids(giver: list[dict[str, Any]], taker: list[dict[str, Any]]) -> tuple[str, str] | None:
    """Fluids of the loops that both ends have."""
    mine, theirs = _loops(giver), _loops(taker)
    for system in sorted(set(mine) & set(theirs)):
        if not mine[system] & theirs[system]:
            ours, other = sorted(mine[system])[0], sorted(theirs[system])[0]
            return f"{other} fed with {ours} in {system}", "one fluid at both ends"
    return None


def _loops(points: list[dict[str, Any]]) -> dict[str, set[str]]:
    out: dict[str, set[str]] = defaultdict(set)
    for point in points:
        fluid = str(point.get("thermal:fluidType") or "none")
        if fluid != "none":
            out[str(point.get("system"))].add(fluid)
    return out
