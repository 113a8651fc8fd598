"""Claim: what is called survivable survives in a run, what is called fatal goes dark there.

Two hundred random power systems written as layouts, each judged from its file: single losses and
pairs, some that the graph calls fatal and some that it does not, each from the minute before it in
a run of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest

import twin
from tests.power_layouts import facility, load, part, power_only
from twin.errors import InputError
from twin.facility.dependency import dependency
from twin.physics.reliability.contingency import down_nodes

LAYOUTS = 200
BATCH = 10
RUNS = 1
"""Of each kind and layout."""

Lost = tuple[str, ...]
Drawn = Callable[[np.random.Generator], dict[str, Any]]
"""Makes a layout of random numbers."""


def sources(draw: np.random.Generator) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """One or two utilities, and in two of five layouts up to three generators."""
    utilities = [f"src_{n}" for n in range(int(draw.integers(1, 3)))]
    parts = [part(name, "utility_feed") for name in utilities]
    if draw.random() >= 0.4:
        return parts, utilities, []
    rating_kw = float(draw.integers(3, 12) * 100)
    parts.append(part("gen", "genset_2000", count=int(draw.integers(1, 4)), kw=rating_kw))
    return parts, utilities, ["gen"]


def block(
    draw: np.random.Generator, number: int, utilities: list[str], generators: list[str]
) -> list[dict[str, Any]]:
    """Transformer, board and one to three UPS modules on a bus, now and then on two boards.

    Batteries last until a generator has started and are empty well before the run ends.
    """
    kw = float(draw.integers(6, 16) * 100)
    room = float(draw.choice([1.0, 1.3, 2.0]))
    modules = int(draw.integers(1, 4))
    board = f"board_{number}"
    either: dict[str, Any] = {"mode": "priority"}
    boards = [board]
    if number and draw.random() < 0.2:
        boards.append(f"board_{number - 1}")
    ups_kw = kw / modules * float(draw.choice([1.0, 1.0, 1.5]))
    above = [f"tx_{number}", *generators]
    ups = {"kw": ups_kw, "count": modules, "overrides": {"battery_energy": "8 kWh"}}
    return [
        part(f"tx_{number}", "transformer_4000", str(draw.choice(utilities)), kw=kw * room),
        part(board, "switchboard_4000", *above, kw=2 * kw, **(either if generators else {})),
        part(f"ups_{number}", "ups_1250", *boards, **ups, **(either if len(boards) > 1 else {})),
        part(f"bus_{number}", "switchboard_4000", f"ups_{number}", kw=4 * kw),
    ]


def random_layout(draw: np.random.Generator) -> dict[str, Any]:
    """Two to four blocks, perhaps a static switch, and two to four rows on one to three of them."""
    parts, utilities, generators = sources(draw)
    blocks = int(draw.integers(2, 5))
    for number in range(blocks):
        parts += block(draw, number, utilities, generators)
    feeds = [f"bus_{number}" for number in range(blocks)]
    if draw.random() < 0.3:
        parts.append(part("sts", "sts_1000", feeds[0], feeds[-1], mode="priority", kw=4000.0))
        feeds.append("sts")
    loads = []
    for number in range(int(draw.integers(2, 5))):
        cords = min(len(feeds), int(draw.choice([1, 2, 2, 3])))
        chosen = draw.choice(len(feeds), size=cords, replace=False)
        kw = float(draw.integers(2, 9) * 60)
        loads.append(load(f"l_{number}", kw, *(feeds[place] for place in chosen)))
    return power_only(parts, loads)


def cases(built: twin.Facility, draw: np.random.Generator) -> Iterator[tuple[Lost, set[str]]]:
    """Losses to try, with the racks that the graph says are lost."""
    gates = dependency(built)
    named = [n for n in built.power.id[: built.power.equipment] if not n.startswith("mech")]
    singles = [(name,) for name in named]
    pairs = list(combinations(named, 2))
    lost = [*singles, *pairs]
    down = down_nodes(gates, [[gates.index[name] for name in case] for case in lost])
    racks = [gates.index[rack] for rack in built.racks.id]
    said = dict(
        zip(
            lost,
            ({built.racks.id[r] for r in np.flatnonzero(d)} for d in down[racks].T),
            strict=True,
        )
    )
    for wanted in (True, False):
        kind = [case for case in lost if bool(said[case]) is wanted and minimal(case, said)]
        for place in draw.permutation(len(kind))[:RUNS].tolist():
            yield kind[place], said[kind[place]]


def minimal(case: Lost, said: dict[Lost, set[str]]) -> bool:
    """A pair with a single point of failure is lost for that alone; less load may even save it."""
    return len(case) == 1 or not any(said[(name,)] for name in case)


def fell(run: twin.Run, lost: Lost) -> set[str]:
    """Racks that were off at some time once these had failed."""
    faults = [{"at": "61 s", "component": name, "repair_after": "3 h"} for name in lost]
    fork = run.fork(faults=faults)
    fork.until()
    racks = fork.result().frame("racks")
    return set(racks.rack[racks.on_frac < 1.0])


def agree(drawn: Iterable[tuple[np.random.Generator, Drawn]]) -> None:
    """Draw layouts; a run of each loses the racks that the graph names, for every case tried."""
    tried = 0
    for n, (draw, made) in enumerate(drawn):
        try:
            built = facility(made(draw))
        except InputError:
            continue
        run = twin.start(built)
        run.until(60.0)
        for lost, racks in cases(built, draw):
            assert fell(run, lost) == racks, (n, lost)
            tried += 1
    assert tried


@pytest.mark.parametrize("first", range(0, LAYOUTS, BATCH))
def test_what_the_graph_says_of_a_loss_is_what_a_run_shows(first: int) -> None:
    agree((np.random.default_rng(seed), random_layout) for seed in range(first, first + BATCH))
