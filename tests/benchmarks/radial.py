"""What a radial load flow costs: `python -m tests.benchmarks.radial` prints one table.

A tree of buses, each feeding eight, drops 0.06 % to the last of them, and with 80 times the
impedances 5 %; power-grid-model solves the same trees by its iterative current method, beside them
in the same run, where it is installed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from time import process_time

import numpy as np

from twin.physics.radial import RadialNetwork, radial_network, solve

HEADS = ("what", "buses", "CPU s")
BUSES = 5000
BRANCHES = 8
HOURS = 8760
KV = 0.4
LOST = {"0.06 %": 1.0, "5 %": 80.0}
"""Of the voltage at the last bus, by how many times the impedances of a branch."""
OHM = 0.05 * (0.01 + 0.02j) * KV**2
"""Of every branch: 0.05 times 0.01 + 0.02j per unit of 1 MVA."""


def parents(buses: int) -> np.ndarray:
    """Which bus feeds each other one but the first."""
    return (np.arange(1, buses) - 1) // BRANCHES


def network(buses: int, times: float = 1.0) -> RadialNetwork:
    """The tree, ready for sweeps, with so many times its impedances."""
    z = np.full(buses, times * OHM / KV**2 / 1e6)
    z[0] = 0.0
    held = np.arange(buses) == 0
    edges = (parents(buses), np.arange(1, buses), np.ones(buses - 1))
    none = np.zeros(buses)
    return radial_network(edges, z, held, np.full(buses, np.inf), (none, none, none))


def loads_va(buses: int) -> np.ndarray:
    """Up to 1 kW at each bus but the first."""
    drawn = np.random.default_rng(1).random(buses) * (1e3 + 3e2j)
    drawn[0] = 0.0
    return drawn


def spent_s(work: Callable[[], object], repeats: int = 1, times: int = 1) -> float:
    """Seconds of CPU each time, where nothing else was in its way: the least of the repeats."""
    spent = []
    for _ in range(repeats):
        began = process_time()
        for _ in range(times):
            work()
        spent.append((process_time() - began) / times)
    return min(spent)


def rows(buses: int = BUSES, hours: int = HOURS) -> Iterator[tuple[object, ...]]:
    """One row a question."""
    drawn = loads_va(buses)
    yield ("prepare the sweeps", buses, spent_s(lambda: network(buses), 5))
    for lost, times in LOST.items():
        tree = network(buses, times)
        for tolerance in (1e-9, 1e-6, 1e-4):
            spent = spent_s(partial(solve, tree, drawn, tolerance), 40, 10)
            yield (f"one solve, {lost} lost, to {tolerance:g}", buses, spent)
        yield from beside(buses, drawn, lost)
    spent = spent_s(lambda: year(network(buses), drawn, hours))
    yield (f"{hours:,} hours, to 1e-9", buses, spent)


def year(tree: RadialNetwork, drawn: np.ndarray, hours: int) -> None:
    """Every hour with another load."""
    scale = 0.5 + 0.5 * np.random.default_rng(2).random(hours)
    for part in scale:
        solve(tree, drawn * part)


def beside(buses: int, drawn: np.ndarray, lost: str) -> Iterator[tuple[object, ...]]:
    """power-grid-model on the same tree; nothing where it is not installed."""
    try:
        from power_grid_model import CalculationMethod, PowerGridModel
    except ImportError:
        return
    model = PowerGridModel(as_grid(buses, drawn, LOST[lost]))
    sweeps = {"symmetric": True, "calculation_method": CalculationMethod.iterative_current}
    found = model.calculate_power_flow(**sweeps)
    ours = np.abs(solve(network(buses, LOST[lost]), drawn).voltage)
    assert np.allclose(found["node"]["u_pu"], ours, atol=1e-6)
    spent = spent_s(lambda: model.calculate_power_flow(**sweeps), 5, 10)
    yield (f"power-grid-model, {lost} lost, to 1e-8", buses, spent)


def as_grid(buses: int, drawn: np.ndarray, times: float) -> dict[str, np.ndarray]:
    """The tree as its input."""
    from power_grid_model import LoadGenType, initialize_array

    node = initialize_array("input", "node", buses)
    node["id"] = np.arange(buses)
    node["u_rated"] = KV * 1e3
    line = initialize_array("input", "line", buses - 1)
    line["id"] = buses + np.arange(buses - 1)
    line["from_node"] = parents(buses)
    line["to_node"] = np.arange(1, buses)
    line["from_status"] = line["to_status"] = 1
    line["r1"], line["x1"] = times * OHM.real, times * OHM.imag
    line["c1"] = line["tan1"] = 0.0
    source = initialize_array("input", "source", 1)
    source["id"], source["node"], source["status"], source["u_ref"] = 3 * buses, 0, 1, 1.0
    source["sk"] = 1e20
    load = initialize_array("input", "sym_load", buses)
    load["id"] = 2 * buses + np.arange(buses)
    load["node"] = np.arange(buses)
    load["status"] = 1
    load["type"] = LoadGenType.const_power
    load["p_specified"], load["q_specified"] = drawn.real, drawn.imag
    return {"node": node, "line": line, "source": source, "sym_load": load}


if __name__ == "__main__":
    from tests.benchmarks.__main__ import table

    table("Radial load flow", HEADS, rows())
