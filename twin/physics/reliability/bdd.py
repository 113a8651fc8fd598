"""Exact unavailability, failure frequency and importances by a reduced ordered binary decision
diagram.

Everything is computed on the failure side, as sums of positive terms, so that 1e-12 keeps its
digits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.physics.reliability.cut_sets import CutSets
from twin.physics.reliability.diagram import NODES_MAX, Diagram, deep_recursion
from twin.physics.reliability.gates import HOURS_PER_YEAR, Floats, Gates, Ints
from twin.physics.reliability.logic import any_load_down, pack, propagate, threshold, unpack


@dataclass(frozen=True, eq=False)
class FailureDiagram:
    """The top event "at least one load is not served" as a decision diagram."""

    bdd: Diagram
    top: int
    component: Ints
    """(level,): node number of the component that each level decides."""


@dataclass(frozen=True, eq=False)
class Exact:
    """Steady state of the top event, components failing and being repaired independently."""

    unavailability: float
    frequency_per_year: float
    """Failures a year of 8,760 h: the sum of Birnbaum importance times 1 / (MTBF + MTTR)."""
    birnbaum: Floats
    """(node,): rise of the unavailability when the component goes from up to down; 0 where
    irrelevant."""

    @property
    def mean_down_h(self) -> float:
        """Mean duration of an outage, U / f; 0 where there is none."""
        return (
            self.unavailability * HOURS_PER_YEAR / self.frequency_per_year
            if self.frequency_per_year
            else 0.0
        )


def reached(gates: Gates, targets: Ints) -> NDArray[np.bool_]:
    """(node, target): whether a node lies in the cone that feeds a target, the target included."""
    reach = np.zeros((len(gates.names), len(targets)), dtype=np.bool_)
    reach[targets, np.arange(len(targets))] = True
    for node in reversed(range(len(gates.names))):
        reach[gates.inputs_of(node)] |= reach[node]
    return reach


def vital_nodes(gates: Gates) -> NDArray[np.bool_]:
    """(node,): whether the loss of this node, gate or component, takes a load down all by
    itself.
    """
    every = np.arange(len(gates.names))
    down = propagate(gates, pack(gates, every, every, every.size))
    return unpack(any_load_down(gates, down), every)


def _neighbourly(gates: Gates, nodes: Ints) -> Ints:
    """Nodes sorted so that those with the same feeds stand together: the diagram then forgets
    early.
    """
    reach = reached(gates, nodes)
    widest_first = np.argsort(-reach.sum(axis=1), kind="stable")
    absent = ~reach[widest_first].T
    return nodes[sorted(range(len(nodes)), key=lambda row: absent[row].tobytes())]


def _component_order(gates: Gates, vital: NDArray[np.bool_], roots: Ints) -> Ints:
    """Components that fail the top event alone, then the others by depth-first, left-most visit."""
    visited = dict.fromkeys(gates.components[vital[gates.components]].tolist())
    failing = np.isfinite(gates.mtbf_h)
    seen = set(np.flatnonzero(vital).tolist())
    for root in roots:
        stack = gates.inputs_of(root)[::-1].tolist()
        while stack:
            node = stack.pop()
            if node not in seen:
                seen.add(node)
                stack += gates.inputs_of(node)[::-1].tolist()
                if failing[node]:
                    visited.setdefault(node)
    return np.array(list(visited), dtype=np.int64)


def failure_diagram(gates: Gates) -> FailureDiagram:
    """Build the diagram of the top event.

    A node x that fails the top event alone is absorbed: top(x) = x or top(x up), whatever else
    hangs on x, so the top event is the OR of such nodes' own failures and feeds, each as if the
    others never failed. Raises BeyondMemory where the diagram passes its node limit.
    Source: A. Rauzy, New algorithms for fault trees analysis, Reliab. Eng. Syst. Saf. 40 (1993).
    """
    vital = vital_nodes(gates)
    alone = int(vital[gates.components].sum())
    open_feeds = [
        node for node in np.flatnonzero(vital).tolist() if not vital[gates.inputs_of(node)].all()
    ]
    roots = _neighbourly(gates, np.array(open_feeds, dtype=np.int64))
    component = _component_order(gates, vital, roots)
    bdd = Diagram()
    level = {int(node): place for place, node in enumerate(component) if place >= alone}
    with deep_recursion(len(component)):
        fed = _fed_diagrams(gates, bdd, level, vital)
        top = 0
        for root in reversed(roots.tolist()):
            top = bdd.either(fed[root], top)
    for place in reversed(range(alone)):
        top = bdd.node(place, top, 1)
    return FailureDiagram(bdd, top, component)


def _fed_diagrams(
    gates: Gates, bdd: Diagram, level: dict[int, int], vital: NDArray[np.bool_]
) -> list[int]:
    """(node,): diagram of "this node's feed has failed", without its own component and with vital
    nodes up.
    """
    fed: list[int] = []
    down: list[int] = []
    known: dict[tuple[object, ...], int] = {}
    for node, (inputs, (weights, slack)) in enumerate(
        zip(gates.inputs, gates.thresholds, strict=True)
    ):
        key = (inputs, weights, slack)
        if key not in known:
            parts = [down[place] for place in inputs]
            known[key] = threshold(parts, weights, slack, zero=0, one=1, branch=bdd.branch)
        fed.append(known[key])
        own = bdd.node(level[node], 0, 1) if node in level else 0
        down.append(0 if vital[node] else bdd.either(own, fed[node]))
    return fed


def _probabilities(
    diagram: FailureDiagram, nodes: list[int], failed_frac: list[float]
) -> list[float]:
    """Probability of each node of the table; 0 of those that are not under the top."""
    low = diagram.bdd.low
    high = diagram.bdd.high
    level = diagram.bdd.level
    probability = [0.0] * len(low)
    probability[1] = 1.0
    for node in nodes:
        q = failed_frac[level[node]]
        probability[node] = q * probability[high[node]] + (1.0 - q) * probability[low[node]]
    return probability


def _birnbaum(
    diagram: FailureDiagram, nodes: list[int], failed_frac: list[float], probability: list[float]
) -> list[float]:
    """All importances in one pass from the top: path probability times what the decision changes.

    Source: Y. Dutuit and A. Rauzy, Reliab. Eng. Syst. Saf. 72 (2001).
    """
    bdd = diagram.bdd
    importance = [0.0] * len(failed_frac)
    path = [0.0] * len(bdd.low)
    path[diagram.top] = 1.0
    for node in reversed(nodes):
        level = bdd.level[node]
        low = bdd.low[node]
        high = bdd.high[node]
        here = path[node]
        failed = here * failed_frac[level]
        importance[level] += here * (probability[high] - probability[low])
        path[high] += failed
        path[low] += here * (1.0 - failed_frac[level])
    return importance


def exact(gates: Gates, diagram: FailureDiagram) -> Exact:
    """Unavailability, frequency and Birnbaum importances of the top event, without
    approximation. What fails on demand begins no event: it fails with what calls it.
    """
    failed_frac = gates.unavailability[diagram.component].tolist()
    nodes = diagram.bdd.below(diagram.top)
    probability = _probabilities(diagram, nodes, failed_frac)
    birnbaum = np.zeros(len(gates.names))
    birnbaum[diagram.component] = _birnbaum(diagram, nodes, failed_frac, probability)
    parts = gates.components[~gates.on_demand[gates.components]]
    frequency_per_h = birnbaum[parts] / (gates.mtbf_h[parts] + gates.mttr_h[parts])
    return Exact(probability[diagram.top], float(frequency_per_h.sum()) * HOURS_PER_YEAR, birnbaum)


def minimal_cut_sets(
    diagram: FailureDiagram, order: int, most: int | None = None
) -> list[tuple[int, ...]]:
    """The minimal cut sets of at most `order` components, as sorted node numbers, shortest
    first.

    most  raise OverflowError where there are more
    """
    sets = CutSets(diagram.bdd, NODES_MAX)
    with deep_recursion(3 * len(diagram.component)):
        family = sets.short(diagram.top, order)
    component = diagram.component.tolist()
    found = sets.count(family, [1] * len(component))
    if most is not None and found > most:
        raise OverflowError(f"{found:,} cut sets")
    named = (tuple(sorted(component[level] for level in chosen)) for chosen in sets.listed(family))
    return sorted(named, key=lambda chosen: (len(chosen), chosen))


def counts_by_order(cut_sets: list[tuple[int, ...]], order: int) -> list[int]:
    """(order,): how many cut sets have 1, 2, … components."""
    sizes = [len(chosen) for chosen in cut_sets]
    return [sizes.count(size) for size in range(1, order + 1)]
