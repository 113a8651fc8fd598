"""One-line diagram: power from the utility to the racks at the run's worst moment, and what was
dark then.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Patch

from twin.catalogue.equipment_kinds import Role, named, plural
from twin.present.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    VERMILION,
    WIDTH_IN,
    HouseFigure,
    moment_s,
    nothing,
    styled,
)
from twin.quantities import clock, middle, percent, power, shared, span
from twin.results import Result
from twin.results.enums import BREAKS, MENDS

MOST_BOXES = 13
"""In one column; past it, alike neighbours in one state are drawn as one box."""

_STATES = {"live": BLUE, "partly": ORANGE, "lost": VERMILION, "idle": "#9AA5B1", "unknown": GREY}
_FILLS = {"live": "#EAF3F9", "partly": "#FDF1DA", "lost": "#FBE3D6", "idle": "#F1F3F5"}
MOST_WIDE = 6
"""Columns past which a box is narrow: four short lines instead of three."""

_BOX = 0.87
"""Width of a box; the rest of its column is for the lines."""


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


@styled
def figure_oneline(result: Result) -> Figure:
    """Boxes by distance from the utility; blue is live, vermilion with dashes is lost, load beside
    rating.
    """
    graph = _power_graph(result)
    if not graph:
        return nothing("No power connection is in the edges table.")
    time_s, why = worst_moment(result)
    condition = _condition(result, graph, time_s)
    drawn = _grouped(graph, condition)
    columns = _columns(drawn)
    rows = max(map(len, columns))
    narrow = len(columns) > MOST_WIDE
    height_in = min(9.6, (0.7 if narrow else 0.55) * rows + 1.1)
    figure = HouseFigure(figsize=(WIDTH_IN, height_in), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(-0.02, len(columns) - 1 + _BOX + 0.02), ylim=(rows - 0.45, -0.55))
    axes.axis("off")
    axes.set_title(
        f"Power at {clock(time_s)}, {why}"
        if np.isfinite(time_s)
        else "Power; no state was recorded"
    )
    place = {
        name: (float(x), y) for x, names in enumerate(columns) for name, y in _spread(names, rows)
    }
    _draw_edges(axes, drawn, place)
    for name, at in place.items():
        _draw_box(axes, drawn.nodes[name]["box"], at, narrow)
    _legend(figure)
    return figure


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
    graph = _power_graph(result)
    components = result.frame("components")
    generators = set(components.loc[components["kind"].isin(named(Role.STANDBY)), "id"])
    found = {name for name in graph if graph.in_degree(name) == 0 and name not in generators}
    for name in nx.topological_sort(graph):
        if any(feed in found for feed in graph.predecessors(name)):
            found.add(name)
    return found


def _power_graph(result: Result) -> nx.DiGraph:
    edges = result.frame("edges")
    edges = edges[edges["system"] == "power"]
    graph = nx.DiGraph()
    graph.add_edges_from(zip(edges["source"], edges["target"], strict=True))
    while not nx.is_directed_acyclic_graph(graph):
        # a tie between two buses closes a ring: drawn without its last edge
        graph.remove_edge(*nx.find_cycle(graph)[-1][:2])
    return graph


def _condition(result: Result, graph: nx.DiGraph, time_s: float) -> dict[str, Box]:
    """How every component was at that moment; racks from their own table."""
    held = result.frame("components").drop_duplicates("id").set_index("id")
    elements = result.frame("power")
    elements = (
        elements[elements["time_s"] == time_s].drop_duplicates("component").set_index("component")
    )
    racks = result.frame("racks")
    racks = racks[racks["time_s"] == time_s].drop_duplicates("rack").set_index("rack")
    load = pd.concat([elements["power_out_w"], racks["power_w"]])
    live = pd.concat([elements["energised_frac"], racks["on_frac"]])
    peak = elements["load_max_frac"].replace(0.0, np.nan)
    broken = _broken(result.frame("events"), time_s)
    boxes = {}
    for name in graph:
        # what cooling equipment is rated for is heat, which does not belong beside its power
        rating_w = (
            0.0 if held["system"].get(name) == "cooling" else float(held["rating_w"].get(name, 0.0))
        )
        load_w = float(load.get(name, np.nan))
        load_frac = float(peak.get(name, load_w / rating_w if rating_w else np.nan))
        kind = str(held["kind"].get(name, ""))
        state = _state(float(live.get(name, np.nan)))
        state = (
            "idle"
            if kind in named(Role.STANDBY) and state == "lost" and name not in broken
            else state
        )
        boxes[name] = Box(
            (name,), kind, str(held["type"].get(name, "")), state, load_w, rating_w, load_frac
        )
    return _inherited(graph, boxes)


def _broken(events: pd.DataFrame, time_s: float) -> set[str]:
    """Components whose last event that breaks or mends, up to that moment, broke them."""
    told = events[(events["time_s"] <= time_s) & events["what"].isin([*BREAKS, *MENDS])]
    last = told.drop_duplicates("component", keep="last")
    return set(last.loc[last["what"].isin(BREAKS), "component"])


def _state(live_frac: float) -> str:
    if not np.isfinite(live_frac):
        return "unknown"
    return "live" if live_frac > 0.999 else "lost" if live_frac < 0.001 else "partly"


def _inherited(graph: nx.DiGraph, boxes: dict[str, Box]) -> dict[str, Box]:
    """What records no state of its own, such as a CDU, has that of its best feed; a bus of idle
    generators is idle.
    """
    best = ("live", "partly", "lost", "idle", "unknown")
    for name in nx.topological_sort(graph):
        feeds = [boxes[feed].state for feed in graph.predecessors(name)]
        if boxes[name].state == "lost" and feeds and set(feeds) == {"idle"}:
            boxes[name] = replace(boxes[name], state="idle")
        if boxes[name].state == "unknown" and feeds:
            box = boxes[name]
            state = min(feeds, key=best.index)
            boxes[name] = replace(box, state="lost" if state == "idle" else state)
    return boxes


def _grouped(graph: nx.DiGraph, condition: dict[str, Box]) -> nx.DiGraph:
    """The graph to draw: itself if it fits, else alike components with alike feeds merged from the
    top down.
    """
    key: dict[str, str] = {name: name for name in graph}
    if max(map(len, nx.topological_generations(graph))) > MOST_BOXES:
        for name in nx.topological_sort(graph):
            feeds = sorted({key[feed] for feed in graph.predecessors(name)})
            box = condition[name]
            key[name] = (
                f"{box.kind}|{box.type}|{box.rating_w}|{box.state}|{box.load_frac > 1.001}|{feeds}"
            )
    members: dict[str, list[str]] = {}
    for name in graph:
        members.setdefault(key[name], []).append(name)
    drawn = nx.DiGraph()
    for group, names in members.items():
        drawn.add_node(group, box=_merged([condition[name] for name in names]))
    drawn.add_edges_from((key[a], key[b]) for a, b in graph.edges if key[a] != key[b])
    return drawn


def _merged(boxes: list[Box]) -> Box:
    first = boxes[0]
    loads = np.array([box.load_frac for box in boxes])
    load_frac = float(np.nanmax(loads)) if np.isfinite(loads).any() else np.nan
    load_w = sum(box.load_w for box in boxes)
    rating_w = sum(box.rating_w for box in boxes)
    members = tuple(box.members[0] for box in boxes)
    return replace(first, members=members, load_w=load_w, rating_w=rating_w, load_frac=load_frac)


def _columns(drawn: nx.DiGraph) -> list[list[str]]:
    """Nodes by longest path from a source, each column ordered by where its feeds stand."""
    columns = [list(names) for names in nx.topological_generations(drawn)]
    order = {name: float(n) for n, name in enumerate(drawn)}
    for names in columns:
        names.sort(key=lambda name: (_feed_height(drawn, order, name), name))
        for n, name in enumerate(names):
            order[name] = (n + 0.5) / len(names)
    return columns


def _feed_height(drawn: nx.DiGraph, order: dict[str, float], name: str) -> float:
    feeds = [order[feed] for feed in drawn.predecessors(name)]
    return float(np.mean(feeds)) if feeds else order[name]


def _spread(names: list[str], rows: int) -> list[tuple[str, float]]:
    step = rows / len(names)
    return [(name, (n + 0.5) * step - 0.5) for n, name in enumerate(names)]


def _draw_edges(axes: Axes, drawn: nx.DiGraph, place: dict[str, tuple[float, float]]) -> None:
    """Elbows from right side to left side, each source on its own track; a feed that is dark is
    dashed.
    """
    column = {
        name: [other for other in place if place[other][0] == at[0]] for name, at in place.items()
    }
    for source, target in drawn.edges:
        (x0, y0) = place[source]
        (x1, y1) = place[target]
        feeds = sorted(drawn.predecessors(target), key=lambda name: place[name][1])
        y1 += 0.4 * ((feeds.index(source) + 1) / (len(feeds) + 1) - 0.5)
        same = column[source]
        bend = x1 - 0.135 + 0.12 * (same.index(source) + 1) / (len(same) + 1)
        states = (drawn.nodes[source]["box"].state, drawn.nodes[target]["box"].state)
        lost = "lost" in states
        look: dict[str, Any] = {
            "color": _STATES["idle"] if "idle" in states else BLUE,
            "linestyle": "-",
        }
        look = {"color": VERMILION, "linestyle": (0, (3, 2))} if lost else look
        axes.plot(
            [x0 + _BOX, bend, bend, x1], [y0, y0, y1, y1], linewidth=1.2, zorder=1 + lost, **look
        )


def _draw_box(axes: Axes, box: Box, at: tuple[float, float], narrow: bool) -> None:
    x, y = at
    over = box.load_frac > 1.001  # racks at their rating are not above it
    look: dict[str, Any] = {
        "facecolor": _FILLS.get(box.state, "white"),
        "edgecolor": _STATES[box.state],
    }
    look |= {"linewidth": 2.6 if over else 1.2, "zorder": 3}
    shape = "round,pad=0,rounding_size=0.04"
    axes.add_patch(
        FancyBboxPatch((x, y - 0.42), _BOX, 0.84, boxstyle=shape, mutation_aspect=2, **look)
    )
    lines = _words(box, narrow)
    step = 0.8 / (len(lines) + 1)
    ink = VERMILION if box.state == "lost" or over else GREY if box.state == "idle" else INK
    weight = "normal" if narrow else "bold"
    for n, text in enumerate([_box_title(box), *lines]):
        style: dict[str, Any] = {"color": ink} if n else {"color": INK, "weight": weight}
        axes.text(
            x + _BOX / 2,
            y - 0.4 + (n + 0.5) * step,
            text,
            ha="center",
            va="center",
            zorder=4,
            **style,
        )


def _box_title(box: Box) -> str:
    """The name; of several the folded names, what the names share, or their kind, whichever fits
    first.
    """
    if len(box.members) == 1:
        return middle(box.members[0], 12)
    fits = [
        text for text in (span(box.members, most=9), shared(box.members)) if 3 <= len(text) <= 12
    ]
    return middle((fits or [plural(box.kind)])[0], 12)


def _words(box: Box, narrow: bool) -> list[str]:
    """Load, share of rating and rating: two lines, or three short ones."""
    many = len(box.members)
    rating = f"of {power(box.rating_w)}" if box.rating_w > 0 else ""
    if many > 1:
        times = "×" if narrow else " × "
        rating = (
            f"{many}{times}{power(box.rating_w / many)}" if box.rating_w > 0 else f"{many} of them"
        )
    state = {"lost": "LOST", "idle": "idle", "unknown": ""}.get(box.state, box.state)
    if box.state in ("lost", "idle") or not np.isfinite(box.load_w):
        return [state, rating]
    peak = percent(box.load_frac, 0) if np.isfinite(box.load_frac) else ""
    load = [power(box.load_w), peak] if narrow else [f"{power(box.load_w)} {peak}".strip()]
    return [text for text in (*load, rating) if text]


def _legend(figure: Figure) -> None:
    handles = [
        Line2D([], [], color=BLUE, label="live"),
        Line2D([], [], color=VERMILION, linestyle=(0, (3, 2)), label="lost"),
        Patch(facecolor=_FILLS["idle"], edgecolor=_STATES["idle"], label="idle"),
        Patch(facecolor=_FILLS["partly"], edgecolor=ORANGE, label="lost for a while"),
        Patch(facecolor="white", edgecolor=INK, linewidth=2.6, label="above its rating"),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5)
