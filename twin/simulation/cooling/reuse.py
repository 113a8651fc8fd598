"""Heat of a plant's return that somebody takes, and the water of the plant with it.

The taker stands in the return ahead of everything else, so a share s of the heat Q never reaches
the plant: what it does at (1 - s) Q decides its water, and Q = (g (T - reference) + c) / (1 - s) on
every piece of its law.
"""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.facility.model import Plant

MOST_FRAC = 0.99
"""Of the heat, by which the slope of a plant's law is raised at most: with all of it taken, water
would stand at the set-point, which no finite slope says."""


def settled_degc(rows: Array, heat_w: Array) -> tuple[Array, Array]:
    """Water (...,) in which segments (..., piece, field) carry a heat, and what they carry of it.

    Where the last piece is flat and the heat beyond it, water is that of its beginning.
    """
    steep, reference, constant, lower, upper = np.moveaxis(rows, -1, 0)
    with np.errstate(divide="ignore", invalid="ignore"):
        water = reference + (heat_w[..., None] - constant) / steep
    middle = (water[..., 1] <= upper[..., 1]) & (water[..., 1] >= lower[..., 1])
    last = np.where(steep[..., -1] > 0, water[..., -1], upper[..., 1])
    most = np.where(steep[..., -1] > 0, heat_w, constant[..., -1])
    carried = np.where(middle, heat_w, np.minimum(heat_w, most))
    return np.where(middle, water[..., 1], last), carried


def reused_frac(plant: Plant, rows: Array, heat_w: Array, stream_w_k: float) -> Array:
    """(...,) share of a plant's heat that somebody takes: as much as they ask for and can, where
    the return stays warm enough with it.

    rows         (..., piece, field) segments of the plant without them
    stream_w_k   its facility water
    """
    reuse = plant.reuse
    none = np.zeros(np.shape(heat_w))
    if reuse is None or stream_w_k <= 0:
        return none
    share = np.minimum(reuse.share, reuse.capacity_w / np.maximum(heat_w, 1e-9))
    back = settled_degc(rows, (1.0 - share) * heat_w)[0] + heat_w / stream_w_k
    return np.where((back >= reuse.return_degc) & (heat_w > 0), share, none)


def relieved_rows(rows: Array, share: Array | float) -> Array:
    """Segments (..., piece, field) of a plant that is spared a share (...,) of its heat."""
    left = 1.0 - np.minimum(np.asarray(share), MOST_FRAC)
    out = rows.copy()
    out[..., 0] = rows[..., 0] / left[..., None]
    out[..., 2] = rows[..., 2] / left[..., None]
    return out
