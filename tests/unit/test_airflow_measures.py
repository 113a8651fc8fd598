"""Indices of a room's air against examples worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from twin.analysis.airflow.measures import (
    AIR_CLASSES,
    allowed_classes,
    rack_cooling_index,
    return_temperature_index,
    supply_heat_index,
)

A1 = AIR_CLASSES[0]


def test_rci_is_whole_within_the_recommended_range() -> None:
    assert rack_cooling_index(np.array([18.0, 22.0, 27.0]), A1) == (1.0, 1.0)


def test_rci_counts_kelvins_beyond_the_recommended_range() -> None:
    """Four racks at 24, 28, 30 and 26 °C: 1 + 3 K above 27 of the 4 x 5 K to 32 °C: 80 %."""
    high, low = rack_cooling_index(np.array([24.0, 28.0, 30.0, 26.0]), A1)
    assert high == pytest.approx(0.8)
    assert low == 1.0
    assert rack_cooling_index(np.array([32.0, 32.0]), A1)[0] == pytest.approx(0.0)
    assert rack_cooling_index(np.array([17.0, 18.0, 15.0]), A1)[1] == pytest.approx(1 - 4 / 9)


def test_rti_is_below_one_where_air_goes_by_the_racks() -> None:
    """Handlers move 12 m3/s by 10 K, racks 8 m3/s by 15 K: the same heat, a third goes by."""
    rise = return_temperature_index(
        np.array([15.0, 15.0]), np.array([4.0, 4.0]), np.array([10.0]), np.array([12.0])
    )
    assert rise == pytest.approx(2 / 3)


def test_rti_weighs_by_flow() -> None:
    found = return_temperature_index(
        np.array([10.0, 20.0]), np.array([3.0, 1.0]), np.array([12.5]), np.array([4.0])
    )
    assert found == pytest.approx(1.0)


def test_shi_is_the_share_of_heat_that_inlets_had_already() -> None:
    """Supply 15 °C; inlets 17 and 19, outlets 27 and 35, flows 2 and 1: (4 + 4) / (24 + 20)."""
    found = supply_heat_index(
        np.array([17.0, 19.0]), np.array([27.0, 35.0]), np.array([2.0, 1.0]), 15.0
    )
    assert found == pytest.approx(8 / 44)


def test_classes_hold_every_inlet() -> None:
    assert allowed_classes(np.array([16.0, 31.0])) == ["A1", "A2", "A3", "A4"]
    assert allowed_classes(np.array([16.0, 33.0])) == ["A2", "A3", "A4"]
    assert allowed_classes(np.array([8.0, 20.0])) == ["A3", "A4", "H1"]
