"""The one way from cold to hot: every picture, page and scene colours temperatures alike.

Viridis (van der Walt and Smith, 2015, released under CC0): its lightness rises evenly, so it reads
in greyscale and with every colour blindness; nothing that is well is red, and no part of it is
grey, as what has no value is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

RAMP = "viridis"
"""Its name, for matplotlib and beside every coloured result of a scene."""

_STATIONS = np.array(
    [
        [0, 0.267, 0.005, 0.329],
        [29, 0.281, 0.161, 0.473],
        [57, 0.243, 0.292, 0.539],
        [91, 0.181, 0.430, 0.557],
        [129, 0.126, 0.571, 0.550],
        [143, 0.120, 0.622, 0.535],
        [154, 0.137, 0.662, 0.516],
        [170, 0.208, 0.719, 0.473],
        [189, 0.344, 0.780, 0.397],
        [209, 0.526, 0.833, 0.288],
        [238, 0.825, 0.885, 0.106],
        [246, 0.906, 0.895, 0.098],
        [255, 0.993, 0.906, 0.144],
    ]
)
"""Of 255 steps the one at which a station stands, and its sRGB; straight lines between them are
within three parts in 255 of the published map."""


def along(share: NDArray[np.float64]) -> NDArray[np.float64]:
    """Colours (sRGB from 0 to 1) of shares of the range, shape (…, 3); the ends outside it."""
    at, *channels = _STATIONS.T
    return np.stack([np.interp(255.0 * share, at, channel) for channel in channels], axis=-1)


def hexadecimal(steps: int) -> list[str]:
    """So many colours from cold to hot as a page writes them."""
    parts = np.rint(255 * along(np.linspace(0.0, 1.0, steps))).astype(int)
    return [f"#{red:02x}{green:02x}{blue:02x}" for red, green, blue in parts.tolist()]
