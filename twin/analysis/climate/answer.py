"""What a year comes to: PUE and WUE from sums over it, energy by end use, water, peaks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from twin.analysis.climate import months
from twin.arrays import Array, Index
from twin.cards import Shown
from twin.scenario.series import YearOfAir, design_air, design_values
from twin.scenario.series.design_days import PUBLISHED_DAYS

if TYPE_CHECKING:
    import pandas as pd

J_PER_KWH = 3.6e6
HOUR_S = 3600.0
IT = "it"
LOSS = "loss_"
"""How losses on the way to IT begin; what is neither they, nor IT, nor lights or other
loads is mechanical."""
LIGHTING = "lighting"
OTHER = "other_loads"
DESIGN_DAYS = ("cooling_0.4", "cooling_1", "cooling_2", "wet_bulb_0.4", "heating_99.6")


@dataclass(frozen=True)
class Hours:
    """A year hour by hour, or its design days. Arrays are (hour,)."""

    power_w: Mapping[str, Array]
    """By end use; `it` is one of them."""
    water_kg_s: Mapping[str, Array]
    """By use."""
    mechanical_frac: Array
    """Share of the heat that compressors carry."""
    modes: Mapping[str, Index] = field(default_factory=dict)
    """How each plant cools, rows of `months.MODES`; empty where there is one plant, whose share
    says it."""

    @cached_property
    def facility_w(self) -> Array:
        """Everything."""
        first, *others = self.power_w.values()
        total = first.copy()
        for power in others:
            total += power
        return total

    def _total_w(self, uses: Iterable[str]) -> Array:
        none = np.zeros(self.mechanical_frac.size)
        return np.asarray(sum((self.power_w[use] for use in uses), none))

    @property
    def mechanical_w(self) -> Array:
        """Power of cooling and humidity."""
        electrical = (IT, LIGHTING, OTHER)
        uses = self.power_w
        return self._total_w(u for u in uses if u not in electrical and not u.startswith(LOSS))

    @property
    def electrical_w(self) -> Array:
        """Losses on the way to IT."""
        return self._total_w(use for use in self.power_w if use.startswith(LOSS))

    @property
    def mechanical_load(self) -> Array:
        """Mechanical load component of ASHRAE 90.4: cooling and humidity over IT."""
        return np.asarray(self.mechanical_w / self.power_w[IT])

    @property
    def electrical_loss(self) -> Array:
        """Electrical loss component: losses over what enters towards IT."""
        lost = self.electrical_w
        return np.asarray(lost / (self.power_w[IT] + lost))


@dataclass(frozen=True, repr=False)
class ClimateYear(Shown):
    """The year of one facility in one climate."""

    facility: str
    air: YearOfAir
    hours: Hours
    inputs: Mapping[str, float]
    notes: tuple[str, ...] = field(default=())
    """What was assumed, clipped or filled in."""
    halls: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Moisture of the halls that state it."""
    design: Hours | None = None
    """The published design days, by dry and by wet bulb; None where no design conditions are."""

    @property
    def energy_kwh(self) -> dict[str, float]:
        """Energy of the year by end use."""
        return {
            use: float(power.sum()) * HOUR_S / J_PER_KWH
            for use, power in self.hours.power_w.items()
        }

    @property
    def it_kwh(self) -> float:
        """Energy of IT over the year."""
        return self.energy_kwh[IT]

    @property
    def pue(self) -> float:
        """Energy of the facility over that of IT, both summed over the year."""
        return sum(self.energy_kwh.values()) / self.it_kwh

    @property
    def water_l(self) -> dict[str, float]:
        """Water of the year by use."""
        return {use: float(flow.sum()) * HOUR_S for use, flow in self.hours.water_kg_s.items()}

    @property
    def wue_l_per_kwh(self) -> float:
        """Water of the site over energy of IT, both summed over the year."""
        return sum(self.water_l.values()) / self.it_kwh

    def components(self) -> dict[str, float]:
        """Components of ASHRAE 90.4: mechanical load over IT, of the year and of the worst hour,
        of published design days too; electrical loss over what enters towards IT. Limits are the
        standard's and not here.
        """
        hours = self.hours
        it_w = hours.power_w[IT].sum()
        lost_w = hours.electrical_w.sum()
        worst = [hours] if self.design is None else [hours, self.design]
        return {
            "mlc_annual": float(hours.mechanical_w.sum() / it_w),
            "mlc_design": max(float(one.mechanical_load.max()) for one in worst),
            "elc_annual": float(lost_w / (it_w + lost_w)),
            "elc_design": max(float(one.electrical_loss.max()) for one in worst),
        }

    def peaks(self) -> dict[str, Any]:
        """The hour of the year in which the facility draws most, and the one in which it drinks
        most; and the same of published design days, where there are any, which the year's own hours
        may not reach.
        """
        power = self.hours.facility_w
        water = np.sum(list(self.hours.water_kg_s.values()), axis=0)
        hottest = int(power.argmax())
        return {
            "power_w": float(power.max()),
            "power_over_it": float((power / self.hours.power_w[IT]).max()),
            "hour": hottest + 1,
            "dry_bulb_degc": float(self.air.dry_bulb_degc[hottest]),
            "wet_bulb_degc": float(self.air.wet_bulb_degc[hottest]),
            "water_kg_s": float(water.max()),
            **self._design_peak(),
        }

    def _design_peak(self) -> dict[str, Any]:
        """The hour of published design days in which the facility draws most."""
        air = design_air(self.air)
        if air is None or self.design is None:
            return {}
        power = self.design.facility_w
        day, hour = divmod(int(power.argmax()), 24)
        return {
            "design_power_w": float(power.max()),
            "design_day": PUBLISHED_DAYS[day],
            "design_day_hour": hour + 1,
            "design_dry_bulb_degc": float(air.dry_bulb_degc[int(power.argmax())]),
            "design_wet_bulb_degc": float(air.wet_bulb_degc[int(power.argmax())]),
        }

    def months(self) -> list[dict[str, float]]:
        """What each month drew, drank and reached."""
        it_w = self.hours.power_w[IT]
        water = self.hours.water_kg_s
        none = np.zeros(it_w.size)
        return months.by_month(self.air, it_w, self.hours.facility_w, sum(water.values(), none))

    def modes(self) -> dict[str, dict[str, list[int]]]:
        """Hours of every month by plant and by what cools it."""
        one = {"cooling": months.of_share(self.hours.mechanical_frac)}
        held = self.hours.modes or one
        return {plant: months.hours_of(self.air, mode) for plant, mode in held.items()}

    def frame(self) -> pd.DataFrame:
        """One row an hour: air, power by end use, water by use, share carried by compressors."""
        import pandas as pd

        columns: dict[str, Array] = {
            "hour": np.arange(1.0, 8761.0),
            "dry_bulb_degc": self.air.dry_bulb_degc,
            "wet_bulb_degc": self.air.wet_bulb_degc,
            "pressure_pa": self.air.pressure_pa,
        }
        columns |= {f"{use}_w": power for use, power in self.hours.power_w.items()}
        columns |= {f"water_{use}_kg_s": flow for use, flow in self.hours.water_kg_s.items()}
        columns |= {
            "mechanical_frac": self.hours.mechanical_frac,
            "pue": self.hours.facility_w / self.hours.power_w[IT],
        }
        return pd.DataFrame(columns)

    def as_dict(self) -> dict[str, Any]:
        """Everything but the hours, as plain values."""
        return {
            "facility": self.facility,
            "weather": self.air.name,
            "pue": self.pue,
            "wue_l_per_kwh": self.wue_l_per_kwh,
            "energy_kwh": self.energy_kwh,
            "water_l": self.water_l,
            "peak": self.peaks(),
            "ashrae_90_4": self.components(),
            "compressor_hours": float((self.hours.mechanical_frac > 0).sum()),
            "free_cooling_frac": float(1.0 - self.hours.mechanical_frac.mean()),
            "months": self.months(),
            "modes": self.modes(),
            "halls": {hall: dict(told) for hall, told in self.halls.items()},
            "design_days": {
                which: dict(zip(("dry_bulb_degc", "wet_bulb_degc"), design_values(self.air, which),
                                strict=True))
                for which in DESIGN_DAYS
            },
            "inputs": dict(self.inputs),
            "notes": list(self.notes),
        }  # fmt: skip
