"""Fault trees from files: exact answers against enumeration, hand sums and published trees."""

from __future__ import annotations

import csv
import json
import math
import random
from itertools import combinations, product
from pathlib import Path

import pytest

import twin
from twin.cli import main
from twin.physics.reliability.fault_tree.graph import TreeGraph
from twin.physics.reliability.fault_tree.solve import solve

DATA = Path(__file__).parents[1] / "data" / "fault_tree"
SHARED = Path(__file__).parents[2].parent / "shared" / "data" / "power"


def tree_file(folder: Path, gates: str, events: str = "abcd") -> Path:
    body = "".join(
        f'<define-basic-event name="{e}"><float value="0.1"/></define-basic-event>\n'
        for e in events
    )
    path = folder / "tree.xml"
    path.write_text(f"<opsa-mef>\n{gates}\n{body}</opsa-mef>\n", encoding="utf-8")
    return path


def gate(name: str, formula: str) -> str:
    return f'<define-gate name="{name}">{formula}</define-gate>\n'


def names(tag: str, of: str) -> str:
    return "".join(f'<{tag} name="{one}"/>' for one in of)


def test_two_pumps_with_a_common_cause(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fault-tree", str(DATA / "two_pumps.xml"), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    pumps = 1 - (1 - 0.001) * (1 - 0.009**2)
    tower = -math.expm1(-1e-3)
    assert found["probability"] == pytest.approx(pumps + tower - pumps * tower, rel=1e-12)
    assert found["minimal_cut_sets"] == 3
    assert found["minimal_cut_sets_by_order"] == {"1": 2, "2": 1}
    assert found["top_event"] == "no_cooling"
    assert found["wall_s"] >= 0


def _random_tree(draw: random.Random, negations: bool) -> tuple[TreeGraph, int, list[int]]:
    graph = TreeGraph()
    events = [graph.event(draw.uniform(0.01, 0.6)) for _ in range(8)]
    pool = list(events)
    for _ in range(9):
        inputs = draw.sample(pool, draw.randint(2, 4))
        if negations and draw.random() < 0.3:
            inputs[0] = graph.negation(inputs[0])
        kinds = [graph.all_of, graph.any_of, lambda i: graph.at_least(2, i)]
        kinds += [graph.odd_of] if negations else []
        pool.append(draw.choice(kinds)(inputs))
    return graph, graph.any_of([pool[-1], graph.all_of(pool[-3:-1])]), events


def _truth(graph: TreeGraph, top: int, up: dict[int, bool]) -> bool:
    value = {1: True}
    for node in graph.below(top):
        if node in up:
            value[node] = up[node]
        elif node != 1:
            inputs = [value[i] if i > 0 else not value[-i] for i in graph.inputs[node]]
            count = sum(inputs)
            least = {2: len(inputs), 3: 1, 4: graph.least[node]}.get(graph.kind[node])
            value[node] = count % 2 == 1 if least is None else count >= least
    return value[top] if top > 0 else not value[-top]


@pytest.mark.parametrize("negations", [False, True])
def test_random_trees_agree_with_enumeration(negations: bool) -> None:
    for seed in range(60):
        graph, top, events = _random_tree(random.Random(seed), negations)
        answer = solve(graph, top)
        states = [dict(zip(events, s, strict=True)) for s in product([False, True], repeat=8)]
        failing = [state for state in states if _truth(graph, top, state)]
        total = math.fsum(
            math.prod(graph.probability[e] if s[e] else 1 - graph.probability[e] for e in events)
            for s in failing
        )
        assert answer.low == answer.high == pytest.approx(total, rel=1e-12, abs=1e-15), seed
        narrow = solve(graph, top, nodes_max=4)
        assert narrow.low <= total * (1 + 1e-12), seed
        assert narrow.high >= total * (1 - 1e-12), seed
        if graph.is_coherent(top):
            sets = [frozenset(e for e in events if s[e]) for s in failing]
            minimal = [s for s in sets if not any(o < s for o in sets)]
            assert answer.cut_sets_count == len(minimal), seed
            assert answer.by_order is not None
            for order, count in answer.by_order.items():
                assert count == sum(len(s) == order for s in minimal), seed
        elif abs(top) != 1:
            assert answer.cut_sets_count is None


def test_a_hundred_thousand_million_cut_sets_are_counted(tmp_path: Path) -> None:
    events = [f"e{i}" for i in range(110)]
    groups = [events[10 * i : 10 * i + 10] for i in range(11)]
    gates = gate("top", "<and>" + "".join(f'<gate name="g{i}"/>' for i in range(11)) + "</and>")
    for i, group in enumerate(groups):
        gates += gate(f"g{i}", "<or>" + "".join(f'<event name="{e}"/>' for e in group) + "</or>")
    path = tmp_path / "many.xml"
    body = "".join(
        f'<define-basic-event name="{e}"><float value="0.01"/></define-basic-event>' for e in events
    )
    path.write_text(f"<opsa-mef>{gates}{body}</opsa-mef>", encoding="utf-8")
    found = twin.fault_tree(path)
    assert found.answer.cut_sets_count == 10**11
    assert found.answer.by_order == {11: 10**11}
    assert found.probability == pytest.approx((1 - 0.99**10) ** 11, rel=1e-12)


def test_not_coherent_has_a_probability_and_no_cut_sets(tmp_path: Path) -> None:
    both = "<xor>" + names("basic-event", "ab") + "</xor>"
    found = twin.fault_tree(tree_file(tmp_path, gate("top", both))).as_dict()
    assert found["probability"] == pytest.approx(0.18)
    assert found["minimal_cut_sets"] is None
    assert "prime implicants" in found["notes"][0]


def test_an_exclusive_or_of_three_is_true_for_an_odd_number(tmp_path: Path) -> None:
    """One of them, or all; others take it for exactly one (findings/exclusive_or_of_three)."""
    three = "<xor>" + names("basic-event", "abc") + "</xor>"
    found = twin.fault_tree(tree_file(tmp_path, gate("top", three)))
    assert found.probability == pytest.approx(3 * 0.1 * 0.81 + 0.001)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("<nand>{ab}</nand>", 0.99),
        ("<nor>{ab}</nor>", 0.81),
        ("<iff>{ab}</iff>", 0.82),
        ("<imply>{ab}</imply>", 0.91),
        ('<cardinality min="1" max="1">{abc}</cardinality>', 3 * 0.1 * 0.81),
        ('<atleast min="2">{abc}</atleast>', 0.028),
        ("<and><or>{ab}</or><not><basic-event name='c'/></not></and>", 0.19 * 0.9),
    ],
)
def test_every_connective(tmp_path: Path, formula: str, expected: float) -> None:
    text = formula.format(ab=names("basic-event", "ab"), abc=names("basic-event", "abc"))
    found = twin.fault_tree(tree_file(tmp_path, gate("top", text)))
    assert found.probability == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("model", "factors", "together"),
    [
        ("MGL", [(2, 0.2), (3, 0.5)], {1: 0.8, 2: 0.2 * 0.5 / 2, 3: 0.2 * 0.5}),
        ("alpha-factor", [(1, 0.8), (2, 0.15), (3, 0.05)],
         {1: 0.8 / 1.25, 2: 0.15 / 1.25, 3: 0.15 / 1.25}),
        ("phi-factor", [(1, 0.7), (2, 0.1), (3, 0.1)], {1: 0.7, 2: 0.1, 3: 0.1}),
    ],
)  # fmt: skip
def test_common_cause_of_three(
    tmp_path: Path, model: str, factors: list[tuple[int, float]], together: dict[int, float]
) -> None:
    given = "".join(f'<factor level="{k}"><float value="{v}"/></factor>' for k, v in factors)
    group = (
        f'<define-CCF-group name="g" model="{model}"><members>{names("basic-event", "abc")}'
        f'</members><distribution><float value="0.1"/></distribution>'
        f"<factors>{given}</factors></define-CCF-group>"
    )
    top = gate("top", "<and>" + names("basic-event", "abc") + "</and>")
    found = twin.fault_tree(tree_file(tmp_path, group + top, events=""))
    causes = [set(s) for k in together for s in combinations("abc", k)]
    q = [0.1 * together[len(s)] for s in causes]
    total = 0.0
    for state in product([0, 1], repeat=len(causes)):
        hit = set().union(*(s for s, on in zip(causes, state, strict=True) if on))
        if hit == set("abc"):
            total += math.prod(p if on else 1 - p for p, on in zip(q, state, strict=True))
    assert found.probability == pytest.approx(total, rel=1e-12)


