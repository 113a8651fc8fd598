"""Tables that a scenario names as files: weather and grid, read with every fault at its line."""

from __future__ import annotations

from twin.scenario.series.air import YearOfAir
from twin.scenario.series.csv_rows import read_content
from twin.scenario.series.design_days import design_air, design_day, design_values
from twin.scenario.series.grid import GridRows, read_grid
from twin.scenario.series.morphing import heated, later_design, morphed
from twin.scenario.series.weather import WeatherRows, read_weather
from twin.scenario.series.year import cosines, year_of_climate, year_of_file

__all__ = [
    "GridRows",
    "WeatherRows",
    "YearOfAir",
    "cosines",
    "design_air",
    "design_day",
    "design_values",
    "heated",
    "later_design",
    "morphed",
    "read_content",
    "read_grid",
    "read_weather",
    "year_of_climate",
    "year_of_file",
]
