"""Racks at the peak of their GPUs: what lasts milliseconds counts for ratings, not for heat."""

from __future__ import annotations

import numpy as np

from twin.arrays import Array
from twin.facility.model import Facility

EDP_PEAK_FACTOR = 1.2
"""Peak of a GPU's power over its rated power, some 50 ms long: lower end of the design range of 1.2
to 1.5; a design rule of reference pods, assumed. An H200 reads up
to 1.23 in the first tenth of a second after a rest, by readings that change as often."""


def rack_peak_w(facility: Facility, factor: float = EDP_PEAK_FACTOR) -> Array:
    """(rack,) AC input in W with every GPU at `factor` times its rated power, all at once.

    Racks without GPUs stay at their rated power.
    """
    racks = facility.racks
    gpu_w = racks.gpu_idle_w + racks.gpu_span_w
    more_w = racks.nodes * racks.gpus_per_node * (factor - 1.0) * gpu_w * racks.gpu_gain
    return np.asarray(racks.rated_w + more_w)