@pytest.mark.parametrize(
    ("gates", "told"),
    [
        (gate("top", "<or><gate name='purnp'/></or>") + gate("pump", names("event", "a")),
         "tree.xml:2:1: purnp: found unknown gate 'purnp'"),
        (gate("x", "<or><gate name='y'/></or>") + gate("y", "<or><gate name='x'/></or>"),
         "a circle: x -> y -> x"),
        (gate("top", "<or><gate name='top'/><gate name='pair'/></or>")
         + gate("pair", names("event", "ab")), "top: found a circle: top -> top"),
        (gate("whole", names("event", "c")) + gate("under", names("event", "a"))
         + gate("x", "<or><gate name='y'/><gate name='under'/></or>")
         + gate("y", "<or><gate name='x'/></or>"), "a circle: x -> y -> x"),
        (gate("x", names("event", "a")) + gate("y", names("event", "b")), "2 top events: x, y"),
        (gate("x", "<adn>" + names("event", "ab") + "</adn>"), "did you mean 'and'?"),
        (gate("x", "<atleast min='5'>" + names("event", "ab") + "</atleast>"), "min='5'"),
        (gate("x", names("event", "a")) * 2, "a second definition"),
        ("<or>", "tree.xml:"),
    ],
)  # fmt: skip
def test_wrong_files_end_with_two_and_the_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], gates: str, told: str
) -> None:
    assert main(["fault-tree", str(tree_file(tmp_path, gates)), "--json"]) == 2
    assert told in capsys.readouterr().err


def test_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "bomb.xml"
    path.write_text('<!DOCTYPE a [<!ENTITY b "c">]>\n<opsa-mef>&b;</opsa-mef>', encoding="utf-8")
    with pytest.raises(twin.InputError, match="no entities"):
        twin.fault_tree(path)


def _published() -> list[dict[str, str]]:
    path = SHARED / "aralia_benchmark.csv"
    if not path.exists():
        return []
    with path.open(encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["xml_included"] == "yes"]


@pytest.mark.skipif(not _published(), reason="the Aralia trees are third-party files beside this")
def test_the_aralia_trees() -> None:
    for row in _published():
        found = twin.fault_tree(SHARED / "aralia" / f"{row['tree']}.xml")
        expected = float(row["top_probability_recomputed"])
        assert found.probability == pytest.approx(expected, rel=5e-7), row["tree"]
        assert found.answer.cut_sets_count == int(row["mcs_count_recomputed"]), row["tree"]
        by_order = found.answer.by_order or {}
        lowest = (int(row["min_cut_order"]), int(row["mcs_at_min_order_count"]))
        assert min(by_order.items()) == lowest, row["tree"]
