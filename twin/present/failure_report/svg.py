"""The one-line diagram as SVG inside the page, boxes lit by the cut set that is chosen."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup, escape

from twin.present.failure_report.one_line import (
    BOX_HEIGHT,
    DROP,
    SPARE,
    TITLE_PT,
    DiagramBox,
    OneLine,
    Wire,
)

LEVELS = ((1.0 + 1e-9, "over"), (0.8, "high"), (0.0, "fair"))
"""Load over rating from which a box has that look."""


_PAINT = {
    "plain": 'fill="#f4f6f8" stroke="#7b8794" stroke-width="1.2"',
    "fair": 'fill="#eaf3f9" stroke="#0072b2" stroke-width="1.2"',
    "high": 'fill="#eaf3f9" stroke="#e69f00" stroke-width="2.4"',
    "over": 'fill="#fbe3d6" stroke="#d55e00" stroke-width="3"',
}
"""Attributes, which every program that shows the page obeys; style rules come before them."""
_INK = 'text-anchor="middle" fill="#1f2933"'


def svg(drawn: OneLine) -> Markup:
    """The diagram; each box has a class `b0`, `b1` … for the rules that light it."""
    wires = Markup("").join(map(_wire, drawn.wires))
    boxes = Markup("").join(_box(n, box) for n, box in enumerate(drawn.boxes))
    return Markup(
        '<svg class="oneline" viewBox="-4 -4 {} {}" role="img" aria-label="One-line diagram">{}{}'
        "</svg>"
    ).format(f"{drawn.width + 8:g}", f"{drawn.height + 8:g}", wires, boxes)


def rules(drawn: OneLine, cut_sets: Sequence[Sequence[str]]) -> str:
    """Style rules by which the cut set that a reader chooses lights up its boxes."""
    box_of = {name: n for n, box in enumerate(drawn.boxes) for name in box.members}
    lines = []
    for k, names in enumerate(cut_sets):
        lit = sorted({n for name in names if (n := _box_number(box_of, name)) is not None})
        chosen = f"main:has(#cut-{k}:checked)"
        if lit:
            which = ", ".join(f"{chosen} .b{n} rect" for n in lit)
            lines.append(f"{which} {{ fill: #b84a00; stroke: #7a2e00; stroke-width: 3; }}")
            inks = ", ".join(f"{chosen} .b{n} text" for n in lit)
            lines.append(f"{inks} {{ fill: #fff; }}")
    return "\n".join(lines)


def _box_number(box_of: dict[str, int], name: str) -> int | None:
    """A pump has no box of its own: it lights that of its unit."""
    return box_of.get(name, box_of.get(name.partition("_pump_")[0]))


def look(box: DiagramBox) -> str:
    """How a box shows its load."""
    if box.load_frac is None:
        return "plain"
    return next(name for least, name in LEVELS if box.load_frac >= least)


def _wire(wire: Wire) -> Markup:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in wire.points)
    return Markup('<polyline points="{}" fill="none" stroke="#7b8794" stroke-width="1.2"/>').format(
        points
    )


def _box(n: int, box: DiagramBox) -> Markup:
    step = BOX_HEIGHT / (len(box.lines) + SPARE)
    texts = Markup("").join(
        Markup('<text {} font-size="{}" font-weight="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
            Markup(_INK),
            10.5 if k else TITLE_PT,
            400 if k else 650,
            box.x + box.width / 2,
            box.y + (k + 1) * step + DROP,
            escape(text),
        )
        for k, text in enumerate(box.lines)
    )
    return Markup(
        '<g class="b{}"><title>{}</title><rect {} x="{:.1f}" y="{:.1f}" width="{:.1f}" '
        'height="{:.1f}" rx="4"/>{}</g>'
    ).format(
        n,
        ", ".join(box.members[:20]),
        Markup(_PAINT[look(box)]),
        box.x,
        box.y,
        box.width,
        BOX_HEIGHT,
        texts,
    )
