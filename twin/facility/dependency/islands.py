"""Which power nodes share their loads with one another, and which of their failures look alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from twin.facility.dependency.chains import Class, alike, chains, idles
from twin.facility.model import Array, Index, Mask
from twin.physics.carried_most import may_trip, most_w
from twin.physics.cascade import aftermath
from twin.physics.overload import OverloadSteps
from twin.physics.power_system import PowerSystem

Set = frozenset[int]
_LARGE = 0.05
"""Share of an island's load that a failure can move to count as large."""


@dataclass(frozen=True, eq=False)
class Island:
    """Nodes that can push one another over a rating; node numbers are those of `flow`."""

    flow: PowerSystem
    node: Index
    """(own node,) number in the whole system."""
    trips: Index
    """(trip,) own nodes whose protection may act."""
    groups: tuple[tuple[Class, ...], ...]
    """Interchangeable classes of failures, group by group."""
    touched: Mask
    """(group, own node) what takes over from a part of the group, and the part itself."""

    def fingerprint(self) -> bytes:
        """The same for islands that differ in names alone."""
        flow = self.flow
        ragged = ("supplies", "feeds", "over", "stores")
        columns = [getattr(flow, f.name) for f in fields(flow) if f.name not in ragged]
        arrays = [np.asarray(part) for column in columns for part in _arrays(column)]
        shape = repr((flow.supplies, flow.feeds, flow.over, flow.stores, self.groups)).encode()
        return shape + b"".join(array.tobytes() for array in (self.trips, self.touched, *arrays))

    def load_frac(self, output_w: Array) -> Array:
        """(own node, state): outputs as shares of what makes each node trip; anything empties a
        store.
        """
        least = np.minimum(self.flow.trip_pickup_frac, self.flow.trip_instantaneous_frac)
        share = output_w / (self.flow.trip_rating_w * least)[:, None]
        return np.where(self.flow.counted[:, None], output_w > 0, share)

    @property
    def has_idle_chains(self) -> bool:
        """Whether it matters to what is left which part of a chain has failed."""
        members = (chain for group in self.groups for chain in group if len(chain) > 1)
        return any(idles(self.flow, node) for chain in members for node in chain[:-1])

    def apart(self) -> Island:
        """The same with chains parted where it matters which part of them has failed."""
        failing = sorted(n for group in self.groups for chain in group for n in chain)
        groups = alike(self.flow, chains(self.flow, failing, apart=True))
        return replace(self, groups=groups, touched=_touched(_Graph(self.flow), groups))


def islands(
    flow: PowerSystem, fails: Mask, trips: Sequence[int], *, large_only: bool = False
) -> list[Island]:
    """The islands of the nodes that may trip.

    fails       (node,) has a failure of its own
    trips       nodes whose protection may act
    large_only  of failures, only those that can move a good part of an island's load, or take one
                of its own nodes away
    """
    graph = _Graph(flow)
    reach = {node: graph.movers(node) for node in trips}
    most = most_w(flow) if large_only else np.zeros(0)
    found: list[Island] = []
    for together in _joined(trips, reach):
        concerned = graph.closed(together)
        failing = frozenset().union(*(reach[node] for node in together))
        if large_only:
            least_w = _LARGE * sum(flow.load_w[node] for node in concerned)
            failing = frozenset(n for n in failing if most[n] >= least_w or n in together)
        found.append(_island(flow, graph, together, concerned, failing, fails))
    return found


def firm(flow: PowerSystem, fails: Mask) -> list[int]:
    """Nodes that no two failures can bring to a trip, by what these could move at most.

    Alike nodes side by side carry a load together: it trips them once it passes what those that are
    left bear. A failure moves no more than hangs on it, and all of them no more than hangs below.
    """
    graph = _Graph(flow)
    most = most_w(flow)
    intact = aftermath(flow, np.zeros((flow.size, 1), dtype=bool)).output_w[:, 0]
    bears = flow.trip_rating_w * np.minimum(flow.trip_pickup_frac, flow.trip_instantaneous_frac)
    return [
        node
        for node in np.flatnonzero(may_trip(flow) & ~flow.counted).tolist()
        if not _two_suffice(graph, graph.beside(node), node, fails, most, intact, bears)
    ]


def _two_suffice(
    graph: _Graph, beside: Set, node: int, fails: Mask, most: Array, intact: Array, bears: Array
) -> bool:
    """Whether two failures, of a node's own kind beside it or others, might trip it."""
    others = [most[n] for n in graph.movers(node) - beside if fails[n]]
    moved = sorted(others, reverse=True)[:2]
    carried_w = sum(intact[n] for n in beside)
    for own in range(min(3, len(beside))):
        load_w = min(carried_w + sum(moved[: 2 - own]), most[node])
        if load_w > bears[node] * (len(beside) - own) * (1.0 - 1e-9):
            return True
    return False


