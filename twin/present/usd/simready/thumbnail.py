"""A small picture of an asset, drawn without a screen: the same bytes for the same parts."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from twin.present.usd.colours import PALETTE
from twin.present.usd.shapes import Part
from twin.present.usd.solids import Solid

PIXELS = 256
"""Edge of the square picture."""

Array = NDArray[Any]

_FRAME = 0.9
"""Share of the picture's edge that the asset fills."""
_BACKGROUND = (0.95, 0.96, 0.97)
# Seen from the south-west and above; rows: right, up, towards the eye.
_TURN = np.radians(-32.0)
_TILT = np.radians(24.0)
_VIEW = np.array(
    [
        [np.cos(_TURN), np.sin(_TURN), 0.0],
        [-np.sin(_TURN) * np.sin(_TILT), np.cos(_TURN) * np.sin(_TILT), np.cos(_TILT)],
        [np.sin(_TURN) * np.cos(_TILT), -np.cos(_TURN) * np.cos(_TILT), np.sin(_TILT)],
    ]
)
_LIGHT = np.array([0.35, 0.75, 0.56])
"""Towards the lamp, as the eye sees it: right, up, near."""


def thumbnail(parts: Sequence[Part]) -> bytes:
    """A PNG of `PIXELS` x `PIXELS` of painted solids."""
    corners = [_triangles(part.solid) for part in parts]
    colours = np.repeat([PALETTE[part.paint].srgb for part in parts], [*map(len, corners)], axis=0)
    seen = np.concatenate(corners) @ _VIEW.T
    return _png(_draw(_fit(seen), colours))


def _triangles(solid: Solid) -> Array:
    """(triangle, corner, xyz): every face as a fan."""
    starts = np.cumsum([0, *solid.counts[:-1]])
    fan = solid.counts - 2
    first = np.repeat(starts, fan)
    step = np.arange(fan.sum()) - np.repeat(np.cumsum(fan) - fan, fan)
    picks = np.stack([first, first + step + 1, first + step + 2], axis=1)
    corners: Array = solid.points[solid.indices[picks]].astype(float)
    return corners


def _fit(seen: Array) -> Array:
    """Scaled and moved to pixels, the third number still nearness."""
    flat = seen[..., :2].reshape(-1, 2)
    low = flat.min(axis=0)
    span = float((flat.max(axis=0) - low).max()) or 1.0
    scale = _FRAME * PIXELS / span
    middle = (flat.max(axis=0) + low) / 2
    out = seen * scale
    out[..., 0] += PIXELS / 2 - scale * middle[0]
    out[..., 1] += PIXELS / 2 - scale * middle[1]
    return out


def _draw(seen: Array, colours: Array) -> NDArray[np.uint8]:
    """(row, column, rgb) of triangles, nearest last."""
    normal = np.cross(seen[:, 1] - seen[:, 0], seen[:, 2] - seen[:, 0])
    length = np.linalg.norm(normal, axis=1)
    shown = (normal[:, 2] > 0) & (length > 0)
    seen = seen[shown]
    colours = colours[shown]
    light = np.clip((normal[shown] / length[shown, None]) @ _LIGHT, 0.0, 1.0)
    shaded = _bytes(np.clip(colours * (0.45 + 0.6 * light)[:, None], 0.0, 1.0))
    pixel, depth, triangle = _covered(seen)
    image = np.tile(_bytes(np.array(_BACKGROUND)), (PIXELS * PIXELS, 1))
    order = np.argsort(depth, kind="stable")
    image[pixel[order]] = shaded[triangle[order]]
    return image.reshape(PIXELS, PIXELS, 3)[::-1]


def _bytes(shares: Array) -> NDArray[np.uint8]:
    return np.round(255 * shares).astype(np.uint8)


def _covered(seen: Array) -> tuple[NDArray[np.int64], Array, NDArray[np.int64]]:
    """Pixel, nearness and triangle of every pixel centre inside a triangle, line by line."""
    low, count = _between(seen[..., 1].min(axis=1), seen[..., 1].max(axis=1))
    triangle, step = _spread(count)
    row = low[triangle] + step
    left, right = _reach(seen[triangle], row + 0.5)
    first, width = _between(left, right)
    line, across = _spread(width)
    owner = triangle[line]
    column = first[line] + across
    depth = _nearness(seen, owner, column + 0.5, row[line] + 0.5)
    return row[line] * PIXELS + column, depth, owner


def _between(low: Array, high: Array) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The first pixel whose centre is at or above `low`, and how many there are up to `high`."""
    first = np.clip(np.ceil(low - 0.5), 0, PIXELS).astype(np.int64)
    last = np.clip(np.floor(high - 0.5), -1, PIXELS - 1).astype(np.int64)
    return first, np.maximum(last - first + 1, 0)


def _spread(count: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """For `count` members of each group: the group of each, and its number in it."""
    group = np.repeat(np.arange(len(count)), count)
    return group, np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)


def _reach(corners: Array, y: Array) -> tuple[Array, Array]:
    """Where the line at `y` enters and leaves each triangle."""
    left = np.full(len(y), np.inf)
    right = np.full(len(y), -np.inf)
    for start, end in ((0, 1), (1, 2), (2, 0)):
        x0, y0 = corners[:, start, 0], corners[:, start, 1]
        x1, y1 = corners[:, end, 0], corners[:, end, 1]
        crossed = (np.minimum(y0, y1) <= y) & (y <= np.maximum(y0, y1)) & (y0 != y1)
        x = x0 + (x1 - x0) * (y - y0) / np.where(y0 == y1, 1.0, y1 - y0)
        left = np.where(crossed, np.minimum(left, x), left)
        right = np.where(crossed, np.maximum(right, x), right)
    return left, right


def _nearness(seen: Array, owner: NDArray[np.int64], x: Array, y: Array) -> Array:
    """Depth of each pixel in the plane of its triangle."""
    normal = np.cross(seen[:, 1] - seen[:, 0], seen[:, 2] - seen[:, 0])
    slope = normal[:, :2] / normal[:, 2:]
    start = seen[owner, 0]
    away = slope[owner, 0] * (x - start[:, 0]) + slope[owner, 1] * (y - start[:, 1])
    depth: Array = start[:, 2] - away
    return depth


def _png(pixels: NDArray[np.uint8]) -> bytes:
    """Eight bits a channel, no filter."""
    height, width, _ = pixels.shape
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 6)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, data) for name, data in chunks)


def _chunk(name: bytes, data: bytes) -> bytes:
    check = zlib.crc32(name + data)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", check)
