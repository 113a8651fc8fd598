"""Solar arrays at boards, the daylight that they see, and what may leave the site."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from twin.stated import EnergyPrice, FileName, Fraction, Percent, Power, Stated, Within

Angle = Annotated[float, Field(ge=0, le=90)]
Bearing = Annotated[float, Field(ge=0, le=360)]
_LOST = "an array that loses all gives nothing: leave it out"


class SolarSpec(Stated):
    """Modules of a solar array; the rating of its group is that of its inverters, AC."""

    dc_rating: Annotated[Power, Within(1.0, 1e10, "1 W to 10 GW")]
    """Modules of each member at 1,000 W/m2 and 25 °C."""
    tilt_deg: Angle = 10.0
    """From lying flat; flat roofs carry 5 to 15 degrees."""
    azimuth_deg: Bearing = 180.0
    """Where modules face: 90 east, 180 south, 270 west."""
    losses: Annotated[Fraction, Within(0.0, 0.99, "0 to 99 %", _LOST)] = 0.14
    """Soiling, mismatch, wiring, ageing and outages: 14 % is the default of PVWatts version 5
    (Dobos 2014, NREL/TP-6A20-62641)."""
    inverter_efficiency: Percent = 0.96
    """At rating; the default of PVWatts version 5."""
    temperature_coefficient: Annotated[float, Field(ge=-0.01, le=0.0)] = -0.0047
    """Of power, 1/K; standard modules of PVWatts version 5."""
    albedo: Fraction = 0.2
    """Of what lies before the modules."""
    file: FileName | None = None
    """CSV with columns time_s (or time, ISO 8601) and power_w, AC of each member, in place of all
    of this; each row holds until the next."""


class SkySpec(Stated):
    """The sky over a site whose weather has no irradiance, and where it stands."""

    clearness: Annotated[Percent, Within(0.05, 1.0, "5 to 100 %")] = 0.7
    """Global irradiance over that of a clear sky (Haurwitz 1945). Assumed: a temperate climate's
    mean over a year lies between 0.5 and 0.8."""
    latitude_deg: Annotated[float, Field(ge=-90, le=90)] | None = None
    """North of the equator; that of the climate or weather file where not stated, 35 where
    those have none."""
    longitude_deg: Annotated[float, Field(ge=-180, le=180)] | None = None
    """East of Greenwich; that of the weather file, or the middle of the clock's zone, where not
    stated."""


class ExportSpec(Stated):
    """Power that may leave the site for the grid."""

    limit: Power | None = None
    """Most that may leave; no limit where not stated."""
    price: EnergyPrice = 0.0
    """Paid for each kilowatt-hour that leaves."""
