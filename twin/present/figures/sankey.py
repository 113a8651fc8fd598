"""Energy Sankey: from the sources on the left to work, cooling and losses on the right, in MWh and
percent.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from twin.catalogue.equipment_kinds import COOLING_ROLES, named, plural, singular
from twin.digraph import Digraph
from twin.present.figures.style import (
    BLUE,
    GREY,
    INK,
    ORANGE,
    SKY,
    VERMILION_INK,
    WIDTH_IN,
    HouseFigure,
    nothing,
    styled,
)  # fmt: skip
from twin.quantities import energy, percent, short
from twin.results import Result

CLOSES_FRAC = 0.001
"""A diagram whose stages differ by more of the total than this says so in red."""

SMALL_FRAC = 0.0005
LOSS = "loss: "
_NODE = 0.1
_GAP = 0.02
_LABEL = 0.135
_INCHES = 2.7
"""Bar width, gap and label height as shares of the total's height, and that height in inches."""


@dataclass
class _Node:
    """One bar: where it stands, how tall, and how far its in and out sides are used up."""

    x: float
    top: float
    size: float
    used_in: float = 0.0
    used_out: float = 0.0


@styled
def figure_sankey(result: Result) -> Figure:
    """Ribbon widths are energies; every number is of the energy that entered from outside."""
    graph = energy_graph(staged(result.frame("energy")))
    total_j = _total_j(graph)
    if not graph or total_j <= 0:
        return nothing("No energy flow was recorded.")
    sinks = [name for name in graph if not graph.successors(name)]
    nodes = _placed(graph, total_j, sinks)
    last = max(node.x for node in nodes.values())
    lowest = min(node.top - max(node.size, _LABEL) for node in nodes.values())
    figure = HouseFigure(figsize=(WIDTH_IN, _INCHES * (1.16 - lowest) + 0.3), layout="constrained")
    axes = figure.subplots()
    axes.set(xlim=(-0.02, last * 1.29 + 0.1), ylim=(lowest, 1.16))
    axes.axis("off")
    axes.set_title(_title(graph, total_j))
    _draw_ribbons(axes, graph, nodes, total_j)
    for name, node in nodes.items():
        _draw_node(axes, graph, name, node, total_j)
    return figure


def staged(flows: pd.DataFrame) -> pd.DataFrame:
    """The energy table with cooling and losses as stages of their own; losses under 0.1 % of all
    become one.
    """
    rows: list[tuple[str, str, float]] = []
    smallest_j = SMALL_FRAC * float(flows["energy_j"].sum())
    for source, target, energy_j in zip(
        flows["source"], flows["target"], flows["energy_j"], strict=True
    ):
        lost = target.startswith(LOSS)
        cools = target in named(*COOLING_ROLES)
        stage = "losses" if lost else "cooling" if cools else ""
        end = plural(target) if cools else singular(target.removeprefix(LOSS))
        if stage:
            rows.append((source, stage, energy_j))
            rows.append((stage, "other losses" if stage == "losses" and energy_j < smallest_j else
                         f"{end} losses" if stage == "losses" else end, energy_j))  # fmt: skip
        else:
            rows.append((source, end, energy_j))
    return pd.DataFrame(rows, columns=["source", "target", "energy_j"])


def energy_graph(flows: pd.DataFrame) -> Digraph:
    """Stages as nodes and `energy_j` on edges; what flows back to a stage ends in `<stage>,
    stored`.
    """
    graph = Digraph()
    held = (
        flows[flows["energy_j"] > 0]
        .groupby(["source", "target"], sort=False)["energy_j"]
        .sum()
        .reset_index()
    )
    for source, target, energy_j in zip(
        held["source"], held["target"], held["energy_j"], strict=True
    ):
        back = source == target or (source in graph and target in graph.ancestors(source))
        graph.add_edge(source, f"{target}, stored" if back else target, energy_j=float(energy_j))
    return graph


def residual_frac(graph: Digraph) -> float:
    """The largest difference between what enters and leaves a stage, over all that entered from
    outside.
    """
    total_j = _total_j(graph)
    inner = [name for name in graph if graph.predecessors(name) and graph.successors(name)]
    gaps = [abs(_in_j(graph, name) - _out_j(graph, name)) for name in inner]
    return max(gaps, default=0.0) / total_j if total_j else 0.0


def _in_j(graph: Digraph, name: str) -> float:
    return graph.total_in(name, "energy_j")


def _out_j(graph: Digraph, name: str) -> float:
    return graph.total_out(name, "energy_j")


def _total_j(graph: Digraph) -> float:
    return sum(_out_j(graph, name) for name in graph if not graph.predecessors(name))


