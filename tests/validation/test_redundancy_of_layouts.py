"""Reference topologies and what users brought, written as layouts and judged from there.

Expected: tests/data/power/topologies/expected.csv (enumeration and closed forms); the others by
enumeration with load flow, devices opening above 1.05 of their rating.
"""

from __future__ import annotations

from typing import Any

import pytest
from scipy.stats import binom

from tests.power_layouts import facility, load, part, power_only
from tests.topologies import NAMES, expected, rows
from twin.facility.dependency import dependency
from twin.physics.reliability.bdd import counts_by_order, exact, failure_diagram, minimal_cut_sets

KINDS = {
    "SRC": "utility_feed",
    "TX": "transformer_4000",
    "SWB": "switchboard_4000",
    "UPS": "ups_1250",
    "BUS": "switchboard_4000",
    "STS": "sts_1000",
}
ROOM = {"TX": 1.2, "SWB": 1.2, "UPS": 1.01, "BUS": 1.01, "STS": 1.01}
RATES = {
    "SRC": (4380.0, 0.5),
    "TX": (796364.0, 5.0),
    "SWB": (2024500.0, 16.0),
    "UPS": (125000.0, 12.0),
    "BUS": (2024500.0, 16.0),
    "STS": (250143.0, 7.89),
}


def written(name: str) -> tuple[dict[str, Any], dict[str, tuple[float, float]]]:
    """A reference topology as a layout, and its rates."""
    edges = sorted(rows(f"{name}_edges.csv"), key=lambda edge: int(edge["priority"]))
    parts: list[dict[str, Any]] = []
    loads: list[dict[str, Any]] = []
    rates: dict[str, tuple[float, float]] = {}
    for row in rows(f"{name}_nodes.csv"):
        node = row["node_id"].lower()
        feeds = [edge["from_node"].lower() for edge in edges if edge["to_node"].lower() == node]
        if row["group"] == "load":
            loads.append(load(node, float(row["demand_w"]) / 1e3, *feeds))
            continue
        parts.append(stated(row, feeds))
        if row["mtbf_h"]:
            rates[node] = (float(row["mtbf_h"]), float(row["mttr_h"]))
    return power_only(parts, loads), rates


def stated(row: dict[str, str], feeds: list[str]) -> dict[str, Any]:
    """One node as a power group: a CAP gate is a board that asks for a least supply.

    Ratings get room for the losses below them, of which the topologies know nothing.
    """
    name = row["node_id"].lower()
    kind = KINDS[row["component_class"] or "SRC"]
    if kind == "utility_feed":
        return part(name, kind)
    kw = float(row["capacity_w"]) / 1e3 * ROOM.get(row["component_class"], 1.0)
    keys: dict[str, Any] = {}
    if row["input_gate"] in ("TRANSFER", "OR"):
        keys["mode"] = "priority"
    if row["input_gate"] == "CAP":
        keys["minimum_supply"] = f"{float(row['demand_w']) * ROOM['UPS']!r} W"
    return part(name, kind, *feeds, kw=kw, **keys)


def judged(
    layout: dict[str, Any], rates: dict[str, tuple[float, float]]
) -> tuple[float, float, list[int]]:
    """Unavailability, failures a year, minimal cut sets of orders 1 to 3."""
    gates = dependency(facility(layout, rates))
    diagram = failure_diagram(gates)
    solved = exact(gates, diagram)
    counts = counts_by_order(minimal_cut_sets(diagram, 3), 3)
    return solved.unavailability, solved.frequency_per_year, counts


@pytest.mark.parametrize("name", NAMES)
def test_a_reference_topology_written_as_a_layout(name: str) -> None:
    wanted = expected(name)
    unavailability, frequency, counts = judged(*written(name))
    assert unavailability == pytest.approx(float(wanted["unavailability_all_loads"]), rel=1e-9)
    assert frequency == pytest.approx(float(wanted["failure_frequency_per_yr"]), rel=1e-9)
    assert counts == [int(wanted[f"mcs_order{order}_count"]) for order in (1, 2, 3)]


def two_sides(load_kw: float, **bus: Any) -> dict[str, Any]:
    """2N: two sides of two modules of 1 MW."""
    parts = []
    for side in ("a", "b"):
        parts += [
            part(f"src_{side}", "utility_feed"),
            part(f"tx_{side}", "transformer_4000", f"src_{side}", kw=2000.0),
            part(f"swb_{side}", "switchboard_4000", f"tx_{side}", kw=2000.0),
            part(f"ups_{side}", "ups_1250", f"swb_{side}", kw=1000.0, count=2),
            part(f"bus_{side}", "switchboard_4000", f"ups_{side}", kw=2000.0, **bus),
        ]
    return power_only(parts, [load("load", load_kw, "bus_a", "bus_b")])


