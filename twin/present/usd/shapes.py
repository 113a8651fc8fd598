"""What equipment looks like: a few painted solids a kind, filling the box the catalogue states.

Origin in the middle of the footprint on the underside; the front looks along -y. Shapes are emblems
that tell kinds apart at a glance, not models of a product; only the outer box is a fact.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from twin.present.usd.solids import Solid, box, boxes, merge

Size = tuple[float, float, float]
"""Width, depth and height in metres."""


@dataclass(frozen=True)
class Part:
    """One mesh of a piece of equipment and the paint on it."""

    name: str
    paint: str
    solid: Solid


Shape = Callable[[Size], tuple[Part, ...]]


def cabinet(size: Size, paint: str, *, face_m: float = 0.04) -> list[Part]:
    """A body on a recessed plinth, its front set back by `face_m` for what stands on it."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    plinth = min(0.06, height / 10)
    body = box((-width, -depth + face_m, plinth), (width, depth, height))
    foot = box((-width + 0.02, -depth + face_m + 0.03, 0.0), (width - 0.02, depth - 0.02, plinth))
    return [Part("Body", paint, body), Part("Plinth", "carbon", foot)]


def frame(
    left: float, right: float, low: float, high: float, front: float, border: float, deep: float
) -> Solid:
    """A flat rectangular rim in the x-z plane, from `front` to `front + deep`, metres.

    The bars between the posts are thinner and end just short of them, so that no two corners meet.
    """
    back = front + deep
    gap = min(0.001, border / 20, deep / 20)
    inside = (left + border + gap, right - border - gap)
    return merge(
        [
            box((left, front, low), (left + border, back, high)),
            box((right - border, front, low), (right, back, high)),
            box((inside[0], front + gap, low), (inside[1], back - gap, low + border)),
            box((inside[0], front + gap, high - border), (inside[1], back - gap, high)),
        ]
    )


def slats(
    left: float,
    right: float,
    low: float,
    high: float,
    front: float,
    deep: float,
    pitch: float,
    fill_frac: float = 0.55,
) -> Solid:
    """Evenly spaced horizontal bars in the x-z plane between two heights, metres."""
    count = max(1, round((high - low) / pitch))
    foot = low + (high - low) * np.arange(count) / count
    top = foot + fill_frac * (high - low) / count
    side = np.ones(count)
    lower = np.stack([left * side, front * side, foot], axis=1)
    upper = np.stack([right * side, (front + deep) * side, top], axis=1)
    return boxes(lower.astype(np.float32), upper.astype(np.float32))


def panel(
    x: float, z: float, width: float, height: float, front: float, deep: float = 0.02
) -> Solid:
    """A flat plate centred at (x, z) in the x-z plane, metres."""
    return box(
        (x - width / 2, front, z - height / 2), (x + width / 2, front + deep, z + height / 2)
    )


def open_cabinet(size: Size, paint: str) -> tuple[Part, ...]:
    """Four posts, floor, lid and clear sides: what stands inside can be seen."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    post = min(0.05, width / 5, depth / 5)
    low = 0.05 * height
    high = 0.96 * height
    posts = [
        box((x - post, y - post, low), (x + post, y + post, high))
        for x in (-width + post, width - post)
        for y in (-depth + post, depth - post)
    ]
    floor = box((-width, -depth, 0.0), (width, depth, low))
    lid = box((-width, -depth, high), (width, depth, height))
    edge = 2 * post
    sides = [
        box((x, -depth + edge, low), (x + 0.006, depth - edge, high))
        for x in (-width + 0.004, width - 0.010)
    ]
    return (
        Part("Posts", paint, merge(posts)),
        Part("Floor", "carbon", floor),
        Part("Lid", paint, lid),
        Part("Sides", "glass", merge(sides)),
    )


def open_rack(size: Size) -> tuple[Part, ...]:
    """A rack without doors, for what stands in it."""
    return open_cabinet(size, "graphite")


def rack(size: Size) -> tuple[Part, ...]:
    """A cabinet with a framed door, the edges of its trays and a line of light."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    door = frame(-width + 0.01, width - 0.01, 0.08, height - 0.02, -depth, 0.045, 0.04)
    trays = slats(-width + 0.08, width - 0.08, 0.16, height - 0.10, -depth + 0.012, 0.03, 0.10)
    light = box(
        (width - 0.05, -depth + 0.001, 0.75),
        (width - 0.03, -depth + 0.012, min(1.55, height - 0.2)),
    )
    lamp = box(
        (-width + 0.10, -depth + 0.004, height - 0.05),
        (width - 0.10, -depth + 0.012, height - 0.035),
    )
    rear = slats(-width + 0.05, width - 0.05, 0.15, height - 0.1, depth - 0.004, 0.004, 0.2, 0.8)
    return (
        *cabinet(size, "carbon"),
        Part("Door", "graphite", door),
        Part("Trays", "steel", trays),
        Part("Handle", "steel", light),
        Part("Lamp", "lamp", lamp),
        Part("Rear", "graphite", rear),
    )


def doors(size: Size, paint: str, leaf_m: float = 0.8) -> tuple[Part, ...]:
    """A line-up of cabinet doors, each with a grille below, a meter and a handle."""
    width, depth, height = size
    count = max(1, round(width / leaf_m))
    leaf = width / count
    centres = [(index + 0.5) * leaf - width / 2 for index in range(count)]
    front = -depth / 2
    low = 0.05 * height
    high = 0.97 * height
    half = leaf / 2 - 0.015
    reach = leaf * 0.34
    skin = [box((x - half, front + 0.015, low), (x + half, front + 0.04, high)) for x in centres]
    grilles = [
        slats(x - reach, x + reach, 0.1 * height, 0.35 * height, front + 0.003, 0.012, 0.06)
        for x in centres
    ]
    meters = [
        panel(x, 0.8 * height, 0.4 * leaf, 0.08 * height, front + 0.003, 0.012) for x in centres
    ]
    handles = [
        panel(x + 0.4 * leaf, 0.55 * height, 0.03, 0.12 * height, front, 0.015) for x in centres
    ]
    return (
        *cabinet(size, paint),
        Part("Doors", paint, merge(skin)),
        Part("Grilles", "carbon", merge(grilles)),
        Part("Meters", "lamp", merge(meters)),
        Part("Handles", "carbon", merge(handles)),
    )


def ups(size: Size) -> tuple[Part, ...]:
    """White doors with grilles."""
    return doors(size, "white")


def switchboard(size: Size) -> tuple[Part, ...]:
    """Grey doors with grilles."""
    return doors(size, "steel", 0.7)


def air_handler(size: Size) -> tuple[Part, ...]:
    """A white cabinet whose front is one large louvre."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    rim = frame(-width, width, 0.06, height, -depth, 0.06, 0.04)
    louvre = slats(-width + 0.08, width - 0.08, 0.16, height - 0.5, -depth + 0.01, 0.03, 0.08)
    screen = panel(0.0, height - 0.25, 0.4 * width, 0.16, -depth + 0.02)
    return (
        *cabinet(size, "white"),
        Part("Rim", "white", rim),
        Part("Louvre", "graphite", louvre),
        Part("Screen", "lamp", screen),
    )


def plain(size: Size) -> tuple[Part, ...]:
    """A light cabinet with one framed face: any kind without an emblem of its own."""
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    border = min(0.05, width / 5, height / 5)
    rim = frame(-width, width, 0.06 * height, height, -depth, border, 0.04)
    return (*cabinet(size, "white"), Part("Rim", "graphite", rim))
