"""Power components with the numbers of the catalogue, as `enumerated.py` follows them."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import twin

Row = dict[str, float]
_FILE = Path(twin.__file__).parent / "data" / "power.csv"


def _rows() -> Iterator[tuple[str, str, Row]]:
    """Name, kind and numbers of each row of the catalogue; inf where none is stated."""
    with _FILE.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            numbers = {key: float(row[key]) if row[key] else math.inf for key in _COLUMNS}
            yield row["name"], row["kind"], numbers


_COLUMNS = (
    "rating_w", "loss_idle_frac", "loss_linear_frac", "loss_square_frac", "bypass_loss_idle_frac",
    "bypass_loss_square_frac", "trip_pickup_frac", "trip_constant_s", "instantaneous_trip_frac",
    "impedance_frac", "battery_energy_j", "soc_min_frac", "soc_max_frac", "standby_w",
    "battery_discharge_efficiency_frac", "grid_forming_s",
)  # fmt: skip
ROWS = {name: numbers for name, _, numbers in _rows()}
KINDS = {name: kind for name, kind, _ in _rows()}
INVERTER = ((1.05, 60.0), (1.25, 30.0), (1.5, 0.0))
BYPASS = ((1.0, 600.0), (1.25, 60.0), (1.5, 0.016))
"""Steps of the curve `generic_three_phase`: above so much of the rating, for so many seconds."""


@dataclass(frozen=True)
class Part:
    """A power component, or a row of racks."""

    name: str
    entries: tuple[tuple[str, ...], ...]
    """Supplies by preference; one entry where all live ones share."""
    kind: str
    rating_w: float
    row: Row | None
    load_w: float = 0.0
    least_w: float = 0.0

    @property
    def lets_through(self) -> float:
        """Admittance; nan where no impedance is known."""
        frac = math.inf if self.row is None else self.row["impedance_frac"]
        return self.rating_w / frac if math.isfinite(frac) else math.nan

    def loss_w(self, out_w: float, bypassed: bool) -> float:
        if not math.isfinite(self.rating_w) or self.row is None:
            return 0.0
        x = out_w / self.rating_w
        row = self.row
        if bypassed:
            idle, square = row["bypass_loss_idle_frac"], row["bypass_loss_square_frac"]
            return self.rating_w * (idle + square * x * x)
        linear = row["loss_linear_frac"] * x
        return self.rating_w * (row["loss_idle_frac"] + linear + row["loss_square_frac"] * x * x)

    def rate_per_s(self, out_w: float, bypassed: bool) -> float:
        """How fast it runs towards its trip."""
        if self.row is None or not math.isfinite(self.rating_w):
            return 0.0
        x = out_w / self.rating_w
        if self.kind == "bess":
            return max(out_w / self.held_j, self._inverse_time(x)) if out_w > 0 else 0.0
        if self.kind == "ups":
            spans = [t for level, t in (BYPASS if bypassed else INVERTER) if x > level]
            return 1.0 / max(spans[-1], 1e-9) if spans else 0.0
        return self._inverse_time(x)

    @property
    def held_j(self) -> float:
        """What a store can give; its energy stands in `overrides` or in its row."""
        row = self.row
        assert row is not None
        window = row["soc_max_frac"] - row["soc_min_frac"]
        return row["battery_energy_j"] * window * row["battery_discharge_efficiency_frac"]

    @property
    def standby_w(self) -> float:
        """What a store draws for itself, a share of its rating."""
        assert self.row is not None
        return self.row["standby_w"] * self.rating_w / self.row["rating_w"]

    def _inverse_time(self, x: float) -> float:
        assert self.row is not None
        if x <= self.row["trip_pickup_frac"]:
            return 0.0
        if x > self.row["instantaneous_trip_frac"]:
            return 1e12
        return (x * x - 1.0) / self.row["trip_constant_s"]
