"""What a piece of the power tree is to alternating current: impedance, voltage, metres."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.catalogue.rows.base import AtLeastZero, Positive
from twin.stated import Stated


class ElectricalNumbers(Stated):
    """Impedance and voltage of power equipment; None where nobody asks."""

    voltage_v: Positive | None = None
    """Between lines, at its output."""
    impedance_frac: Annotated[float, Field(gt=0, lt=0.5)] | None = None
    """Transformers: short-circuit voltage over rated voltage, at rated current."""
    resistance_ohm_m: Positive | None = None
    """Cables and busways: resistance of one phase, warm, by length."""
    reactance_ohm_m: AtLeastZero | None = None
    """Cables and busways: reactance of one phase by length."""
    subtransient_reactance_frac: Annotated[float, Field(gt=0, lt=1)] | None = None
    """Generators: x''d, of rated impedance; 0.12 where not stated."""
    inverter_fault_frac: Annotated[float, Field(ge=1, le=5)] | None = None
    """UPS, BESS and arrays: current of the inverter into a fault, of its rated current; 1.5 of UPS
    and 1.2 of the others where not stated."""
    short_circuit_rating_a: Positive | None = None
    """Highest current of a fault that it may be exposed to: breaking capacity, or withstand rating
    (SCCR, AIC); not judged where not stated."""
    length_m: Positive | None = None
    """Cables and busways: metres from supply to load; its loss then follows from its resistance."""
