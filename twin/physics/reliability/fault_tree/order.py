"""Orders of the variables of one module: depth-first walks that differ in the first input."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from twin.physics.reliability.fault_tree.graph import TreeGraph

Arrange = Callable[[Sequence[int], dict[int, float]], list[int]]

_ARRANGEMENTS: tuple[Arrange, ...] = (
    lambda inputs, weight: sorted(inputs, key=lambda i: weight[abs(i)]),
    lambda inputs, _weight: list(inputs),
    lambda inputs, weight: sorted(inputs, key=lambda i: -weight[abs(i)]),
    lambda inputs, _weight: list(reversed(inputs)),
)


def inside(graph: TreeGraph, module: int, leaves: set[int]) -> list[int]:
    """Gates and leaves of a module, inputs first; what lies below `leaves` is left out."""
    order: list[int] = []
    seen: set[int] = set()
    stack = [(module, False)]
    while stack:
        node, leaving = stack.pop()
        if leaving or (node in leaves and node not in seen and node != module):
            seen.add(node)
            order.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((abs(i), False) for i in reversed(graph.inputs[node]))
    return order


def orders(graph: TreeGraph, module: int, leaves: set[int]) -> Iterator[list[int]]:
    """Leaves of `module` from the top level down, in each of the orders worth trying."""
    weight: dict[int, float] = {}
    for node in inside(graph, module, leaves):
        below = () if node in leaves and node != module else graph.inputs[node]
        weight[node] = 1.0 + sum(weight[abs(i)] for i in below)
    for arrange in _ARRANGEMENTS:
        yield _walk(graph, module, leaves, weight, arrange)


def _walk(
    graph: TreeGraph, module: int, leaves: set[int], weight: dict[int, float], arrange: Arrange
) -> list[int]:
    found: list[int] = []
    seen: set[int] = set()
    stack = [module]
    while stack:
        node = stack.pop()
        if node in seen:
            continue
        seen.add(node)
        if node in leaves and node != module:
            found.append(node)
        else:
            stack.extend(abs(i) for i in reversed(arrange(graph.inputs[node], weight)))
    return found
