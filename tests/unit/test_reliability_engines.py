"""Every engine against enumeration of all states, on random small graphs."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twin.physics.reliability.bdd import (
    FailureDiagram,
    counts_by_order,
    exact,
    failure_diagram,
    minimal_cut_sets,
)
from twin.physics.reliability.contingency import double_failures, down_nodes, single_failures
from twin.physics.reliability.gates import HOURS_PER_YEAR, Gates, Node, Rule, compile_gates

RULES = (Rule.AND, Rule.OR, Rule.OR, Rule.KOFN, Rule.KOFN, Rule.CAP, Rule.CAP, Rule.TRANSFER)


@st.composite
def graphs(draw: st.DrawFn) -> list[Node]:
    """A random graph: failing sources, gates over earlier nodes (some failing), one load or
    several.
    """
    sources = draw(st.integers(2, 6))
    gates = draw(st.integers(1, 6))
    nodes: list[Node] = []
    for number in range(sources + gates):
        name = f"n{number}"
        node = _gate(draw, name, nodes) if number >= sources else Node(name, Rule.SOURCE)
        fails_itself = number < sources or (number < sources + 3 and draw(st.booleans()))
        rates = (
            {"mtbf_h": draw(st.floats(20, 5000)), "mttr_h": draw(st.floats(1, 50))}
            if fails_itself
            else {}
        )
        load_w = (
            1.0 if number == sources + gates - 1 else draw(st.sampled_from([0.0, 0.0, 0.0, 3.0]))
        )
        if number < sources:
            load_w = 0.0
        capacity_w = draw(st.sampled_from([1.0, 2.0, 2.5, 4.0]))
        nodes.append(
            replace(node, capacity_w=capacity_w, load_w=load_w, racks=int(load_w > 0), **rates)
        )
    return nodes


def _gate(draw: st.DrawFn, name: str, earlier: list[Node]) -> Node:
    inputs = draw(
        st.lists(st.sampled_from(earlier), min_size=1, max_size=5, unique_by=lambda node: node.name)
    )
    names = tuple(node.name for node in inputs)
    rule = draw(st.sampled_from(RULES))
    demand_w = (
        draw(st.floats(0, 1)) * sum(node.capacity_w for node in inputs) if rule is Rule.CAP else 0.0
    )
    return Node(name, rule, names, k=draw(st.integers(1, len(names))), demand_w=demand_w)


def up_by_definition(nodes: list[Node], failed: frozenset[str]) -> dict[str, bool]:
    """The rules as their words say them, with no help from the program."""
    up: dict[str, bool] = {}
    by_name = {node.name: node for node in nodes}
    for node in nodes:
        live = [name for name in node.inputs if up[name]]
        fed = {
            Rule.SOURCE: True,
            Rule.AND: len(live) == len(node.inputs),
            Rule.OR: bool(live),
            Rule.TRANSFER: bool(live),
            Rule.KOFN: len(live) >= node.k,
            Rule.CAP: sum(by_name[name].capacity_w for name in live) >= node.demand_w * (1 - 1e-7),
        }[node.rule]
        up[node.name] = fed and node.name not in failed
    return up


def fails(nodes: list[Node], failed: frozenset[str]) -> bool:
    up = up_by_definition(nodes, failed)
    return any(not up[node.name] for node in nodes if node.load_w > 0)


def enumerate_states(nodes: list[Node]) -> tuple[float, float, dict[frozenset[str], bool]]:
    """Unavailability, frequency (1/yr, up-to-down flow) and the verdict of every state."""
    parts = [node for node in nodes if node.mtbf_h > 0]
    verdicts = {}
    unavailability = frequency_per_h = 0.0
    for bits in product((False, True), repeat=len(parts)):
        failed = frozenset(part.name for part, bit in zip(parts, bits, strict=True) if bit)
        verdicts[failed] = fails(nodes, failed)
    for failed, down in verdicts.items():
        share = 1.0
        for part in parts:
            q = part.mttr_h / (part.mtbf_h + part.mttr_h)
            share *= q if part.name in failed else 1 - q
        unavailability += share * down
        if not down:
            frequency_per_h += share * sum(
                1 / part.mtbf_h
                for part in parts
                if part.name not in failed and verdicts[failed | {part.name}]
            )
    return unavailability, frequency_per_h * HOURS_PER_YEAR, verdicts


def named(gates: Gates, sets: list[tuple[int, ...]]) -> set[frozenset[str]]:
    return {frozenset(gates.names[node] for node in chosen) for chosen in sets}


@settings(max_examples=150, deadline=None)
@given(graphs())
def test_diagram_cut_sets_and_contingencies_agree_with_enumeration(nodes: list[Node]) -> None:
    gates = compile_gates(nodes)
    unavailability, frequency, verdicts = enumerate_states(nodes)
    diagram = failure_diagram(gates)
    solved = exact(gates, diagram)
    assert solved.unavailability == pytest.approx(unavailability, rel=1e-10, abs=1e-300)
    assert solved.frequency_per_year == pytest.approx(frequency, rel=1e-10, abs=1e-300)

    minimal = {
        s for s, down in verdicts.items() if down and not any(verdicts[s - {part}] for part in s)
    }
    cut_sets = minimal_cut_sets(diagram, 9)
    assert named(gates, cut_sets) == minimal
    assert len(cut_sets) == len(minimal)
    assert named(gates, minimal_cut_sets(diagram, 2)) == {s for s in minimal if len(s) <= 2}

    singles = single_failures(gates)
    pairs = double_failures(gates, singles)
    assert named(gates, [tuple(row) for row in singles.lost.tolist()]) == {
        s for s in minimal if len(s) == 1
    }
    assert named(gates, [tuple(row) for row in pairs.lost.tolist()]) == {
        s for s in minimal if len(s) == 2
    }
    for lost, load_w in zip(pairs.lost.tolist(), pairs.load_w, strict=True):
        up = up_by_definition(nodes, frozenset(gates.names[node] for node in lost))
        assert load_w == sum(node.load_w for node in nodes if not up[node.name])


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_birnbaum_is_the_rise_when_the_component_fails(nodes: list[Node]) -> None:
    """I_B = P(top | failed) - P(top | up), by conditioning on each component in turn."""
    gates = compile_gates(nodes)
    birnbaum = exact(gates, failure_diagram(gates)).birnbaum
    _, _, verdicts = enumerate_states(nodes)
    q = dict(zip(gates.names, gates.unavailability, strict=True))
    parts = [gates.names[node] for node in gates.components]
    for part in parts:
        others = [other for other in parts if other != part]
        rise = 0.0
        for failed, down in verdicts.items():
            if part in failed:
                share = np.prod([q[o] if o in failed else 1 - q[o] for o in others])
                rise += float(share) * (down - verdicts[failed - {part}])
        assert birnbaum[gates.index[part]] == pytest.approx(rise, rel=1e-9, abs=1e-13)


@settings(max_examples=60, deadline=None)
@given(graphs(), st.floats(0.1, 10))
def test_symmetries(nodes: list[Node], factor: float) -> None:
    """New names change nothing; all rates times c leave U and multiply f by c; halving a load
    changes nothing.
    """
    before = exact(*_solve(nodes))
    renamed = {node.name: f"{ord('z') - int(node.name[1:])}x" for node in nodes}
    other_names = [
        replace(node, name=renamed[node.name], inputs=tuple(renamed[i] for i in node.inputs))
        for node in nodes
    ]
    assert exact(*_solve(other_names)).unavailability == pytest.approx(
        before.unavailability, rel=1e-11
    )

    faster = [
        replace(node, mtbf_h=node.mtbf_h / factor, mttr_h=node.mttr_h / factor) for node in nodes
    ]
    after = exact(*_solve(faster))
    assert after.unavailability == pytest.approx(before.unavailability, rel=1e-11)
    assert after.frequency_per_year == pytest.approx(factor * before.frequency_per_year, rel=1e-11)

    half = replace(nodes[-1], load_w=nodes[-1].load_w / 2, mtbf_h=float("nan"), mttr_h=float("nan"))
    whole = [*nodes[:-1], replace(half, load_w=1.0)]
    halves = [*nodes[:-1], half, replace(half, name="other_half")]
    assert exact(*_solve(halves)).unavailability == pytest.approx(
        exact(*_solve(whole)).unavailability, rel=1e-11
    )


@settings(max_examples=60, deadline=None)
@given(graphs(), st.data())
def test_another_feed_never_raises_unavailability_and_bounds_hold(
    nodes: list[Node], data: st.DataObject
) -> None:
    """U exact <= min-cut upper bound <= rare-event sum; a spare feed to an OR only helps."""
    gates, diagram = _solve(nodes)
    unavailability = exact(gates, diagram).unavailability
    cuts = [
        float(np.prod(gates.unavailability[list(chosen)]))
        for chosen in minimal_cut_sets(diagram, 9)
    ]
    bound = 1.0 - float(np.prod([1 - cut for cut in cuts]))
    assert unavailability <= bound * (1 + 1e-9) + 1e-15
    assert bound <= sum(cuts) * (1 + 1e-9) + 1e-15

    redundant = [n for n, node in enumerate(nodes) if node.rule in (Rule.OR, Rule.TRANSFER)]
    if redundant:
        place = data.draw(st.sampled_from(redundant))
        spare = Node("spare", Rule.SOURCE, mtbf_h=100.0, mttr_h=50.0)
        fed = replace(nodes[place], inputs=(*nodes[place].inputs, "spare"))
        more = [spare, *nodes[:place], fed, *nodes[place + 1 :]]
        assert exact(*_solve(more)).unavailability <= unavailability * (1 + 1e-12)


def test_cut_set_frequency_meets_the_exact_one_as_unavailability_vanishes() -> None:
    """F by cut sets, sum of prod(q) * sum(1 / MTTR), tends to f by importances."""
    relative = []
    for mtbf_h in (1e3, 1e4, 1e5):
        part = {"mtbf_h": mtbf_h, "mttr_h": 10.0}
        nodes = [Node(f"s{n}", Rule.SOURCE, **part) for n in range(4)]
        load = Node("load", Rule.KOFN, tuple(node.name for node in nodes), k=3, racks=1)
        gates, diagram = _solve([*nodes, load])
        q = gates.unavailability
        mttr_h = gates.mttr_h
        by_cuts = sum(
            float(np.prod(q[list(c)]) * np.sum(1 / mttr_h[list(c)]))
            for c in minimal_cut_sets(diagram, 2)
        )
        relative.append(
            abs(by_cuts * HOURS_PER_YEAR / exact(gates, diagram).frequency_per_year - 1)
        )
    assert relative[0] > relative[1] > relative[2]
    assert relative[2] < 1e-3


def test_a_thousand_components_with_interleaved_racks_stay_small() -> None:
    """150 racks on 30 pairs of panels in round robin: order and absorption keep the diagram
    linear.
    """
    gates = compile_gates(facility())
    assert gates.components.size > 750
    diagram = failure_diagram(gates)
    assert len(diagram.bdd.below(diagram.top)) < 10_000
    singles = single_failures(gates)
    pairs = double_failures(gates, singles)
    counted = counts_by_order(minimal_cut_sets(diagram, 2), 2)
    assert counted == [len(singles.lost), len(pairs.lost)]
    assert pairs.cases == gates.components.size * (gates.components.size - 1) // 2


def facility(racks: int = 150, panels: int = 30) -> list[Node]:
    part = {"mtbf_h": 1e6, "mttr_h": 10.0}
    nodes = [Node(f"utility_{side}", Rule.SOURCE, mtbf_h=4380.0, mttr_h=0.5) for side in "ab"]
    for side in "ab":
        nodes += [
            Node(f"ups_{side}{n}", Rule.AND, (f"utility_{side}",), capacity_w=3e6, **part)
            for n in range(6)
        ]
        nodes.append(
            Node(
                f"bus_{side}",
                Rule.CAP,
                tuple(f"ups_{side}{n}" for n in range(6)),
                demand_w=15e6,
                **part,
            )
        )
        nodes += [
            Node(f"panel_{side}{n}", Rule.AND, (f"bus_{side}",), **part) for n in range(panels)
        ]
        nodes += [
            Node(f"breaker_{side}{rack}", Rule.AND, (f"panel_{side}{rack % panels}",), **part)
            for rack in range(racks)
        ]
        nodes += [
            Node(f"cord_{side}{rack}", Rule.AND, (f"breaker_{side}{rack}",), **part)
            for rack in range(racks)
        ]
    for row in range(racks // 15):
        nodes += [Node(f"cdu_{row}_{n}", Rule.OR, ("bus_a", "bus_b"), **part) for n in range(3)]
        nodes.append(Node(f"cdus_{row}", Rule.KOFN, tuple(f"cdu_{row}_{n}" for n in range(3)), k=2))
    for rack in range(racks):
        nodes.append(Node(f"cords_{rack}", Rule.OR, (f"cord_a{rack}", f"cord_b{rack}")))
        feeds = (f"cords_{rack}", f"cdus_{rack // 15}")
        nodes.append(Node(f"rack_{rack}", Rule.AND, feeds, load_w=1e5, racks=1, gpus=72, **part))
    return nodes


def test_an_empty_case_is_the_facility_as_built() -> None:
    gates = compile_gates(facility(15, 3))
    assert not down_nodes(gates, [[]]).any()
    everything = [gates.components.tolist()]
    assert down_nodes(gates, everything)[gates.loads].all()


def test_many_lanes_agree_with_one_at_a_time() -> None:
    gates = compile_gates(facility(15, 3))
    cases = [list(pair) for pair in combinations(gates.components.tolist()[:20], 2)]
    together = down_nodes(gates, cases)
    for case in (0, 63, 64, len(cases) - 1):
        assert np.array_equal(together[:, case], down_nodes(gates, [cases[case]])[:, 0])


def _solve(nodes: list[Node]) -> tuple[Gates, FailureDiagram]:
    gates = compile_gates(nodes)
    return gates, failure_diagram(gates)
