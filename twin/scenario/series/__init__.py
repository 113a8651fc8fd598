"""Tables that a scenario names as files: weather and grid, read with every fault at its line."""

from __future__ import annotations

from twin.scenario.series.csv_rows import read_content
from twin.scenario.series.grid import GridRows, read_grid
from twin.scenario.series.weather import WeatherRows, read_weather

__all__ = ["GridRows", "WeatherRows", "read_content", "read_grid", "read_weather"]
