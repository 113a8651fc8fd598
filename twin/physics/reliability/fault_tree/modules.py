"""Independent parts of a tree, found in two walks (Dutuit and Rauzy, IEEE Trans. Reliability 1996).

A gate is a module where nothing below it is used from outside it; it can be decided alone and
stand in the rest of the tree as one basic event.
"""

from __future__ import annotations

from twin.physics.reliability.fault_tree.graph import TreeGraph


def modules(graph: TreeGraph, top: int) -> list[int]:
    """Gates that are modules, inner ones first; the top is the last of them."""
    first, left, last = _dates(graph, top)
    earliest: dict[int, int] = {}
    latest: dict[int, int] = {}
    found: list[int] = []
    for node in graph.below(top):
        below = [abs(i) for i in graph.inputs[node]]
        earliest[node] = min([first[node], *(earliest[n] for n in below)])
        latest[node] = max([last[node], *(latest[n] for n in below)])
        if below and _stands_alone(node, below, first, left, earliest, latest):
            found.append(node)
    return found


def _stands_alone(
    node: int,
    below: list[int],
    first: dict[int, int],
    left: dict[int, int],
    earliest: dict[int, int],
    latest: dict[int, int],
) -> bool:
    begins = min(earliest[n] for n in below) > first[node]
    return begins and max(latest[n] for n in below) < left[node]


def _dates(graph: TreeGraph, top: int) -> tuple[dict[int, int], dict[int, int], dict[int, int]]:
    """When a depth-first walk enters a node first, leaves it first, and meets it last."""
    first: dict[int, int] = {}
    left: dict[int, int] = {}
    last: dict[int, int] = {}
    stack = [(abs(top), False)]
    clock = 0
    while stack:
        node, leaving = stack.pop()
        clock += 1
        last[node] = clock
        if leaving:
            left[node] = clock
        elif node not in first:
            first[node] = clock
            stack.append((node, True))
            stack.extend((abs(i), False) for i in reversed(graph.inputs[node]))
    return first, left, last
