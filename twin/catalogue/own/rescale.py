"""A piece of the power tree at another rating than its row's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from twin.catalogue.rating import ElectricalRating

_WITH_RATING = (
    "battery_energy_j", "standby_w", "tank_m3", "fuel_idle_m3_s", "fuel_half_m3_s",
    "fuel_full_m3_s",
)  # fmt: skip
"""Fields that grow with the rating."""


def rescaled(row: Mapping[str, Any], rating: float | ElectricalRating | None) -> dict[str, Any]:
    """Fields that change with the rating; none where it is not stated or the same.

    A battery keeps its minutes, a tank its hours. Shares of the rating stay, except where only a
    part of a breaker's rating may be drawn for good: the device is then the same one, and its watts
    of loss stay.
    """
    if rating is None:
        return {}
    if isinstance(rating, ElectricalRating):
        return {**_at(row, rating.power_w), **_derated(row, rating.continuous)}
    return _at(row, rating)


def _at(row: Mapping[str, Any], rating_w: float) -> dict[str, Any]:
    before = row.get("rating_w")
    if before == rating_w:
        return {}
    if not before:
        return {"rating_w": rating_w}
    follow = [field for field in _WITH_RATING if row.get(field)]
    return {"rating_w": rating_w, **{f: row[f] * (rating_w / before) for f in follow}}


def _derated(row: Mapping[str, Any], continuous: float) -> dict[str, Any]:
    """Losses and recharge as shares of a rating that is only a part of the device's own."""
    if continuous >= 1:
        return {}
    scales = {"loss_idle_frac": 1 / continuous, "loss_square_frac": continuous}
    if row.get("recharge_frac") is not None:
        scales["recharge_frac"] = 1 / continuous
    changed = {key: row[key] * scale for key, scale in scales.items() if key in row}
    return {**changed, "continuous_frac": continuous}
