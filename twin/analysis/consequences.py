"""What a loss takes down: loads, racks, GPUs, and ratings that it exceeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from twin.analysis.redundancy_report import Row
from twin.errors import InputError, Problem, did_you_mean
from twin.physics.reliability import contingency
from twin.physics.reliability.gates import Gates, Ints

Overloads = Callable[[Sequence[str]], list[Row]]
"""Ratings that are exceeded once the named components are lost."""
LISTED = 20
"""Loads and overloads named in one row."""


def no_ratings(_: Sequence[str]) -> list[Row]:
    """For a graph that is judged by itself: who carries how much is not known."""
    return []


def consequence(gates: Gates, lost: Sequence[str], after: Overloads = no_ratings) -> Row:
    """What the failure of the named components drops, and which ratings it exceeds.

    Raises InputError for names that are not in the graph.
    """
    unknown = [
        Problem(
            f"lost[{place}]", repr(name), "a node of the graph", did_you_mean(name, gates.names)
        )
        for place, name in enumerate(lost)
        if name not in gates.index
    ]
    if unknown:
        raise InputError(unknown)
    return consequences(gates, [[gates.index[name] for name in lost]], after)[0]


def consequences(gates: Gates, cases: Sequence[Sequence[int]], after: Overloads) -> list[Row]:
    """What each case drops and overloads, drops of all cases evaluated at once."""
    down = contingency.down_nodes(gates, cases)
    exceeded = [after([gates.names[node] for node in case]) for case in cases]
    dropped = [gates.loads[down[gates.loads, case]] for case in range(len(cases))]
    return [_consequence(gates, *found) for found in zip(cases, dropped, exceeded, strict=True)]


def _consequence(gates: Gates, lost: Sequence[int], dropped: Ints, exceeded: list[Row]) -> Row:
    return {
        "lost": [gates.names[node] for node in lost],
        "loads": [gates.names[node] for node in dropped[:LISTED]],
        "loads_count": int(dropped.size),
        "racks": int(gates.racks[dropped].sum()),
        "gpus": int(gates.gpus[dropped].sum()),
        "load_w": float(gates.load_w[dropped].sum()),
        "overloads": exceeded[:LISTED],
    }
