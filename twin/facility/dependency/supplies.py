"""What feeds each taker of power in the dependency graph: one supply, or a gate over several."""

from __future__ import annotations

import math
from dataclasses import dataclass

from twin.facility.dependency.overloads import Cause, Failed
from twin.facility.model import Facility
from twin.physics.reliability.gates import Node, Rule


@dataclass(frozen=True)
class Supplies:
    """Gates over sets of supplies, and the node that feeds each taker."""

    gates: tuple[Node, ...]
    feed: dict[str, str]


def supplies(facility: Facility, output: dict[str, str]) -> Supplies:
    """Gates and feeds of everything that draws power: any live supply will do.

    Whether it can carry what then hangs on it is said by the protection of each component, and not
    here. Takers with the same supplies share a gate.
    output  node that stands for the output of each component; itself where none is given
    """
    gates: dict[tuple[object, ...], Node] = {}
    feed: dict[str, str] = {}
    for taker in _takers(facility):
        inputs = tuple(output.get(name, name) for name in taker.supplies)
        if len(inputs) == 1:
            feed[taker.name] = inputs[0]
            continue
        named = taker.supplies if taker.priority else tuple(sorted(taker.supplies))
        key = (named, taker.priority, taker.minimum_w)
        if key not in gates:
            name = _name(taker.supplies, {node.name for node in gates.values()})
            gates[key] = Node(name, taker.rule, inputs, demand_w=taker.minimum_w, system="power")
        feed[taker.name] = gates[key].name
    return Supplies(tuple(gates.values()), feed)


@dataclass(frozen=True)
class Taker:
    """Somebody who draws from the power tree."""

    name: str
    supplies: tuple[str, ...]
    """In order of preference."""
    priority: bool = False
    minimum_w: float = 0.0

    @property
    def rule(self) -> Rule:
        """Any of its supplies, or as many as reach the least that it asks for."""
        if self.minimum_w > 0:
            return Rule.CAP
        return Rule.TRANSFER if self.priority else Rule.OR


def _takers(facility: Facility) -> list[Taker]:
    """Everything that is fed; switches with stated feeds draw within the rack ratings."""
    tree = facility.power
    named: dict[int, list[str]] = {}
    for supply, taker in zip(tree.supply.tolist(), tree.taker.tolist(), strict=True):
        named.setdefault(taker, []).append(tree.id[supply])
    fed: dict[str, list[str]] = {name: [] for name in facility.fabric.switches}
    for source, target, kind, _ in facility.edges:
        if kind == "power" and target in fed:
            fed[target].append(source)
    nodes = [
        Taker(tree.id[t], tuple(s), bool(tree.priority[t]), float(tree.minimum_supply_w[t]))
        for t, s in sorted(named.items())
    ]
    return nodes + [Taker(name, tuple(s)) for name, s in fed.items() if s]


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


def _name(inputs: tuple[str, ...], taken: set[str]) -> str:
    """`supply(a+b)`, shortened where there are more than three, numbered where another is shortened
    alike.
    """
    first, *_, last = sorted(inputs, key=_natural)
    short = "+".join(sorted(inputs, key=_natural)) if len(inputs) <= 3 else f"{first}+…+{last}"
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
