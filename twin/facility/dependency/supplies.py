"""What feeds each taker of power in the dependency graph: one supply, or a gate over several."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

from twin.facility.dependency.overloads import Cause, Failed
from twin.facility.model import Facility
from twin.facility.power.autonomy import stores_of_boards
from twin.physics.flow import ENOUGH_FRAC
from twin.physics.reliability.gates import Node, Rule


@dataclass(frozen=True)
class Supplies:
    """Gates over sets of supplies, and the node that feeds each taker."""

    gates: tuple[Node, ...]
    feed: dict[str, str]


def supplies(facility: Facility, output: dict[str, str], trips: Collection[str]) -> Supplies:
    """Gates and feeds of everything that draws power: any live supply will do.

    Whether it can carry what then hangs on it is said by the protection of each component, and not
    here. Takers with the same supplies share a gate. One that asks for a least supply takes any
    preference that reaches it; a tie takes from a board's supplies while the board is in order.
    output  node that stands for the output of each component; itself where none is given
    trips   components with a gate of their protection
    """
    parts = _Parts(facility, output, trips)
    gates: dict[tuple[object, ...], Node] = {}
    feed: dict[str, str] = {}
    for taker in _takers(facility):
        inputs = parts.inputs(taker)
        if len(inputs) > 1 and taker.key not in gates:
            names = tuple(one.supply for one in taker.feeds)
            name = _name(names, {node.name for node in gates.values()})
            gates[taker.key] = Node(name, taker.rule, inputs, system="power")
        feed[taker.name] = gates[taker.key].name if len(inputs) > 1 else inputs[0]
    return Supplies((*parts.known.values(), *gates.values()), feed)


class _Parts:
    """What stands between a supply and the gate of a taker: boards on the way, least supplies."""

    def __init__(self, facility: Facility, output: dict[str, str], trips: Collection[str]) -> None:
        tree = facility.power
        self.rating_w = dict(zip(tree.id, tree.rating_w.tolist(), strict=True))
        self.output = output
        self.trips = trips
        self.known: dict[tuple[object, ...], Node] = {}

    def inputs(self, taker: Taker) -> tuple[str, ...]:
        """What a taker may take from: any of its supplies, or any preference that is enough."""
        least_w = taker.minimum_w
        if least_w <= 0:
            return tuple(map(self._way, taker.feeds))
        stores = taker.stores
        stores_w = sum(self.rating_w[store] for store in stores)
        ranked: dict[int, list[TakenSupply]] = {}
        for feed in taker.feeds:
            ranked.setdefault(feed.rank, []).append(feed)
        return tuple(
            self._enough(tuple(map(self._way, feeds)), stores, least_w)
            for _, feeds in sorted(ranked.items())
            if sum(self.rating_w[feed.supply] for feed in feeds) + stores_w >= least_w * ENOUGH_FRAC
        )

    def _way(self, feed: TakenSupply) -> str:
        """A supply, or where it gives by way of a board, both: that has not failed or tripped."""
        supply = feed.supply
        given = self.output.get(supply, supply)
        if not feed.over:
            return given
        closed = [f"carries({way})" for way in feed.over if way in self.trips]
        needs = (given, *feed.over, *closed)
        name = f"{supply} over {' and '.join(feed.over)}"
        capacity_w = self.rating_w[supply]
        node = Node(name, Rule.AND, needs, capacity_w=capacity_w, system="power")
        return self.known.setdefault((name,), node).name

    def _enough(self, inputs: tuple[str, ...], stores: tuple[str, ...], least_w: float) -> str:
        """Up while the ratings of these that are up reach the least, one that is up at least; with
        those of stores that have not been emptied. One alone needs no gate.
        """
        if len(inputs) == 1 and not stores:
            return inputs[0]
        named = tuple(self.output[store] for store in stores)
        reached = self._gate(Rule.CAP, (*inputs, *named), least_w)
        if not stores:
            return reached
        one = self._gate(Rule.OR, inputs) if len(inputs) > 1 else inputs[0]
        return self._gate(Rule.AND, (one, reached))

    def _gate(self, rule: Rule, inputs: tuple[str, ...], least_w: float = 0.0) -> str:
        """The gate over these, one for all who ask for it."""
        if (rule, inputs, least_w) not in self.known:
            taken = {node.name for node in self.known.values()}
            name = _name(inputs, taken, f"{least_w / 1e3:g} kW" if least_w else "any")
            node = Node(name, rule, inputs, demand_w=least_w, system="power")
            self.known[rule, inputs, least_w] = node
        return self.known[rule, inputs, least_w].name


class TakenSupply(NamedTuple):
    """One of the supplies of a taker."""

    supply: str
    rank: int = 0
    """Preference of the taker for it."""
    over: tuple[str, ...] = ()
    """What it gives by way of; nothing for most."""


@dataclass(frozen=True)
class Taker:
    """Somebody who draws from the power tree."""

    name: str
    feeds: tuple[TakenSupply, ...]
    """In order of preference."""
    priority: bool = False
    minimum_w: float = 0.0
    stores: tuple[str, ...] = ()
    """At it, which count towards that."""

    @property
    def key(self) -> tuple[object, ...]:
        """The same for takers that share a gate."""
        feeds = self.feeds if self.priority else tuple(sorted(self.feeds))
        return (feeds, self.priority, self.minimum_w, self.stores)

    @property
    def rule(self) -> Rule:
        """The first of its supplies that is live, or any."""
        return Rule.TRANSFER if self.priority else Rule.OR


def _takers(facility: Facility) -> list[Taker]:
    """Everything that is fed; switches with stated feeds draw within the rack ratings."""
    tree = facility.power
    named: dict[int, list[TakenSupply]] = {}
    edges = (tree.supply, tree.taker, tree.rank, tree.over)
    for supply, taker, rank, over in zip(*(part.tolist() for part in edges), strict=True):
        ways = tuple(tree.id[way] for way in over if way >= 0)
        named.setdefault(taker, []).append(TakenSupply(tree.id[supply], rank, ways))
    fed: dict[str, list[str]] = {name: [] for name in facility.fabric.switches}
    for source, target, kind, _ in facility.edges:
        if kind == "power" and target in fed:
            fed[target].append(source)
    least_w = tree.minimum_supply_w
    stores = stores_of_boards(facility)
    nodes = [
        Taker(
            tree.id[t],
            tuple(feeds),
            bool(tree.priority[t]),
            float(least_w[t]),
            tuple(tree.id[s] for s in stores.get(t, ())),
        )
        for t, feeds in sorted(named.items())
    ]
    return nodes + [
        Taker(name, tuple(map(TakenSupply, sources))) for name, sources in fed.items() if sources
    ]


def protection(component: str, causes: tuple[Cause, ...]) -> list[Node]:
    """Gates that are up while nothing makes a component's protection act; the first stands for
    all.
    """
    chains: dict[str, Node] = {}
    each: list[Node] = []
    parts: list[Node] = []
    for number, cause in enumerate(causes, start=1):
        spared = [_spared(f"{component},{number},{n}", f, chains) for n, f in enumerate(cause)]
        parts += spared
        name = f"carries({component},{number})"
        each.append(Node(name, Rule.OR, tuple(node.name for node in spared), system="power"))
    whole = Node(
        f"carries({component})", Rule.AND, tuple(node.name for node in each), system="power"
    )
    return [whole, *each, *parts, *chains.values()]


def _spared(label: str, failed: Failed, chains: dict[str, Node]) -> Node:
    """Up while fewer have failed than the cause asks for."""
    inputs = tuple(_whole_chain(chain, chains) for chain in failed.chains)
    k = len(inputs) - failed.least + 1
    return Node(f"spared({label})", Rule.KOFN, inputs, k=k, system="power")


def _whole_chain(chain: tuple[str, ...], chains: dict[str, Node]) -> str:
    """The component of a chain of one, else a gate over all of its parts."""
    if len(chain) == 1:
        return chain[0]
    name = f"chain({'+'.join(chain)})"
    chains.setdefault(name, Node(name, Rule.AND, chain, system="power"))
    return name


def _name(inputs: tuple[str, ...], taken: set[str], of: str = "") -> str:
    """`supply(a+b)`, shortened where there are more than three, numbered where another is shortened
    alike.
    """
    first, *_, last = sorted(inputs, key=_natural)
    short = "+".join(sorted(inputs, key=_natural)) if len(inputs) <= 3 else f"{first}+…+{last}"
    short += of and f" of {of}"
    name = f"supply({short})"
    count = 1
    while name in taken:
        count += 1
        name = f"supply({short} #{count})"
    return name


def _natural(name: str) -> tuple[str, float]:
    """Sorts `rpp_2` before `rpp_10`."""
    stem, _, number = name.rpartition("_")
    return (stem, float(number)) if number.isdigit() else (name, -math.inf)
