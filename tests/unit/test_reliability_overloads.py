"""How a load is shared by what feeds it, and which ratings a contingency exceeds."""

from __future__ import annotations

import pytest

from twin.physics.reliability.contingency import (
    carried_power_w,
    down_nodes,
    load_fractions,
    overloads,
)
from twin.physics.reliability.gates import Gates, Node, Rule, compile_gates


def carried(gates: Gates, *lost: str) -> dict[str, float]:
    down = down_nodes(gates, [[gates.index[name] for name in lost]])
    return dict(zip(gates.names, carried_power_w(gates, down)[:, 0], strict=True))


def cells(*capacities_w: float) -> list[Node]:
    return [
        Node(f"cell_{n}", Rule.SOURCE, capacity_w=c, mtbf_h=1e5, mttr_h=8.0)
        for n, c in enumerate(capacities_w)
    ]


def test_cords_share_equally_and_double_on_the_survivor() -> None:
    load = Node("load", Rule.OR, ("cell_0", "cell_1"), load_w=100.0)
    gates = compile_gates([*cells(80.0, 80.0), load])
    assert carried(gates) == {"cell_0": 50.0, "cell_1": 50.0, "load": 100.0}
    assert carried(gates, "cell_0") == {"cell_0": 0.0, "cell_1": 100.0, "load": 100.0}
    found = overloads(gates, down_nodes(gates, [[], [gates.index["cell_0"]]]))
    assert found == [(1, gates.index["cell_1"], pytest.approx(1.25))]


def test_parallel_units_share_by_capacity_and_a_switch_takes_the_first_live() -> None:
    bus = Node("bus", Rule.CAP, ("cell_0", "cell_1"), demand_w=90.0)
    switch = Node("switch", Rule.TRANSFER, ("bus", "cell_2"))
    gates = compile_gates(
        [*cells(60.0, 40.0, 500.0), bus, switch, Node("load", Rule.AND, ("switch",), load_w=90.0)]
    )
    assert carried(gates) == pytest.approx(
        {"cell_0": 54, "cell_1": 36, "cell_2": 0, "bus": 90, "switch": 90, "load": 90}
    )
    assert carried(gates, "cell_1")["cell_2"] == 90.0


def test_a_node_that_needs_all_its_inputs_asks_each_for_everything() -> None:
    gates = compile_gates(
        [*cells(1.0, 1.0), Node("load", Rule.AND, ("cell_0", "cell_1"), load_w=7.0)]
    )
    assert carried(gates)["cell_0"] == carried(gates)["cell_1"] == 7.0


def test_heat_does_not_turn_into_electricity_but_a_chiller_draws_its_own() -> None:
    nodes = [
        Node("bus", Rule.SOURCE, system="power"),
        Node("chiller", Rule.AND, ("bus",), demand_w=20.0, system="cooling"),
        Node("rack", Rule.AND, ("bus", "chiller"), load_w=100.0, racks=1, system="compute"),
    ]
    assert carried(compile_gates(nodes)) == {"bus": 120.0, "chiller": 100.0, "rack": 100.0}


def test_nothing_is_lost_on_the_way_through_shares() -> None:
    """Sources together carry what the live loads draw, whatever has failed."""
    nodes = [
        *cells(5.0, 6.0, 7.0),
        Node("a", Rule.OR, ("cell_0", "cell_1")),
        Node("b", Rule.CAP, ("cell_1", "cell_2"), demand_w=6.0),
        Node("x", Rule.OR, ("a", "b"), load_w=3.0),
        Node("y", Rule.KOFN, ("a", "b", "cell_2"), k=2, load_w=4.0),
        Node("z", Rule.TRANSFER, ("b", "a"), load_w=5.0),
    ]
    gates = compile_gates(nodes)
    for lost in ((), ("cell_0",), ("cell_1",), ("cell_2",), ("cell_0", "cell_1")):
        down = down_nodes(gates, [[gates.index[name] for name in lost]])[:, 0]
        served_w = sum(gates.load_w[node] for node in gates.loads if not down[node])
        found = carried(gates, *lost)
        assert sum(found[f"cell_{n}"] for n in range(3)) == pytest.approx(served_w, rel=1e-12)


def test_a_node_without_capacity_is_overloaded_by_any_load_and_by_none_at_rest() -> None:
    gates = compile_gates(
        [*cells(0.0, 5.0), Node("load", Rule.TRANSFER, ("cell_1", "cell_0"), load_w=5.0)]
    )
    cell = gates.index["cell_0"]
    assert load_fractions(gates, down_nodes(gates, [[]]))[cell, 0] == 0.0
    assert load_fractions(gates, down_nodes(gates, [[gates.index["cell_1"]]]))[cell, 0] == float(
        "inf"
    )
