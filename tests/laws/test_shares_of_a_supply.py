"""Laws of what is left of a supply: shares between nothing and all, and never more by losing
more.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates
from twin.physics.reliability.service import served_frac

COUNTS = st.integers(1, 6)


def parallel(count: int, rule: Rule, **load: float) -> Gates:
    """So many equal parts above one load."""
    parts = [
        Node(f"p{i}", Rule.SOURCE, capacity_w=1.0, mtbf_h=1e4, mttr_h=8.0) for i in range(count)
    ]
    names = tuple(part.name for part in parts)
    return compile_gates([*parts, Node("load", rule, names, racks=1, **load)])


def left(gates: Gates, lost: list[int]) -> float:
    cases = [[gates.index[f"p{i}"] for i in lost]]
    return float(served_frac(gates, cases)[gates.index["load"], 0])


@given(COUNTS, st.data())
def test_a_load_that_any_part_can_carry_has_all_or_nothing(count: int, data: st.DataObject) -> None:
    gates = parallel(count, Rule.OR)
    lost = data.draw(st.lists(st.integers(0, count - 1), unique=True))
    assert left(gates, lost) == (0.0 if len(lost) == count else 1.0)


@given(COUNTS, st.data())
def test_a_load_that_needs_every_part_has_nothing_after_one(
    count: int, data: st.DataObject
) -> None:
    gates = parallel(count, Rule.AND)
    lost = data.draw(st.lists(st.integers(0, count - 1), unique=True))
    assert left(gates, lost) == (0.0 if lost else 1.0)


@given(COUNTS, st.floats(0.1, 1.0), st.data())
def test_capacities_that_are_left_over_the_demand(
    count: int, part: float, data: st.DataObject
) -> None:
    demand = part * count
    gates = parallel(count, Rule.CAP, demand_w=demand)
    lost = data.draw(st.lists(st.integers(0, count - 1), unique=True))
    share = min(1.0, (count - len(lost)) * min(1.0, demand) / demand)
    assert left(gates, lost) == pytest.approx(share, abs=2e-7)


@given(COUNTS, st.integers(1, 6), st.data())
def test_k_parts_of_n_are_a_share_below_k(count: int, k: int, data: st.DataObject) -> None:
    gates = parallel(count, Rule.KOFN, k=min(k, count))
    lost = data.draw(st.lists(st.integers(0, count - 1), unique=True))
    assert left(gates, lost) == pytest.approx(
        min(1.0, (count - len(lost)) / min(k, count)), abs=2e-7
    )


RULES = st.sampled_from([Rule.OR, Rule.AND, Rule.KOFN, Rule.CAP, Rule.TRANSFER])


@given(COUNTS, RULES, st.data())
def test_losing_one_more_never_leaves_more(count: int, rule: Rule, data: st.DataObject) -> None:
    gates = parallel(count, rule, demand_w=0.6 * count, k=max(1, count // 2))
    order = data.draw(st.permutations(range(count)))
    shares = [left(gates, list(order[:n])) for n in range(count + 1)]
    assert all(0.0 <= share <= 1.0 for share in shares)
    assert (np.diff(shares) <= 1e-9).all()
    assert shares[0] == 1.0
    assert shares[-1] == 0.0


@given(st.integers(2, 6))
def test_a_chain_passes_on_the_share_of_its_weakest_stage(stages: int) -> None:
    """A stage of half its capacity left halves everything below it."""
    parts = [Node(f"p{i}", Rule.SOURCE, capacity_w=1.0, mtbf_h=1e4, mttr_h=8.0) for i in range(2)]
    nodes = [*parts, Node("s0", Rule.CAP, ("p0", "p1"), demand_w=2.0, capacity_w=2.0)]
    nodes += [
        Node(f"s{stage}", Rule.AND, (f"s{stage - 1}",), capacity_w=2.0)
        for stage in range(1, stages)
    ]
    nodes.append(Node("load", Rule.AND, (f"s{stages - 1}",), racks=1))
    gates = compile_gates(nodes)
    share = served_frac(gates, [[gates.index["p0"]]])
    for stage in range(stages):
        assert share[gates.index[f"s{stage}"], 0] == pytest.approx(0.5)
    assert share[gates.index["load"], 0] == pytest.approx(0.5)
