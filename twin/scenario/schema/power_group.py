"""Groups of equal power components."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt, model_validator

from twin.catalogue.own.override import PowerNumbers
from twin.catalogue.rating import StatedRating, with_power_factor
from twin.scenario.schema.names import Coordinate, Feeds, Name, PowerType
from twin.scenario.schema.rings import RingSpec
from twin.scenario.schema.solar import SolarSpec
from twin.stated import Duration, Length, Power, Stated, Within

Autonomy = Annotated[
    Duration, Within(60.0, 3.2e7, "1 minute to a year", "nobody stores fuel for longer")
]


OtherLoad = Annotated[Power, Within(1.0, 1e9, "1 W to 1 GW", "it is drawn all the time")]


class PowerGroup(Stated):
    """A group of equal power components."""

    name: Name
    """Group name; members are name_1, name_2 and so on, or the name itself where there is one."""
    type: PowerType
    """Catalogue row under `power`."""
    count: PositiveInt = Field(default=1, le=2000)
    """How many."""
    fed_by: Feeds = ()
    """Upstream supplies, in order of preference."""
    tie: tuple[Name, Name] | None = None
    """Two boards that this switch joins when one of them has lost its own supplies: a normally open
    bus tie. It has no `fed_by`; what feeds the one board feeds the other through it."""
    ring: RingSpec | None = None
    """Sections of an open ring of boards that are fed from either end; without `fed_by`."""
    mode: Literal["share", "priority"] = "share"
    """share: split over all live supplies; priority: take the first live one."""
    minimum_supply: Power | None = None
    """Each member opens while the ratings of its live supplies add up to less; in mode priority and
    over a tie it takes the first preference that reaches it alone. For a side of a 2N system that
    is counted on only where it can carry the whole load alone; none: whatever is left carries what
    it can. A BESS at it that forms grid counts while it holds energy, after all preferences."""
    autonomy: Autonomy | None = None
    """Generators: how long a full tank lasts at full load, instead of the tank of the catalogue."""
    length: Annotated[Length, Within(0.1, 1000.0, "0.1 m to 1 km")] | None = None
    """Cables and busways: metres of each, from which resistance, voltage drop and loss follow."""
    other_load: OtherLoad | None = None
    """Boards, panels and PDUs: what each feeds beside racks and cooling, such as lights, offices
    and lifts. It draws as much whenever the board has power, and counts in the PUE."""
    solar: SolarSpec | None = None
    """Solar arrays: their modules."""
    ups_mode: Literal["double_conversion", "eco"] = "double_conversion"
    """How UPS work: through their converters; or through their bypass, the inverter ready, which
    loses less and leaves a gap of milliseconds at a loss of input."""
    rating: StatedRating | None = None
    """Rating where it differs from the catalogue; `rating: 500 kVA` with `power_factor` beside it,
    or a mapping with amperes and volts, says how it follows."""
    overrides: PowerNumbers | None = None
    """Other numbers of each member that differ from the catalogue."""
    hall: Name | None = None
    """Hall that panels, PDUs and busways stand in; none: the hall around `at`, else that of all
    racks they feed, else the first."""
    at: tuple[Coordinate, Coordinate] | None = None
    """Centre of the first member on the site, in metres; further members follow eastward."""

    @model_validator(mode="before")
    @classmethod
    def _power_factor(cls, data: object) -> object:
        return with_power_factor(data)
