"""How moist the air of halls was, where they state it, and the water that it took."""

from __future__ import annotations

from twin.present.blocks import Grid, grid, words
from twin.quantities import count, degrees, percent, power
from twin.results import Result

_SUMS = {"condensate_kg": "sum", "humidifier_kg": "sum", "dehumidifier_kg": "sum"}
_MEANS = {"latent_heat_w": "mean", "humidity_power_w": "mean"}


def moisture_grids(result: Result) -> list[Grid]:
    """One row a hall, of the whole run; nothing where no hall states its moisture."""
    held = result.frame("moisture")
    if held.empty:
        return []
    halls = held.groupby("hall", sort=False)
    told = halls.agg(_SUMS | _MEANS)
    told["driest"] = halls["dew_point_degc"].min()
    told["wettest"] = halls["dew_point_degc"].max()
    told["humidity"] = halls["humidity_max_frac"].max()
    return [grid("Moisture of the halls", told.reset_index(), _COLUMNS, table="moisture")]


def _litres(water_kg: float) -> str:
    """A kilogram of water is a litre."""
    return count(water_kg)


_COLUMNS = {
    "Hall": ("hall", words),
    "Driest dew point": ("driest", degrees),
    "Wettest": ("wettest", degrees),
    "Highest relative humidity of an inlet": ("humidity", percent),
    "Condensate, L": ("condensate_kg", _litres),
    "Humidifiers, L": ("humidifier_kg", _litres),
    "Dehumidifiers, L": ("dehumidifier_kg", _litres),
    "Heat of condensing": ("latent_heat_w", power),
    "Power for humidity": ("humidity_power_w", power),
}
