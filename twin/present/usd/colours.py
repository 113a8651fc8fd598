"""Paint: the palette of surfaces and a map from temperature to colour that colour-blind eyes can
read.

All colours leave here as linear RGB, which is what USD shaders and displayColor expect.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from twin.present.ramp import along

Floats = NDArray[np.float32]
Rgb = tuple[float, float, float]

UNKNOWN_SRGB: Rgb = (0.5, 0.5, 0.5)
"""Where nothing was recorded."""


@dataclass(frozen=True)
class Paint:
    """A surface: sRGB colour, roughness, metalness, opacity and glow, each from 0 to 1."""

    srgb: Rgb
    roughness: float = 0.6
    metallic: float = 0.0
    opacity: float = 1.0
    glow: float = 0.0


PALETTE: dict[str, Paint] = {
    "carbon": Paint((0.13, 0.15, 0.18), 0.45),
    "graphite": Paint((0.25, 0.28, 0.32), 0.5),
    "steel": Paint((0.62, 0.66, 0.70), 0.35, 0.6),
    "white": Paint((0.87, 0.89, 0.91), 0.5),
    "green": Paint((0.31, 0.42, 0.38), 0.6),
    "ochre": Paint((0.80, 0.62, 0.27), 0.6),
    "supply": Paint((0.16, 0.47, 0.74), 0.4),
    "return": Paint((0.79, 0.37, 0.20), 0.4),
    "lamp": Paint((0.45, 0.85, 0.80), 0.4, glow=0.8),
    "ground": Paint((0.76, 0.79, 0.81), 0.95),
    "slab": Paint((0.93, 0.94, 0.95), 0.8),
    "line": Paint((0.72, 0.74, 0.77), 0.9),
    "wall": Paint((0.93, 0.94, 0.95), 0.9),
    "glass": Paint((0.70, 0.82, 0.88), 0.1, opacity=0.14),
    "cold_aisle": Paint((0.62, 0.78, 0.90), 0.9),
    "hot_aisle": Paint((0.93, 0.72, 0.62), 0.9),
}
"""Every surface by name."""


def linear(srgb: Rgb | Floats | NDArray[np.float64]) -> Floats:
    """Linear light of sRGB values, any shape, 0 to 1 (IEC 61966-2-1)."""
    value = np.asarray(srgb, dtype=float)
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(
        np.float32
    )


def heat(temperature_degc: NDArray[np.float64], low_degc: float, high_degc: float) -> Floats:
    """Linear RGB of temperatures: shape (…, 3); grey where not finite, end colours outside the
    range.
    """
    known = np.isfinite(temperature_degc)
    share = (np.where(known, temperature_degc, low_degc) - low_degc) / (high_degc - low_degc)
    return linear(np.where(known[..., None], along(share), UNKNOWN_SRGB))


def ramp(steps: int) -> NDArray[np.uint8]:
    """The map itself for screens: (step, rgba) sRGB from 0 to 255, cold to hot, opaque."""
    srgb = np.round(255 * along(np.linspace(0.0, 1.0, steps))).astype(np.uint8)
    return np.concatenate([srgb, np.full((steps, 1), 255, dtype=np.uint8)], axis=1)


def colour_range(
    temperature_degc: NDArray[np.float64], span_min_k: float = 10.0
) -> tuple[float, float]:
    """Whole degrees that hold every finite value, at least `span_min_k` apart so that noise stays
    pale.
    """
    finite = temperature_degc[np.isfinite(temperature_degc)]
    if not finite.size:
        return 0.0, span_min_k
    low = float(np.floor(finite.min()))
    high = float(np.ceil(finite.max()))
    slack = max(0.0, span_min_k - (high - low))
    return low - np.floor(slack / 2), high + np.ceil(slack / 2)