TWO_SIDES = {
    f"{name}_{side}{number}": RATES[name.upper()]
    for side in ("a", "b")
    for name, numbers in (("tx", [""]), ("swb", [""]), ("ups", ["_1", "_2"]), ("bus", [""]))
    for number in numbers
}


def test_two_sides_of_parallel_modules_have_21_fatal_pairs() -> None:
    """1.8 MW: a side with one module left cannot stand in, two halves of 0.9 MW can."""
    unavailability, _, counts = judged(two_sides(1800.0), TWO_SIDES)
    q = {name: mttr / (mtbf + mttr) for name, (mtbf, mttr) in RATES.items()}
    chain = 1 - (1 - q["TX"]) * (1 - q["SWB"]) * (1 - q["BUS"])
    none = (1 - chain) * (1 - q["UPS"]) ** 2
    one = (1 - chain) * 2 * q["UPS"] * (1 - q["UPS"])
    dark = 1 - none - one
    assert counts[:2] == [0, 21]
    assert unavailability == pytest.approx(dark**2 + 2 * dark * one, rel=1e-6)
    assert unavailability == pytest.approx(9.0e-9, rel=0.01)


def test_a_side_that_must_be_able_to_carry_all_has_25() -> None:
    unavailability, _, counts = judged(two_sides(1800.0, minimum_supply="1800 kW"), TWO_SIDES)
    assert counts[:2] == [0, 25]
    assert unavailability == pytest.approx(4.581855741875e-08, rel=1e-9)


def test_three_overlapping_pairs_have_three_single_points() -> None:
    """380 kW on each of three UPS of 500 kW: two that are left get 570 kW and trip in turn."""
    pairs = {"ab": ("ups_a", "ups_b"), "bc": ("ups_b", "ups_c"), "ac": ("ups_a", "ups_c")}
    parts = [part("src", "utility_feed")]
    parts += [part(f"ups_{n}", "ups_1250", "src", kw=500.0) for n in "abc"]
    layout = power_only(parts, [load(f"l_{n}", 380.0, *feeds) for n, feeds in pairs.items()])
    rates = {f"ups_{n}": RATES["UPS"] for n in "abc"}
    unavailability, _, counts = judged(layout, rates)
    assert counts == [3, 0, 0]
    up = 125000.0 / 125012.0
    assert unavailability == pytest.approx(1 - up**3, rel=1e-9)


def test_a_catcher_is_one_reserve_for_all() -> None:
    """Three blocks of 0.9 MW behind switches, one reserve of 1 MW: any two blocks, 54 pairs."""
    parts = [part("src", "utility_feed")]
    rates = {}
    for block in ("p1", "p2", "p3", "r"):
        for kind, above in (("tx", "src"), ("swb", f"tx_{block}"), ("ups", f"swb_{block}")):
            name = f"{kind}_{block}"
            parts.append(part(name, KINDS[kind.upper()], above, kw=1000.0))
            rates[name] = RATES[kind.upper()]
    parts += [
        part(f"sts_{n}", "sts_1000", f"ups_p{n}", "ups_r", mode="priority") for n in (1, 2, 3)
    ]
    layout = power_only(parts, [load(f"load_{n}", 900.0, f"sts_{n}") for n in (1, 2, 3)])
    _, _, counts = judged(layout, rates)
    assert counts[:2] == [0, 54]


@pytest.mark.parametrize(("needed", "installed"), [(8, 10), (3, 4), (5, 8)])
def test_modules_in_parallel_are_k_of_n(needed: int, installed: int) -> None:
    """Any more than the spare ones lost, the others trip: binomial, to all orders."""
    kw = 60.0 * needed
    parts = [
        part("src", "utility_feed"),
        part("ups", "ups_500", "src", kw=60.0, count=installed),
        part("bus", "switchboard_4000", "ups"),
    ]
    rates = {f"ups_{n + 1}": (1000.0, 50.0) for n in range(installed)}
    unavailability, _, _ = judged(power_only(parts, [load("l", kw, "bus")]), rates)
    q = 50.0 / 1050.0
    assert unavailability == pytest.approx(binom.sf(installed - needed, installed, q), rel=1e-9)
