"""One ramp from cold to hot, in figures, pages and scenes; it reads without colour."""

from __future__ import annotations

import numpy as np
from matplotlib import colormaps
from matplotlib.colors import to_rgb

from twin.present.ramp import RAMP, along, hexadecimal

LUMINANCE = (0.2126, 0.7152, 0.0722)


def test_it_is_the_published_map() -> None:
    steps = np.arange(256)
    assert np.abs(along(steps / 255) - colormaps[RAMP](steps)[:, :3]).max() < 3 / 255


def test_hotter_is_lighter_to_who_sees_no_colour() -> None:
    shades = np.array([to_rgb(one) for one in hexadecimal(33)]) @ LUMINANCE
    assert (np.diff(shades) > 0.005).all()
    assert shades[-1] - shades[0] > 0.6


def test_outside_the_range_stand_the_ends() -> None:
    assert (along(np.array([-1.0, 2.0])) == along(np.array([0.0, 1.0]))).all()
