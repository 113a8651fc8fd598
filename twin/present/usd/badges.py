"""What shows a component's state: a band around it and a plate on top, seen from any side."""

from __future__ import annotations

from twin.present.usd.colours import Rgb
from twin.present.usd.solids import Point, Solid
from twin.present.usd.solids_in_place import bars

STATE_RGB: dict[str, Rgb] = {
    "on": (0.00, 0.62, 0.45),
    "ready": (0.55, 0.68, 0.78),
    "throttled": (0.95, 0.80, 0.10),
    "interrupted": (0.90, 0.55, 0.00),
    "on_battery": (0.90, 0.55, 0.00),
    "on_bypass": (0.90, 0.55, 0.00),
    "overloaded": (0.90, 0.55, 0.00),
    "derated": (0.95, 0.80, 0.10),
    "failed": (0.80, 0.16, 0.10),
    "tripped": (0.80, 0.16, 0.10),
    "taken_out": (0.80, 0.47, 0.65),
    "off": (0.10, 0.10, 0.13),
    "unknown": (0.50, 0.50, 0.50),
}
"""Colour of every state, sRGB."""
_PROUD_M = 0.012
_SKIN_M = 0.006


def badge(size: Point, low_frac: float, high_frac: float) -> Solid:
    """A band round a box that stands at the origin between two shares of its height, and a plate on
    half of its top; lengths in metres.
    """
    width = size[0] / 2
    depth = size[1] / 2
    height = size[2]
    low = low_frac * height
    high = high_frac * height
    out = _PROUD_M
    thin = 0.001
    boxes = [
        ((-width - out, -depth - out, low), (width + out, -depth + _SKIN_M, high)),
        ((-width - out, depth - _SKIN_M, low), (width + out, depth + out, high)),
        (
            (-width - out + thin, -depth + _SKIN_M + thin, low + thin),
            (-width + _SKIN_M, depth - _SKIN_M - thin, high - thin),
        ),
        (
            (width - _SKIN_M, -depth + _SKIN_M + thin, low + thin),
            (width + out - thin, depth - _SKIN_M - thin, high - thin),
        ),
        ((-0.5 * width, -0.5 * depth, height), (0.5 * width, 0.5 * depth, height + out)),
    ]
    return bars([low for low, _ in boxes], [high for _, high in boxes])
