"""What a design must reach: each target is judged in the report's first table."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.stated import Percent, Stated


class Targets(Stated):
    """Targets of the planner; what is left out is not asked, and the report says so."""

    pue: Annotated[float, Field(ge=1, le=20)] | None = None
    """Power usage effectiveness over the run, at most."""
    wue_l_per_kwh: Annotated[float, Field(ge=0, le=1000)] | None = None
    """Water usage effectiveness over the run, at most: litres a kWh at the racks."""
    availability: Percent | None = None
    """Share of time in which every rack is served in full, at least, by the redundancy study."""
    tokens_made: Percent | None = None
    """Tokens made of those that an undisturbed run makes, at least."""
    tokens_served: Percent | None = None
    """Output tokens served of those asked for, at least."""
    objective_met: Percent | None = None
    """Requests that kept the latency objective of their service, at least."""
