"""How a generator holds its frequency where it carries an island."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.stated import Stated


class GovernorNumbers(Stated):
    """Inertia and governor of a generator, prime or standby; None where nobody asks."""

    inertia_s: Annotated[float, Field(ge=0.1, le=20)] | None = None
    """Kinetic energy of engine and generator at nominal speed, over the rating."""
    governor_droop_frac: Annotated[float, Field(ge=0.005, le=0.2)] | None = None
    """Fall of speed from no load to full load, of nominal."""
    governor_lag_s: Annotated[float, Field(ge=0.01, le=10)] | None = None
    """From what the governor asks to what the engine gives."""
