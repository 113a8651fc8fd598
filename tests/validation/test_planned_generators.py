"""Claim: generators on buses of their own, prime generators, and ties between them end as judged.

As `test_planned_supplies.py`: random numbers in topologies as planners draw them, every single
loss and pair by a load flow and rules written apart, and single losses and pairs in a run of each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import twin
from tests.enumerated import Plan
from tests.planned import Draw, Made, dark_in_the_end, judged, kw, losses
from tests.planner import asked, loaded
from tests.power_layouts import facility, load, part, power_only
from twin.errors import InputError

GRID = [part("ua", "utility_feed"), part("ub", "utility_feed")]
STARTS = {"start_failure_probability": 1e-9, "run_failure_first_hour_probability": 1e-12}
"""Generators fail where a case says so, and hardly ever by themselves."""
LIVED = 2


def least(draw: Draw, *choices: float) -> dict[str, Any]:
    if draw.random() < 0.5:
        return {"minimum_supply": f"{float(draw.choice(choices))} kW"}
    return {}


def tie(draw: Draw, name: str, one: str, other: str) -> dict[str, Any]:
    rating = f"{kw(draw, 4, 20, 100.0)} kW"
    return {"name": name, "type": "ats_4000", "tie": [one, other], "rating": rating}


def buses_of_generators(draw: Draw, count: int) -> list[dict[str, Any]]:
    """Sets on a bus each, some through a step-up transformer, some with a least supply; ties."""
    parts = []
    for n in range(count):
        sets = int(draw.integers(1, 4))
        each = kw(draw, 3, 8, 100.0)
        parts.append(part(f"g{n}", "genset_2000", kw=each, count=sets, overrides=STARTS))
        feed = f"g{n}"
        if draw.random() < 0.3:
            parts.append(part(f"up{n}", "transformer_2500", feed, kw=kw(draw, 6, 16, 100.0)))
            feed = f"up{n}"
        asked = least(draw, each, 0.5 * each, sets * each) if feed == f"g{n}" else {}
        parts.append(part(f"e{n}", "switchboard_4000", feed, kw=3000.0, **asked))
    for n in range(count - 1):
        parts += [tie(draw, f"tie{n}", f"e{n}", f"e{n + 1}")] if draw.random() < 0.8 else []
    return parts


def emergency_buses(draw: Draw) -> Made:
    """Boards on the utility, or on a generator bus each; the buses have ties."""
    count = int(draw.integers(2, 4))
    parts = [*GRID, *buses_of_generators(draw, count)]
    rows = []
    for n in range(count):
        parts.append(part(f"t{n}", "transformer_2500", ("ua", "ub")[n % 2], kw=1300.0))
        feeds = [f"t{n}", f"e{n}"] if draw.random() < 0.7 else [f"t{n}", f"e{n}", f"e{n - 1}"]
        mode = str(draw.choice(["priority", "share"]))
        parts.append(part(f"b{n}", "switchboard_4000", *feeds, mode=mode, kw=3000.0))
        rows.append(load(f"l{n}", kw(draw, 3, 12, 45.0), f"b{n}"))
    return parts, [*rows, load("dual", kw(draw, 2, 7, 45.0), "b0", "b1")]


def generators_alone(draw: Draw) -> Made:
    """No utility but the cooling's; panels and rows on the buses themselves."""
    count = int(draw.integers(2, 4))
    parts = buses_of_generators(draw, count)
    rows = []
    for n in range(count):
        feed = f"e{n}"
        if draw.random() < 0.5:
            size = {"kw": kw(draw, 4, 8, 100.0), "count": int(draw.integers(1, 3))}
            parts.append(part(f"ups{n}", "ups_500", feed, **size))
            parts.append(part(f"d{n}", "switchboard_4000", f"ups{n}", kw=3000.0))
            feed = f"d{n}"
        rows.append(load(f"l{n}", kw(draw, 3, 12, 45.0), feed))
    return parts, [*rows, load("dual", kw(draw, 2, 7, 45.0), "e0", "e1")]


def machines(draw: Draw, name: str) -> dict[str, Any]:
    row = str(draw.choice(["gas_engine_2500", "gas_turbine_16mw"]))
    return part(name, row, kw=kw(draw, 3, 8, 100.0), count=int(draw.integers(1, 5)))


def ring_of_prime_power(draw: Draw) -> Made:
    """No utility: machines on two to four boards, ties between neighbours; modules below some."""
    count = int(draw.integers(2, 5))
    parts = []
    rows = []
    for n in range(count):
        own = machines(draw, f"g{n}")
        each = float(own["rating"].split()[0])
        asked = least(draw, each, 0.5 * each, own["count"] * each)
        parts += [own, part(f"b{n}", "switchboard_4000", f"g{n}", kw=4000.0, **asked)]
        feed = f"b{n}"
        if draw.random() < 0.4:
            size = {"kw": kw(draw, 4, 8, 100.0), "count": int(draw.integers(1, 3))}
            parts.append(part(f"ups{n}", "ups_500", feed, **size))
            parts.append(part(f"d{n}", "switchboard_4000", f"ups{n}", kw=3000.0))
            feed = f"d{n}"
        rows.append(load(f"l{n}", kw(draw, 3, 14, 45.0), feed))
    pairs = [(n, (n + 1) % count) for n in range(count if count > 2 else 1)]
    chosen = [pair for pair in pairs if draw.random() < 0.8]
    parts += [tie(draw, f"tie{a}", f"b{a}", f"b{b}") for a, b in chosen]
    return parts, [*rows, load("dual", kw(draw, 2, 7, 45.0), "b0", "b1")]


