"""A stream of requests: how many, when in the day, how long."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.stated import Fraction, Rate, RowOf, Stated


class Requests(Stated):
    """The request stream: how many, when in the day, how long."""

    rate: Rate
    """Mean arrivals a second over a day."""
    lengths: Annotated[str, Field(max_length=100), RowOf("requests")] = "azure_2023_conv"
    """Catalogue row with the published length statistics."""
    diurnal_amplitude: Fraction = 0.5
    """Peak over mean, minus one, of the daily sinusoid."""
    peak_hour: float = Field(default=14.0, ge=0, lt=24)
    """Local hour of the daily peak."""
    burstiness: float = Field(default=4.0, ge=0.01, le=1e4)
    """Variance of the arrivals in a window over their mean; 1 is Poisson."""
