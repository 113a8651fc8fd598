"""The graph of reports, beside networkx: the same nodes, edges and orders, in the same order."""

from __future__ import annotations

from graphlib import CycleError

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.digraph import Digraph

_NAMES = st.sampled_from("abcdefg")
_EDGES = st.lists(st.tuples(_NAMES, _NAMES).filter(lambda edge: edge[0] != edge[1]), max_size=20)


def both(edges: list[tuple[str, str]]) -> tuple[Digraph, nx.DiGraph]:
    ours = Digraph()
    ours.add_edges(edges)
    return ours, nx.DiGraph(edges)


@given(_EDGES)
def test_nodes_edges_and_who_leads_where(edges: list[tuple[str, str]]) -> None:
    ours, theirs = both(edges)
    assert list(ours) == list(theirs)
    assert ours.edges == list(theirs.edges)
    for name in theirs:
        assert ours.successors(name) == list(theirs.successors(name))
        assert ours.predecessors(name) == list(theirs.predecessors(name))
        assert ours.ancestors(name) == nx.ancestors(theirs, name)


@given(_EDGES)
def test_rings_are_opened_at_the_same_edges_and_what_is_left_has_the_same_order(
    edges: list[tuple[str, str]],
) -> None:
    ours, theirs = both(edges)
    while not nx.is_directed_acyclic_graph(theirs):
        theirs.remove_edge(*nx.find_cycle(theirs)[-1])
    ours.open_rings()
    assert ours.edges == list(theirs.edges)
    assert ours.generations() == list(map(list, nx.topological_generations(theirs)))
    assert ours.sorted() == list(nx.topological_sort(theirs))


def test_a_ring_has_no_order() -> None:
    ring = Digraph()
    ring.add_edges([("a", "b"), ("b", "a")])
    with pytest.raises(CycleError):
        ring.generations()


def test_what_is_known_is_kept_and_adds_up() -> None:
    graph = Digraph()
    graph.add_node("a", kind="ups")
    graph.add_edge("a", "b", energy_j=1.0)
    graph.add_edge("c", "b", energy_j=2.0)
    graph.add_edge("a", "b", role="share")
    assert graph.nodes["a"] == {"kind": "ups"}
    assert graph.edge("a", "b") == {"energy_j": 1.0, "role": "share"}
    assert (graph.total_in("b", "energy_j"), graph.total_out("a", "energy_j")) == (3.0, 1.0)
    assert "b" in graph
    assert len(graph) == 3