def utility_behind_machines(draw: Draw) -> Made:
    """Boards on machines first, a utility behind them, and generators behind both; ties."""
    count = int(draw.integers(2, 4))
    parts = [*GRID, part("sets", "genset_2000", kw=kw(draw, 4, 9, 100.0), overrides=STARTS)]
    rows = []
    for n in range(count):
        parts.append(machines(draw, f"g{n}"))
        feeds = [f"g{n}"]
        if draw.random() < 0.7:
            name = f"t{n}"
            rating = kw(draw, 4, 12, 100.0)
            parts.append(part(name, "transformer_2500", ("ua", "ub")[n % 2], kw=rating))
            feeds.append(name)
        feeds += ["sets"] if draw.random() < 0.5 else []
        parts.append(part(f"b{n}", "switchboard_4000", *feeds, mode="priority", kw=4000.0))
        rows.append(load(f"l{n}", kw(draw, 3, 12, 45.0), f"b{n}"))
    for n in range(count - 1):
        parts += [tie(draw, f"tie{n}", f"b{n}", f"b{n + 1}")] if draw.random() < 0.7 else []
    return parts, [*rows, load("dual", kw(draw, 2, 7, 45.0), "b0", "b1")]


TOPOLOGIES: tuple[Callable[[Draw], Made], ...] = (
    emergency_buses, generators_alone, ring_of_prime_power, utility_behind_machines,
)  # fmt: skip
named = pytest.mark.parametrize("made", TOPOLOGIES, ids=lambda made: str(made.__name__))


@named
@pytest.mark.parametrize("first", range(4000, 4060, 20))
def test_every_loss_and_pair_by_hand(made: Callable[[Draw], Made], first: int) -> None:
    """Those without an overload as built."""
    tried = 0
    for seed in range(first, first + 20):
        layout = power_only(*made(np.random.default_rng(seed)))
        try:
            _, said = judged(facility(layout))
        except InputError:
            continue
        plan = Plan(layout)
        for lost, racks in said.items():
            if len(lost) == 1 or not any(said[(name,)] for name in lost):
                assert plan.dark(lost) == bool(racks), (seed, lost)
                tried += 1
    assert tried


@named
@pytest.mark.parametrize("seed", range(LIVED))
def test_who_has_power_in_the_end(made: Callable[[Draw], Made], seed: int) -> None:
    draw = np.random.default_rng(5000 + seed)
    while True:
        try:
            built = facility(power_only(*made(draw)))
            break
        except InputError:
            continue
    run = twin.start(built)
    run.until(60.0)
    for lost, racks in losses(built, draw):
        assert dark_in_the_end(run, lost) == racks, lost


def islands_with_arrays(draw: Draw) -> Made:
    """Boards on engines of two sizes with arrays and small stores, ties, rows on two boards."""
    parts: list[dict[str, Any]] = []
    rows = []
    count = int(draw.integers(2, 4))
    roof = {"dc_rating": "800 kW", "tilt_deg": 10, "azimuth_deg": 180}
    for n in range(count):
        row_kw = kw(draw, 4, 11, 30.0)
        each = kw(draw, 25, 50, 10.0)
        engines = int(np.ceil(row_kw / each)) + int(draw.integers(1, 3))
        parts.append(part(f"g{n}", "gas_engine_2500", kw=each, count=engines))
        parts.append(part(f"b{n}", "switchboard_4000", f"g{n}", kw=4000.0))
        parts.append(part(f"pv{n}", "pv_1000", f"b{n}", kw=kw(draw, 2, 7, 100.0), solar=roof))
        small = {"battery_energy": "10 kWh"}
        store = part(f"s{n}", "bess_1000_2h", f"b{n}", kw=kw(draw, 1, 4, 100.0), overrides=small)
        parts += [store] if draw.random() < 0.4 else []
        rows.append(load(f"l{n}", row_kw, f"b{n}"))
    for n in range(count - 1):
        parts += [tie(draw, f"tie{n}", f"b{n}", f"b{n + 1}")] if draw.random() < 0.7 else []
    return parts, [*rows, load("dual", 60.0, "b0", "b1")]


@pytest.mark.parametrize("seed", range(2))
def test_arrays_keep_nothing_dark_that_is_said_to_be_served(seed: int) -> None:
    """At noon: what the graph calls served is served at the end of a run; more may be, by sun that
    no availability counts.
    """
    draw = np.random.default_rng(32_000 + seed)
    made = asked(power_only(*islands_with_arrays(draw)), horizon="100 min")
    noon = {"start": "2026-06-21T12:00:00-05:00"}
    run = twin.start(built := twin.build(loaded(made | noon)))
    run.until(60.0)
    for lost, racks in losses(built, draw):
        assert dark_in_the_end(run, lost) <= racks, lost