class _Graph:
    """Ancestors and descendants of every node, as sets."""

    def __init__(self, flow: PowerSystem) -> None:
        self.supplies = flow.supplies
        self.flow = flow
        self.priority = flow.priority.tolist()
        self.takers: list[list[int]] = [[] for _ in flow.supplies]
        self.above: list[Set] = []
        for node, supplies in enumerate(flow.supplies):
            for supply in supplies:
                self.takers[supply].append(node)
            boards = [b for ways in (flow.over[node] if flow.over else ()) for b in ways]
            beside = (node, *(b for b in boards if b >= 0))
            stores = [s for board in beside for s in flow.stores[board]] if flow.stores else []
            self.above.append(
                frozenset((*supplies, *boards, *stores)).union(*(self.above[s] for s in supplies))
            )
        self.below: list[Set] = [frozenset()] * flow.size
        for node in reversed(range(flow.size)):
            takers = self.takers[node]
            self.below[node] = frozenset(takers).union(*(self.below[taker] for taker in takers))
        for board in flow.boards:
            for store in flow.stores[board]:
                self.below[store] = (self.below[board] | {board}) - {store}

    def movers(self, node: int) -> Set:
        """Nodes whose loss may put more on this node: other ways to takers of several supplies."""
        shared = [t for t in self.below[node] if len(self.supplies[t]) > 1]
        return frozenset().union(*(self.above[taker] for taker in shared))

    def beside(self, node: int) -> Set:
        """Nodes that share all that hangs on this one equally with it, itself included."""
        takers = self.takers[node]
        if not takers or any(self.priority[taker] for taker in takers):
            return frozenset((node,))
        alike = [n for n in self.supplies[takers[0]] if self.takers[n] == takers]
        own = self.flow.sharing(node, takers)
        return frozenset(n for n in alike if self.flow.sharing(n, takers) == own)

    def closed(self, nodes: Iterable[int]) -> Set:
        """All that decides what these nodes carry: what hangs on them, and what else feeds that."""
        own = frozenset(nodes)
        below = own.union(*(self.below[node] for node in own))
        return self._fed(below.union(*(self.above[node] for node in below)))

    def _fed(self, nodes: Set) -> Set:
        """These and all that feeds them: a board that only lends by a tie has supplies and stores
        of its own.
        """
        new = nodes
        while new:
            feeds = frozenset(s for node in new for s in self.supplies[node])
            if self.flow.stores:
                feeds = feeds.union(*(self.flow.stores[node] for node in new))
            new = feeds - nodes
            nodes = nodes | new
        return nodes


def _joined(trips: Sequence[int], reach: dict[int, Set]) -> Iterator[tuple[int, ...]]:
    """Nodes that may trip, those that move load onto one another together."""
    owner = {node: node for node in trips}

    def root(node: int) -> int:
        while owner[node] != node:
            node = owner[node]
        return node

    for node in trips:
        for other in reach[node] & owner.keys():
            owner[root(other)] = root(node)
    members: dict[int, list[int]] = {}
    for node in trips:
        members.setdefault(root(node), []).append(node)
    for together in members.values():
        yield tuple(together)


def _island(
    flow: PowerSystem,
    graph: _Graph,
    together: Sequence[int],
    concerned: Set,
    failing: Set,
    fails: Mask,
) -> Island:
    node = np.array(sorted(concerned), dtype=np.int64)
    place = {whole: own for own, whole in enumerate(node.tolist())}
    part = _part(flow, node, place)
    groups = alike(
        part, chains(part, [place[n] for n in sorted(failing) if fails[n] and n in place])
    )
    trips = np.array([place[n] for n in together], dtype=np.int64)
    return Island(part, node, trips, groups, _touched(_Graph(part), groups))


def _touched(graph: _Graph, groups: tuple[tuple[Class, ...], ...]) -> Mask:
    """(group, node): other supplies of what hangs on a part of the group, and the parts."""
    touched = np.zeros((len(groups), len(graph.supplies)), dtype=bool)
    for group, members in enumerate(groups):
        for node in (node for chain in members for node in chain):
            shared = [graph.supplies[t] for t in graph.below[node] if len(graph.supplies[t]) > 1]
            touched[group, list({s for supplies in shared for s in supplies})] = True
            touched[group, node] = True
    return touched


def _arrays(column: object) -> tuple[object, ...]:
    """A column as arrays: steps are two."""
    return (column.load_frac, column.time_s) if isinstance(column, OverloadSteps) else (column,)


def _part(flow: PowerSystem, node: Index, place: dict[int, int]) -> PowerSystem:
    """The nodes of an island as a system of their own."""
    columns: dict[str, Any] = {
        name: getattr(flow, name)[node]
        for name in (
            "priority",
            "utility",
            "generator",
            "load_w",
            "rating_w",
            "trip_rating_w",
            "trip_pickup_frac",
            "trip_constant_s",
            "trip_instantaneous_frac",
            "minimum_w",
        )
    }
    columns["store_j"] = flow.store_j[node] if flow.boards else flow.store_j
    idle, linear, square = (column[node] for column in flow.loss)
    supplies = tuple(tuple(place[s] for s in flow.supplies[n]) for n in node.tolist())
    columns["feeds"] = tuple(flow.feeds[n] for n in node.tolist()) if flow.feeds else ()
    columns["over"] = _over_part(flow, node, place)
    stores = [flow.stores[n] for n in node.tolist()] if flow.boards else []
    columns["stores"] = tuple(tuple(place[s] for s in own) for own in stores)
    columns |= _stepped_part(flow, node)
    return replace(flow, supplies=supplies, loss=(idle, linear, square), **columns)


def _over_part(
    flow: PowerSystem, node: Index, place: dict[int, int]
) -> tuple[tuple[tuple[int, ...], ...], ...]:
    """What supplies give by way of, as own nodes."""
    if not flow.over:
        return ()
    return tuple(
        tuple(tuple(place[b] for b in ways if b in place) for ways in flow.over[n])
        for n in node.tolist()
    )


def _stepped_part(flow: PowerSystem, node: Index) -> dict[str, Any]:
    """Of the UPS that go by steps, those of an island."""
    own = np.flatnonzero(np.isin(flow.stepped, node))
    return {
        "stepped": np.searchsorted(node, flow.stepped[own]),
        "inverter": flow.inverter.at(own),
        "bypass": flow.bypass.at(own),
        "has_bypass": flow.has_bypass[own],
        "bypass_loss": (flow.bypass_loss[0][own], flow.bypass_loss[1][own]),
    }
