"""How the power equipment of a run was at its worst moment: one box a component, or a box for
several that are alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from twin.catalogue.equipment_kinds import Role, named
from twin.digraph import Digraph
from twin.present.figures.style import moment_s
from twin.results import Result
from twin.results.enums import BREAKS, MENDS

MOST_BOXES = 13
"""In one column; past it, alike neighbours in one state are drawn as one box."""


@dataclass(frozen=True)
class Box:
    """One drawn box: the components it stands for, and how they were."""

    members: tuple[str, ...]
    kind: str
    type: str
    state: str
    """live, partly (some of the period), lost, idle (a generator that is not asked to run) or
    unknown."""
    load_w: float
    rating_w: float
    load_frac: float
    side: str = ""
    """A, B and so on, of a supply that splits in two to four; several letters where it is fed from
    several; empty above the split and where there is none."""


def worst_moment(result: Result) -> tuple[float, str]:
    """End of the period that lost most supply, or was loaded highest if none did, and which of the
    two.

    What hangs on generators alone is dead in ordinary times, which is no loss.
    """
    held = result.frame("power")
    if held.empty:
        return np.nan, ""
    mains = _on_mains(result)
    fed = held[held["component"].isin(mains)] if mains else held
    usual_w = fed.groupby("component")["power_out_w"].transform("max").fillna(0.0)
    lost_w = ((1 - fed["energised_frac"]) * usual_w).groupby(fed["time_s"]).sum()
    if lost_w.max() > 0:
        return moment_s(lost_w), "when most supply was lost"
    loading = held.groupby("time_s")["load_max_frac"].max()
    at_s = moment_s(loading) if loading.notna().any() else float(held["time_s"].max())
    return at_s, "when loading was highest"


def _on_mains(result: Result) -> set[str]:
    """Power components that something else than generators can feed."""
    graph = power_graph(result)
    components = result.frame("components")
    generators = set(components.loc[components["kind"].isin(named(Role.STANDBY)), "id"])
    found = {name for name in graph if not graph.predecessors(name) and name not in generators}
    for name in graph.sorted():
        if any(feed in found for feed in graph.predecessors(name)):
            found.add(name)
    return found


def power_graph(result: Result) -> Digraph:
    """Who feeds whom with power, without rings."""
    edges = result.frame("edges")
    edges = edges[edges["system"] == "power"]
    graph = Digraph()
    for source, target, role in zip(edges["source"], edges["target"], edges["role"], strict=True):
        graph.add_edge(source, target, role=role)
    graph.open_rings()  # which a tie between two buses closes
    return graph


def condition_of(result: Result, graph: Digraph, time_s: float) -> dict[str, Box]:
    """How every component was at that moment; racks from their own table."""
    components = result.frame("components").drop_duplicates("id").set_index("id")
    elements = _at(result.frame("power"), time_s, "component")
    racks = _at(result.frame("racks"), time_s, "rack")
    load = pd.concat([elements["power_out_w"], racks["power_w"]])
    live = pd.concat([elements["energised_frac"], racks["on_frac"]])
    peak = elements["load_max_frac"].replace(0.0, np.nan)
    broken = _broken(result.frame("events"), time_s)
    kinds = {str(name): str(kind) for name, kind in components["kind"].items()}
    side = sides_of(graph, kinds)
    boxes = {}
    for name in graph:
        rating_w = _power_rating_w(components, name)
        load_w = float(load.get(name, np.nan))
        load_frac = float(peak.get(name, load_w / rating_w if rating_w else np.nan))
        kind = str(components["kind"].get(name, ""))
        type_ = str(components["type"].get(name, ""))
        state = _state_of(float(live.get(name, np.nan)))
        if state == "lost" and kind in named(Role.STANDBY) and name not in broken:
            state = "idle"
        boxes[name] = Box((name,), kind, type_, state, load_w, rating_w, load_frac, side[name])
    return _inherited(graph, boxes)


MOST_SIDES = 4
"""Alike branches of one supply that are sides; more of them are a crowd."""


def sides_of(graph: Digraph, kinds: Mapping[str, str]) -> dict[str, str]:
    """The side of every component, by the first feed that it has one from where feeds are taken in
    order, else by all of them.
    """
    side: dict[str, str] = {}
    standby = set(named(Role.STANDBY))
    for name in graph.sorted():
        held = [side[feed] for feed in graph.predecessors(name) if side[feed]]
        roles = [graph.edge(feed, name).get("role") for feed in graph.predecessors(name)]
        ordered = "priority" in roles
        found = held[0] if held and ordered else "".join(sorted(set("".join(held))))
        alone = kinds.get(name) in standby
        side[name] = found or ("" if alone else _split(graph, kinds, name))
    for name in graph:
        below = {side[fed] for fed in graph.successors(name)}
        if kinds.get(name) in standby and len(below) == 1:
            side[name] = below.pop()
    return side


def _split(graph: Digraph, kinds: Mapping[str, str], name: str) -> str:
    """A letter for one of two to four alike branches of the same supply."""
    feeds = set(graph.predecessors(name))
    alike = [
        other
        for other in graph
        if kinds.get(other) == kinds.get(name) and set(graph.predecessors(other)) == feeds
    ]
    return chr(ord("A") + alike.index(name)) if 2 <= len(alike) <= MOST_SIDES else ""


def _at(frame: pd.DataFrame, time_s: float, key: str) -> pd.DataFrame:
    """The rows of one period, by component."""
    return frame[frame["time_s"] == time_s].drop_duplicates(key).set_index(key)


def _power_rating_w(components: pd.DataFrame, name: str) -> float:
    """Rated power; none for cooling equipment, whose rating is heat and stands in no relation to
    the power it draws.
    """
    cools = components["system"].get(name) == "cooling"
    return 0.0 if cools else float(components["rating_w"].get(name, 0.0))


def _broken(events: pd.DataFrame, time_s: float) -> set[str]:
    """Components whose last event that breaks or mends, up to that moment, broke them."""
    rows = events[(events["time_s"] <= time_s) & events["what"].isin([*BREAKS, *MENDS])]
    last = rows.drop_duplicates("component", keep="last")
    return set(last.loc[last["what"].isin(BREAKS), "component"])


def _state_of(live_frac: float) -> str:
    if not np.isfinite(live_frac):
        return "unknown"
    return "live" if live_frac > 1 - 1e-6 else "lost" if live_frac < 0.001 else "partly"


def _inherited(graph: Digraph, boxes: dict[str, Box]) -> dict[str, Box]:
    """What records no state of its own, such as a CDU, has that of its best feed; a bus of idle
    generators is idle.
    """
    best = ("live", "partly", "lost", "idle", "unknown")
    for name in graph.sorted():
        feeds = [boxes[feed].state for feed in graph.predecessors(name)]
        if boxes[name].state == "lost" and feeds and set(feeds) == {"idle"}:
            boxes[name] = replace(boxes[name], state="idle")
        if boxes[name].state == "unknown" and feeds:
            box = boxes[name]
            state = min(feeds, key=best.index)
            boxes[name] = replace(box, state="lost" if state == "idle" else state)
    return boxes


def merged_where_alike(graph: Digraph, condition: dict[str, Box]) -> Digraph:
    """The graph to draw: itself if it fits, else alike components with alike feeds merged from the
    top down.
    """
    key: dict[str, str] = {name: name for name in graph}
    if max(map(len, graph.generations())) > MOST_BOXES:
        for name in graph.sorted():
            feeds = sorted({key[feed] for feed in graph.predecessors(name)})
            box = condition[name]
            key[name] = (
                f"{box.kind}|{box.type}|{box.rating_w}|{box.state}|{box.load_frac > 1.001}|{feeds}"
                f"|{box.side}"
            )
    members: dict[str, list[str]] = {}
    for name in graph:
        members.setdefault(key[name], []).append(name)
    drawn = Digraph()
    for group, names in members.items():
        drawn.add_node(group, box=_merged([condition[name] for name in names]))
    drawn.add_edges((key[a], key[b]) for a, b in graph.edges if key[a] != key[b])
    return drawn


def _merged(boxes: list[Box]) -> Box:
    first = boxes[0]
    loads = np.array([box.load_frac for box in boxes])
    load_frac = float(np.nanmax(loads)) if np.isfinite(loads).any() else np.nan
    load_w = sum(box.load_w for box in boxes)
    rating_w = sum(box.rating_w for box in boxes)
    members = tuple(box.members[0] for box in boxes)
    return replace(first, members=members, load_w=load_w, rating_w=rating_w, load_frac=load_frac)
