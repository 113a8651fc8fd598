"""Where it stands: outdoor air and the electricity supply."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated, Self

from pydantic import Field, model_validator

from twin.catalogue.rows.base import AtLeastZero, CatalogueRow, Positive, Temperature, refuse, rises

ThreePairs = tuple[Temperature, Temperature, Temperature, Temperature, Temperature, Temperature]
"""Two temperatures each of what is exceeded in 0.4, 1 and 2 % of the hours."""


class Climate(CatalogueRow):
    """Outdoor air as a yearly and a daily cosine: mean + season*cos(year) + day*cos(day), both
    peaking as named. Those of the United States have the hours of their typical year
    beside.
    """

    latitude_deg: Annotated[float, Field(ge=-90, le=90)]
    """North positive."""
    pressure_pa: Positive
    """Mean station pressure."""
    dry_bulb_mean_degc: Temperature
    """Mean over the year."""
    dry_bulb_season_k: AtLeastZero
    """Half of summer minus winter."""
    dry_bulb_day_k: AtLeastZero
    """Half of afternoon minus night."""
    wet_bulb_mean_degc: Temperature
    """Mean over the year."""
    wet_bulb_season_k: AtLeastZero
    """Half of summer minus winter."""
    wet_bulb_day_k: AtLeastZero
    """Half of afternoon minus night."""
    wet_bulb_min_gap_k: AtLeastZero
    """Dry bulb stays at least this far above wet bulb."""
    hottest_day_of_year: Annotated[float, Field(ge=0, lt=366)]
    """Day 0 is the first of January."""
    hottest_hour: Annotated[float, Field(ge=0, lt=24)]
    """Local standard time."""
    dry_bulb_max_degc: Temperature
    """Hottest hour of the typical year that was fitted; the cosines do not reach it."""
    wet_bulb_max_degc: Temperature
    """Most humid hour of it."""
    dry_bulb_rms_k: AtLeastZero
    """Root mean square of what the cosines leave unexplained."""
    wet_bulb_rms_k: AtLeastZero
    """The same for the wet bulb."""
    cooling_design_degc: ThreePairs | None = None
    """Published design conditions of many years: dry bulb that 0.4 % of the hours exceed and the
    mean wet bulb beside it, then of 1 % and of 2 %. Without them design days are those of the year.
    """
    wet_bulb_design_degc: ThreePairs | None = None
    """The same of the wet bulb, and the mean dry bulb beside it."""
    heating_design_degc: tuple[Temperature, Temperature] | None = None
    """Dry bulb that 99.6 % and 99 % of the hours exceed."""
    design_range_k: AtLeastZero | None = None
    """Mean daily range of the dry bulb in the hottest month."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        rises(self, "wet_bulb_mean_degc", "dry_bulb_mean_degc", "dry_bulb_max_degc")
        stated = (
            self.cooling_design_degc,
            self.wet_bulb_design_degc,
            self.heating_design_degc,
            self.design_range_k,
        )
        some = any(one is not None for one in stated)
        whole = all(one is not None for one in stated)
        refuse(some and not whole, "all four of the design conditions, or none of them")
        if self.cooling_design_degc and self.wet_bulb_design_degc and self.heating_design_degc:
            _in_order(self.cooling_design_degc, self.wet_bulb_design_degc, self.heating_design_degc)
        return self


def _in_order(dry: ThreePairs, wet: ThreePairs, cold: tuple[float, float]) -> None:
    """Refuse a wet bulb above its dry bulb, and percentages the other way round."""
    pairs = zip((*dry[::2], *wet[1::2]), (*dry[1::2], *wet[::2]), strict=True)
    refuse(any(a < b for a, b in pairs), "no design wet bulb above the dry bulb beside it")
    falling = (*pairwise(dry[::2]), *pairwise(wet[::2]), cold[::-1])
    order = "design conditions of 0.4 %, 1 % and 2 % in this order, and of 99.6 % before 99 %"
    refuse(any(a < b for a, b in falling), order)


class GridRegion(CatalogueRow):
    """Electricity of a region."""

    price_usd_per_kwh: AtLeastZero
    """Industrial customers."""
    carbon_kg_per_kwh: AtLeastZero
    """Carbon dioxide equivalent of a delivered kilowatt hour."""
