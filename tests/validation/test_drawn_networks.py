"""Claim: in layouts of rings, ties, static switches, UPS, generators, machines and stores drawn
with random numbers, none of them short of capacity, racks have power where a walk of the network
from the sources reaches them: by networkx, for every loss and pair, and in runs.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import networkx as nx
import numpy as np
import pytest

import twin
from tests.planned import Draw, Made, dark_in_the_end
from tests.power_layouts import facility, load, part, power_only
from twin.facility.dependency import dependency
from twin.physics.reliability.contingency import down_nodes

BIG_KW = 40000.0
STARTS = {"start_failure_probability": 1e-9, "run_failure_first_hour_probability": 1e-12}
SOURCES = ("utility_feed", "genset_2000", "gas_turbine_16mw")
SMALL = {"battery_energy": "10 kWh"}
"""Empty long before a run ends."""
GEAR = "mv_switchgear_30mw"


def big(name: str, kind: str, *fed_by: str, **keys: Any) -> dict[str, Any]:
    return part(name, kind, *fed_by, kw=BIG_KW, **keys)


def drawn(draw: Draw) -> Made:
    """Sources, a ring or plain feeders, boards with ties and generators, UPS, static switches."""
    parts = _sources(draw)
    count = int(draw.integers(2, 5))
    above = _ring(draw, parts, count) if draw.random() < 0.6 else ["fa", "fb", "fa", "fb"][:count]
    if draw.random() < 0.6:
        parts.append(big("gen", "genset_2000", count=int(draw.integers(1, 3)), overrides=STARTS))
        parts.append(big("bus", "switchboard_4000", "gen"))
    called = "bus" in {p["name"] for p in parts}
    for k in range(count):
        parts.append(big(f"t{k}", "transformer_2500", above[k], count=int(draw.integers(1, 3))))
        feeds = [f"t{k}", *(["bus"] if called and draw.random() < 0.6 else [])]
        mode = {"mode": str(draw.choice(["share", "priority"]))} if len(feeds) > 1 else {}
        parts.append(big(f"b{k}", "switchboard_4000", *feeds, **mode))
        if draw.random() < 0.3:
            parts.append(part(f"bess{k}", "bess_1000_2h", f"b{k}", overrides=SMALL))
        modules = int(draw.integers(1, 3))
        parts.append(part(f"u{k}", "ups_1250", f"b{k}", kw=200.0, count=modules, overrides=SMALL))
        parts.append(big(f"d{k}", "switchboard_4000", f"u{k}"))
    for k in range(count - 1):
        if draw.random() < 0.4:
            parts.append({**big(f"tie{k}", "ats_4000"), "tie": [f"b{k}", f"b{k + 1}"]})
    return parts, _rows(draw, parts, count)


def _sources(draw: Draw) -> list[dict[str, Any]]:
    kinds = [SOURCES[int(draw.choice([0, 0, 2]))] for _ in "ab"]
    parts = [
        part(f"s{n}", kind) if kind == "utility_feed" else big(f"s{n}", kind)
        for n, kind in zip("ab", kinds, strict=True)
    ]
    return [*parts, big("fa", GEAR, "sa"), big("fb", GEAR, str(draw.choice(["sa", "sb"])))]


def _ring(draw: Draw, parts: list[dict[str, Any]], count: int) -> list[str]:
    names = [f"m{k}" for k in range(count)]
    parts += [big(name, GEAR) for name in names]
    ends = [["fa", "fb"], ["fb", "fa"], ["fa", "fa"]][int(draw.integers(3))]
    stated = {"ends": ends, "boards": names, "open": int(draw.integers(1, count + 2))}
    parts.append(big("ring", GEAR, count=count + 1, ring=stated))
    return names


def _rows(draw: Draw, parts: list[dict[str, Any]], count: int) -> list[dict[str, Any]]:
    rows = []
    for k in range(count):
        one, other = (f"d{n}" for n in draw.permutation(count)[:2])
        if draw.random() < 0.4:
            parts.append(big(f"x{k}", "sts_1000", one, other, mode="priority"))
            rows.append(load(f"l{k}", 30.0, f"x{k}", *([other] if draw.random() < 0.5 else [])))
        else:
            rows.append(load(f"l{k}", 30.0, one, *([other] if draw.random() < 0.6 else [])))
    return rows


def members(group: dict[str, Any]) -> list[str]:
    count = group.get("count", 1)
    return [group["name"]] if count == 1 else [f"{group['name']}_{n + 1}" for n in range(count)]


def network(layout: dict[str, Any]) -> tuple[nx.DiGraph, dict[str, set[str]]]:
    """The network as arrows from feed to taker, and what each point of it needs in order."""
    groups = {g["name"]: g for g in layout["power"]}
    feeds = {
        name: [m for s in _listed(group) for m in members(groups[s])]
        for name, group in groups.items()
    }
    arrows = nx.DiGraph()
    needs: dict[str, set[str]] = {}
    for name, group in groups.items():
        for member in members(group):
            arrows.add_edges_from((supply, member) for supply in feeds[name])
            arrows.add_node(member, source=group["type"] in SOURCES)
            needs[member] = {member}
        for arrow, wanted in [*_of_ring(group), *_of_tie(group, feeds, groups)]:
            arrows.add_edge(*arrow)
            for point in arrow:
                needs.setdefault(point, set()).update(wanted.get(point, ()))
    for row in layout["halls"][0]["rows"]:
        for supply in (m for s in row["fed_by"] for m in members(groups[s])):
            arrows.add_edge(supply, row["name"])
        needs[row["name"]] = set()
    return arrows, needs


def _listed(group: dict[str, Any]) -> list[str]:
    fed_by = group.get("fed_by", [])
    return [fed_by] if isinstance(fed_by, str) else list(fed_by)


Arrow = tuple[tuple[str, str], dict[str, set[str]]]


def _of_ring(group: dict[str, Any]) -> Iterator[Arrow]:
    """Sections and the bars of boards between them, both ways; boards take and give nothing."""
    if "ring" not in group:
        return
    ring = group["ring"]
    bars = [f"bars of {name}" for name in ring["boards"]]
    needs = {bar: {name} for bar, name in zip(bars, ring["boards"], strict=True)}
    sections = members(group)
    for k, bar in enumerate(bars):
        for section in sections[k : k + 2]:
            yield (section, bar), needs
            yield (bar, section), needs
        yield (bar, ring["boards"][k]), needs
    for end, section in zip(ring["ends"], (sections[0], sections[-1]), strict=True):
        yield (end, section), {}


def _of_tie(
    group: dict[str, Any], feeds: dict[str, list[str]], groups: dict[str, dict[str, Any]]
) -> Iterator[Arrow]:
    """What feeds either board, generators aside, by way of that board, to the other one."""
    tie = group.get("tie", [])
    for name, other in zip(tie, tie[::-1], strict=True):
        way = f"{group['name']} over {name}"
        for supply in (s for s in feeds[name] if s != "bus"):
            yield (supply, way), {way: {group["name"], name}}
        yield (way, other), {}


def dark_rows(arrows: nx.DiGraph, needs: dict[str, set[str]], lost: tuple[str, ...]) -> set[str]:
    left = arrows.subgraph(p for p in arrows if not needs[p] & set(lost))
    rows = [p for p in arrows if p.startswith("l") and not needs[p]]
    sources = {p for p, is_source in left.nodes(data="source") if is_source}
    return {row for row in rows if not nx.ancestors(left, row) & sources}


def judged(built: twin.Facility, cases: list[tuple[str, ...]]) -> list[set[str]]:
    gates = dependency(built)
    down = down_nodes(gates, [[gates.index[name] for name in case] for case in cases])
    rows = {rack: rack.rsplit("_", 1)[0] for rack in built.racks.id}
    return [
        {row for rack, row in rows.items() if down[gates.index[rack], place]}
        for place in range(len(cases))
    ]


@pytest.mark.parametrize("first", range(0, 40, 10))
def test_every_loss_and_pair_by_networkx(first: int) -> None:
    for seed in range(first, first + 10):
        layout = power_only(*drawn(np.random.default_rng([seed, 77])))
        built = facility(layout)
        arrows, needs = network(layout)
        names = [p for p in needs if p in built.power.id and not p.startswith("mech")]
        names = [p for p in names if not p.startswith("l")]
        cases = [*((name,) for name in names), *combinations(names, 2)]
        for case, said in zip(cases, judged(built, cases), strict=True):
            assert said == dark_rows(arrows, needs, case), (seed, case)


@pytest.mark.parametrize("seed", range(3))
def test_the_same_in_runs_and_in_simulated_years(seed: int) -> None:
    """A few losses and pairs; unavailability exact and simulated."""
    draw = np.random.default_rng([seed, 78])
    layout = power_only(*drawn(draw))
    built = facility(layout)
    arrows, needs = network(layout)
    names = [p for p in needs if p in built.power.id and not p.startswith(("mech", "l"))]
    cases = [*((name,) for name in names), *combinations(names, 2)]
    run = twin.start(built)
    run.until(60.0)
    for place in draw.permutation(len(cases))[:10].tolist():
        dark = {rack.rsplit("_", 1)[0] for rack in dark_in_the_end(run, cases[place])}
        assert dark == dark_rows(arrows, needs, cases[place]), cases[place]
    report = twin.redundancy(built)
    low, high = report.interval
    spread = 3.0 * (high - low) / 4.0
    middle = report.availability_monte_carlo["unavailability"]
    assert report.availability_exact["unavailability"] == pytest.approx(middle, abs=spread)
