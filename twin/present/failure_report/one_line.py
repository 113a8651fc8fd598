"""One-line diagram of a failure report: boxes by distance from the sources, and lines between them,
as plain shapes that SVG and PDF draw alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from twin.catalogue.equipment_kinds import plural
from twin.digraph import Digraph
from twin.quantities import middle, percent, power, shared, span

WIDTH = 960.0
BOX_HEIGHT = 50.0
ROW = 62.0
GUTTER = 27.0
TITLE_PT = 9.6
LETTER = 6.75
"""Width of a bold letter of a title, spare included."""
SPARE = 0.8
"""Heights of a line that a box has above and below its lines."""
DROP = 1.5
"""Points by which a line stands below the foot of its share: letters rise more than they hang."""
_UPRIGHT_PT = (510.0, 654.0)
_ACROSS_PT = (745.0, 407.0)
"""Room on a sheet of A4 below a heading and its sentences."""
MOST_ROWS = 14
"""In one column; past it, boxes of a kind with the same supplies are drawn as one."""


@dataclass(frozen=True)
class DiagramBox:
    """One drawn box, and the components that it stands for."""

    members: tuple[str, ...]
    lines: tuple[str, ...]
    load_frac: float | None
    x: float
    y: float
    width: float


@dataclass(frozen=True)
class Wire:
    """A line from one box to another, in corners."""

    points: tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class OneLine:
    """All shapes, in points from the upper left corner."""

    width: float
    height: float
    boxes: tuple[DiagramBox, ...]
    wires: tuple[Wire, ...]

    @property
    def is_across(self) -> bool:
        """Whether it is larger on a sheet that lies across than on one that stands upright."""
        return self._scale_in(_ACROSS_PT) > self._scale_in(_UPRIGHT_PT)

    @property
    def scale(self) -> float:
        """Its size on that sheet over its own."""
        return max(self._scale_in(_ACROSS_PT), self._scale_in(_UPRIGHT_PT))

    def _scale_in(self, room_pt: tuple[float, float]) -> float:
        return min(room_pt[0] / self.width, room_pt[1] / self.height)


def diagram(held: Mapping[str, Any]) -> OneLine:
    """Lay out the boxes and lines of the part `one_line`."""
    graph = _graph(held["boxes"], held["lines"])
    columns = graph.generations()
    if max(map(len, columns), default=0) > MOST_ROWS:
        graph = _merged(graph)
        columns = graph.generations()
    _order(graph, columns)
    rows = max(map(len, columns), default=1)
    width = (WIDTH - GUTTER * (len(columns) - 1)) / max(len(columns), 1)
    place = _places(columns, rows, width)
    boxes = tuple(_box(graph.nodes[name], *place[name], width) for name in place)
    return OneLine(WIDTH, rows * ROW + 8.0, boxes, tuple(_wires(graph, place, columns, width)))


def _graph(boxes: Iterable[Mapping[str, Any]], lines: Iterable[Mapping[str, str]]) -> Digraph:
    graph = Digraph()
    for box in boxes:
        graph.add_node(box["box"], **box)
    graph.add_edges((line["from"], line["to"]) for line in lines)
    return graph


def _merged(graph: Digraph) -> Digraph:
    """Boxes of one kind and rating with the same supplies as one, from the sources down."""
    key: dict[str, str] = {}
    groups: dict[str, list[str]] = {}
    for name in graph.sorted():
        box = graph.nodes[name]
        feeds = sorted({key[feed] for feed in graph.predecessors(name)})
        key[name] = f"{box['kind']}|{box['rating_w']}|{feeds}"
        groups.setdefault(key[name], []).append(name)
    merged = Digraph()
    for group, names in groups.items():
        merged.add_node(group, **_together([graph.nodes[name] for name in names]))
    merged.add_edges((key[a], key[b]) for a, b in graph.edges)
    return merged


def _together(boxes: list[Mapping[str, Any]]) -> dict[str, Any]:
    loads = [box["load_frac"] for box in boxes if box["load_frac"] is not None]
    ratings = [box["rating_w"] for box in boxes if box["rating_w"] is not None]
    return {
        "box": boxes[0]["box"],
        "kind": boxes[0]["kind"],
        "members": [name for box in boxes for name in box["members"]],
        "rating_w": sum(ratings) if ratings else None,
        "load_w": sum(box["load_w"] for box in boxes),
        "load_frac": max(loads) if loads else None,
    }


def _order(graph: Digraph, columns: list[list[str]]) -> None:
    """Each column by where its supplies stand."""
    height: dict[str, float] = {}
    for names in columns:
        names.sort(key=lambda name: (_mean_height(graph, height, name), name))
        for n, name in enumerate(names):
            height[name] = (n + 0.5) / len(names)


def _mean_height(graph: Digraph, height: Mapping[str, float], name: str) -> float:
    feeds = [height[feed] for feed in graph.predecessors(name)]
    return sum(feeds) / len(feeds) if feeds else 0.5


def _places(columns: list[list[str]], rows: int, width: float) -> dict[str, tuple[float, float]]:
    """Upper left corner of every box."""
    return {
        name: (x * (width + GUTTER), (n + 0.5) * rows / len(names) * ROW - BOX_HEIGHT / 2)
        for x, names in enumerate(columns)
        for n, name in enumerate(names)
    }


def _box(held: Mapping[str, Any], x: float, y: float, width: float) -> DiagramBox:
    members = tuple(held["members"])
    rating_w = held["rating_w"]
    load_frac = held["load_frac"]
    loaded = power(held["load_w"])
    if load_frac is not None:
        loaded = f"{loaded}, {percent(load_frac, 0)}"
    rated = f"of {power(rating_w)}" if rating_w is not None else ""
    lines = (_title(members, str(held["kind"]), int(width / LETTER)), loaded, rated)
    return DiagramBox(members, tuple(filter(None, lines)), load_frac, x, y, width)


def _title(members: tuple[str, ...], kind: str, most: int) -> str:
    """The name, or how many of which, in as many letters as the box has room for."""
    if len(members) == 1:
        return middle(members[0], most)
    times = f"{len(members)} × "
    room = most - len(times)
    names = (span(members, most=14), shared(members))
    fits = [text for text in names if 3 <= len(text) <= room]
    return f"{times}{middle((fits or [plural(kind)])[0], room)}"


def _wires(
    graph: Digraph, place: Mapping[str, tuple[float, float]], columns: list[list[str]], width: float
) -> Iterable[Wire]:
    """Elbows, each source on a track of its own before the column it leads to."""
    track = {name: (n + 1) / (len(names) + 1) for names in columns for n, name in enumerate(names)}
    for a, b in graph.edges:
        (ax, ay), (bx, by) = place[a], place[b]
        feeds = sorted(graph.predecessors(b), key=lambda name: place[name][1])
        share = (feeds.index(a) + 1) / (len(feeds) + 1)
        y0 = ay + BOX_HEIGHT / 2
        y1 = by + BOX_HEIGHT * (0.2 + 0.6 * share)
        bend = bx - GUTTER * (0.15 + 0.7 * track[a])
        yield Wire(((ax + width, y0), (bend, y0), (bend, y1), (bx, y1)))
