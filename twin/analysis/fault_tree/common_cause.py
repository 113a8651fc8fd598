"""Common-cause groups: beta factor, multiple Greek letters, alpha factor, phi factor.

Each member becomes an OR of independent events, one for every set of members that holds it.
Formulas of NUREG/CR-5485, appendix A, for non-staggered testing; phi gives the shares directly.
"""

from __future__ import annotations

from itertools import combinations
from math import comb, prod

from twin.analysis.fault_tree.values import Values
from twin.analysis.fault_tree.xml_file import Element
from twin.physics.reliability.fault_tree.graph import TreeGraph

MODELS = ("beta-factor", "MGL", "alpha-factor", "phi-factor")
MEMBERS_MAX = 16


def add_group(graph: TreeGraph, group: Element, values: Values) -> dict[str, int]:
    """The literal of every member of a common-cause group."""
    members = [one.get("name") for one in group.every("basic-event")]
    if not 2 <= len(set(members)) == len(members) <= MEMBERS_MAX:
        group.refuse(f"{len(members)} members", f"2 to {MEMBERS_MAX} different basic events")
    distribution = next(iter(group.every("distribution")), None)
    if distribution is None:
        group.refuse("no <distribution>", "the probability of one member")
    total = values.probability(distribution)
    shares = _shares(group, len(members), values)
    inputs: dict[str, list[int]] = {name: [] for name in members}
    for size, share in shares.items():
        for together in combinations(members, size):
            event = graph.event(total * share)
            for name in together:
                inputs[name].append(event)
    return {name: graph.any_of(events) for name, events in inputs.items()}


def _shares(group: Element, count: int, values: Values) -> dict[int, float]:
    """Share of a member's probability that one event of each size has."""
    model = group.get("model")
    given = _factors(group, values)
    if model == "beta-factor":
        beta = next(iter(given.values()), -1.0)
        shares = {1: 1.0 - beta, count: beta}
    elif model == "MGL":
        shares = {k: _greek(given, k, count) for k in range(1, count + 1)}
    elif model == "alpha-factor":
        mean = sum(k * given.get(k, 0.0) for k in range(1, count + 1)) or -1.0
        shares = {
            k: k / comb(count - 1, k - 1) * given.get(k, 0.0) / mean for k in range(1, count + 1)
        }
    elif model == "phi-factor":
        shares = {k: given.get(k, 0.0) for k in range(1, count + 1)}
    else:
        group.refuse(f"model {model!r}", ", ".join(MODELS))
    if any(not 0.0 <= share <= 1.0 for share in shares.values()) or not given:
        group.refuse("factors outside 0 to 1", "one factor a level, each 0 to 1")
    return {size: share for size, share in shares.items() if share > 0.0}


def _greek(given: dict[int, float], size: int, count: int) -> float:
    upper = prod(given.get(level, 0.0) for level in range(2, size + 1))
    stops = 1.0 - (given.get(size + 1, 0.0) if size < count else 0.0)
    return upper * stops / comb(count - 1, size - 1)


def _factors(group: Element, values: Values) -> dict[int, float]:
    """Factor of each level; without levels they count from 1, or from 2 for MGL."""
    start = 2 if group.get("model") == "MGL" else 1
    found: dict[int, float] = {}
    for position, factor in enumerate(group.every("factor"), start):
        text = factor.attributes.get("level", str(position))
        if not text.isdigit():
            factor.refuse(f"level {text!r}", "a whole number")
        found[int(text)] = values.one_inside(factor)
    return found
