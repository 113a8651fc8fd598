"""What a factory costs and earns: what is bought, over how long, at what prices other than the
shipped ones.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.stated import CarbonIntensity, EnergyPrice, Fraction, Stated

Amount = Annotated[float, Field(ge=0, le=1e12)]
"""A price, a rate or a life, in the unit of its row."""
PriceName = Annotated[str, Field(min_length=1, max_length=80)]


class PriceRange(Stated):
    """A price that is not known to the dollar."""

    low: Amount
    """Hardly less."""
    mid: Amount
    """The planning value."""
    high: Amount
    """Hardly more."""

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if not self.low <= self.mid <= self.high:
            raise ValueError("low, mid and high that rise")
        return self


class PowerContract(Stated):
    """Electricity by contract: its price, and the market-based count of carbon."""

    share: Fraction = 0.0
    """Share of the energy that contracts or certificates cover."""
    price: EnergyPrice | None = None
    """What that share costs, at all hours and whatever the grid's price is then; as the rest where
    it is not stated."""
    carbon: CarbonIntensity = 0.0
    """Carbon of that share."""
    residual_carbon: CarbonIntensity | None = None
    """Carbon of the rest: the residual mix; that of the location where it is not stated."""


MACRS_CLASSES = (3.0, 5.0, 7.0, 10.0, 15.0, 20.0, 39.0)
"""Recovery periods in years whose tables are known; 39 is of buildings that nobody lives in."""


class Tax(Stated):
    """Tax on income, as a standalone company pays it: losses are carried forward."""

    rate: Fraction = 0.0
    """Of what is earned less running costs and depreciation. Nothing is taxed where not stated."""
    depreciation: Literal["even", "macrs"] = "even"
    """How the tax office has things written off: evenly, or by the tables of the United States
    (MACRS, IRS publication 946): a half-year convention, and mid-month for 39 years."""
    bonus: Fraction = 0.0
    """Share of racks and plant that is written off in the year they are bought (bonus
    depreciation), the rest as `depreciation` says; not of classes above 20 years."""
    it_years: float = Field(default=5.0, ge=1, le=50)
    """Years over which the tax office has racks written off; of US computers, by class."""
    plant_years: float = Field(default=15.0, ge=1, le=50)
    """The same of power and cooling; of US land improvements, by class."""
    building_years: float = Field(default=39.0, ge=1, le=60)
    """The same of buildings; of US commercial buildings, by class. Land is never written off."""
    building_month: int = Field(default=1, ge=1, le=12)
    """Month of its first year in which the building opens, under `macrs`."""

    @model_validator(mode="after")
    def _of_a_known_class(self) -> Self:
        years = (self.it_years, self.plant_years, self.building_years)
        if self.depreciation == "macrs" and not set(years) <= set(MACRS_CLASSES):
            known = ", ".join(f"{one:g}" for one in MACRS_CLASSES)
            raise ValueError(
                f"it_years, plant_years and building_years that are classes of macrs: {known}"
            )
        return self


class Loan(Stated):
    """Money borrowed for what is bought at the start; what is bought anew later is paid of what
    comes in.
    """

    share: Fraction
    """Of what is bought at the start, its land included; the rest is the owners' own money."""
    rate: Fraction
    """Interest a year on what is owed, paid at the end of each year and deductible."""
    years: int = Field(ge=1, le=40)
    """Until it is repaid. What is still owed at the end of `economics.years` is repaid then."""
    repaid: Literal["annuity", "linear", "at_end"] = "annuity"
    """In even payments with interest, in even parts beside falling interest, or all at last."""


class Economics(Stated):
    """What is bought, what it earns, and which prices differ from the shipped ones."""

    years: int = Field(default=10, ge=1, le=40)
    """Years over which present value, rate of return and payback are taken; racks, plant and
    building are bought anew at the end of their lives."""
    discounting: Literal["end_of_year", "mid_year"] = "end_of_year"
    """When what is earned, paid and taxed within a year counts for worth and rates of return: at
    its end, or, as it comes evenly, at its middle. What is bought, sold, borrowed and paid to a
    bank counts at the start and the ends of years in both."""
    tax: Tax = Tax()
    """Tax on income; worth, rate of return and paybacks are after it."""
    loan: Loan | None = None
    """Borrowed money: what the owners' own money earns, and whether earnings carry the debt."""
    building: Literal["new", "existing"] = "new"
    """Whether building and land are bought."""
    construction: PriceName = "construction_us_average"
    """Row of what building costs, such as construction_tokyo."""
    people_on_duty: int | None = Field(default=None, ge=0, le=10_000)
    """At all hours, to run the site; as many as there are crews, and two at least, where it is not
    stated. Two take about ten people's work."""
    usd_per_gpu_hour: Amount = 0.0
    """Earned by an hour of a GPU with work that makes no priced tokens."""
    adoption: tuple[Fraction, ...] = Field(default=(1.0,), min_length=1, max_length=40)
    """Share of the run's earnings in the first year, the second and so on; the last holds on."""
    price_change_per_year: float = Field(default=0.0, ge=-0.9, le=1.0)
    """How what is earned changes from year to year, such as -0.2 where tokens get cheaper."""
    year_energy_factor: float = Field(default=1.0, gt=0, le=10)
    """Mean energy of the year over that of the run: a July day is no year, `twin climate` tells."""
    year_water_factor: float = Field(default=1.0, ge=0, le=10)
    """The same for water."""
    power_contract: PowerContract = PowerContract()
    """Electricity by contract: its price, and the market-based count of carbon."""
    prices: dict[PriceName, Amount | PriceRange] = Field(default_factory=dict, max_length=1000)
    """Other prices by name, in the unit of the row: wacc, life_it, ups, gb200_nvl72 and so on; a
    number, or low, mid and high."""