def _title(graph: Digraph, total_j: float) -> str:
    gap = residual_frac(graph)
    if gap > CLOSES_FRAC:
        return (
            f"{energy(total_j)} in; DOES NOT CLOSE: {percent(gap, 2)} unaccounted for at one stage"
        )
    return f"{energy(total_j)} in; closes within {percent(max(gap, 1e-6), 4)}"


def _placed(graph: Digraph, total_j: float, sinks: list[str]) -> dict[str, _Node]:
    """Stages by longest path, every sink in the last column; a stage stands below what passes it
    by.
    """
    level = {name: n for n, names in enumerate(graph.generations()) for name in names}
    last = max(level.values())
    columns: dict[int, list[str]] = {}
    for name in graph:
        columns.setdefault(last if name in sinks else level[name], []).append(name)
    columns[last] = sorted(sinks, key=lambda name: _sink_order(graph, level, name))
    passing_j = sum(_in_j(graph, name) for name in sinks if level[name] < last)
    nodes: dict[str, _Node] = {}
    for x, names in columns.items():
        top = 1.0 - (passing_j / total_j + _LABEL if 1 < x < last else 0.0)
        for name in sorted(names, key=lambda name: -_in_j(graph, name)) if 1 < x < last else names:
            size = max(_in_j(graph, name), _out_j(graph, name)) / total_j
            slot = max(size, _LABEL) if x in (0, last) else size
            nodes[name] = _Node(float(x), top - (slot - size) / 2, size)
            top -= slot + (_LABEL if x < last else _GAP)
    return nodes


def _sink_order(graph: Digraph, level: dict[str, int], name: str) -> tuple[int, float, float]:
    """What leaves early first; then stage by stage, the larger one first."""
    feeder = max(graph.predecessors(name), key=lambda stage: level[stage], default=name)
    return level[feeder], -_in_j(graph, feeder), -_in_j(graph, name)


def _draw_ribbons(axes: Axes, graph: Digraph, nodes: dict[str, _Node], total_j: float) -> None:
    """From the top of each side downwards, in the order in which the far ends stand."""
    for source in nodes:
        for target in sorted(
            graph.successors(source), key=lambda name: (-nodes[name].top, nodes[name].x)
        ):
            width = graph.edge(source, target)["energy_j"] / total_j
            a = nodes[source]
            b = nodes[target]
            y0 = a.top - a.used_out
            y1 = b.top - b.used_in
            a.used_out = a.used_out + width
            b.used_in = b.used_in + width
            axes.add_patch(_ribbon(a.x + _NODE, y0, b.x, y1, width, _colour(target)))


def _ribbon(x0: float, y0: float, x1: float, y1: float, width: float, colour: str) -> PathPatch:
    """Two Bezier edges that leave and arrive level; the bend is near the far end, clear of later
    stages.
    """
    bend = x1 - 0.55 * min(1.0, x1 - x0)
    middle = (bend + x1) / 2
    points = [
        (x0, y0),
        (bend, y0),
        (middle, y0),
        (middle, y1),
        (x1, y1),
        (x1, y1 - width),
        (middle, y1 - width),
        (middle, y0 - width),
        (bend, y0 - width),
        (x0, y0 - width),
        (x0, y0),
    ]
    curve = [Path.CURVE4] * 3
    codes = [Path.MOVETO, Path.LINETO, *curve, Path.LINETO, *curve, Path.LINETO, Path.CLOSEPOLY]
    return PathPatch(
        Path(np.array(points), codes), facecolor=colour, alpha=0.55, edgecolor="none", zorder=1
    )


def _colour(name: str) -> str:
    lower = name.lower()
    if "loss" in lower:
        return ORANGE
    if any(word in lower for word in ("cool", "cdu", "chill", "pump", "air handler", "tower")):
        return SKY
    return BLUE if lower == "racks" else GREY if "stored" in lower else "#7FA8C9"


def _draw_node(axes: Axes, graph: Digraph, name: str, node: _Node, total_j: float) -> None:
    sink = not graph.successors(name)
    size = max(node.size, 0.004)
    axes.add_patch(
        Rectangle((node.x, node.top - size), _NODE, size, facecolor=_colour(name), zorder=3)
    )
    energy_j = max(_in_j(graph, name), _out_j(graph, name))
    if sink:
        text = f"{short(name, 22)}\n{energy(energy_j)}, {percent(energy_j / total_j, 1)}"
        axes.text(
            node.x + _NODE + 0.06,
            node.top - node.size / 2,
            text,
            va="center",
            color=INK,
            linespacing=1.15,
        )
    else:
        gap = (
            abs(_in_j(graph, name) - _out_j(graph, name)) / total_j
            if graph.predecessors(name)
            else 0.0
        )
        ink = VERMILION_INK if gap > CLOSES_FRAC else INK
        text = f"{short(name, 15)}\n{energy(energy_j)}"
        axes.text(node.x, node.top + 0.015, text, va="bottom", color=ink, linespacing=1.15)
