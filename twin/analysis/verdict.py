"""What a run must hold to, judged: limits of makers and standards always, targets where asked.

A limit is missed by the run, or by the design at full load where the review says so; so coolant
above the racks' limit never passes because the day was mild.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from twin.findings import FindingCode
from twin.quantities import clock, degrees
from twin.results import Result
from twin.results.enums import EventKind

ROUNDING = 1e-9
"""A value this much past its bound, as a share of it, is at the bound."""

Verdict = Literal["meets", "misses", "not asked", "not known"]
Unit = Literal["", "share", "degC", "L/kWh"]
Sense = Literal["at most", "at least", "below"]


@dataclass(frozen=True)
class Judgement:
    """One thing that is judged: what, the bound, what was found, and a word of explanation."""

    what: str
    sense: Sense
    asked: float
    """The bound; NaN where none was asked."""
    found: float
    """What the run or the design reaches; NaN where it is not known."""
    unit: Unit
    is_target: bool
    """A planner's target, and no limit of makers or standards."""
    broken: str = ""
    """Why it is missed whatever was found in the run."""
    by_design: bool = False
    """That this is of the design at full load, and not of the run."""

    @property
    def only_by_design(self) -> bool:
        """Whether the design at full load misses what this run held."""
        return bool(self.broken) and self.by_design and self.found <= self.asked

    @property
    def verdict(self) -> Verdict:
        """Whether it meets what was asked."""
        if self.broken:
            return "misses"
        if not np.isfinite(self.asked):
            return "not asked"
        if not np.isfinite(self.found):
            return "not known"
        over = self.asked - self.found if self.sense == "at least" else self.found - self.asked
        near = ROUNDING * abs(self.asked)
        return "misses" if over > (-near if self.sense == "below" else near) else "meets"


def judgements(result: Result) -> list[Judgement]:
    """Limits, then targets; of limits only those that have something to be held against."""
    limits = [one for one in _limits(result) if one.verdict in ("meets", "misses")]
    return [*limits, *_targets(result)]


def missed(judged: list[Judgement]) -> list[Judgement]:
    """Those that are missed."""
    return [one for one in judged if one.verdict == "misses"]


def _limits(result: Result) -> Iterator[Judgement]:
    says = _says(result)
    liquid = result.frame("loops")
    liquid = liquid[liquid["kind"] == "liquid"]
    racks = result.frame("racks")
    yield _limit(
        "Coolant within the racks' limit",
        _stated(result, "racks/", "coolant_supply_max_degc"),
        _highest(liquid, "temperature_degc"),
        says.get(FindingCode.COOLANT_WARM_AT_PEAK) or says.get(FindingCode.COOLANT_TOO_WARM, ""),
        _warmest(liquid, "loop", "temperature_degc"),
    )
    yield _limit(
        "Inlet air within the racks' limit",
        _stated(result, "racks/", "inlet_air_max_degc"),
        _highest(racks, "inlet_air_degc"),
        says.get(FindingCode.AIR_WARM_AT_PEAK) or says.get(FindingCode.AIR_TOO_WARM, ""),
        _warmest(racks, "rack", "inlet_air_degc"),
    )
    slowdown_degc = _stated(result, "gpus/", "slowdown_degc")
    hottest_degc = _highest(_with_gpus(result, racks), "junction_max_degc")
    gpus = "GPUs below their slowdown limit"
    slowed = _throttled(result)
    yield Judgement(gpus, "below", slowdown_degc, hottest_degc, "degC", False, slowed)
    highest = _highest(result.frame("power"), "load_max_frac")
    yield Judgement("Power equipment within its rating", "at most", 1.0, highest, "share", False)
    yield from _expectations(result)


def _limit(what: str, asked_degc: float, found_degc: float, review: str, warmest: str) -> Judgement:
    """What the review says of the design; before it, who passed the limit in the run, and when."""
    passed = found_degc > asked_degc + ROUNDING * abs(asked_degc)
    broken = "; ".join(filter(None, (warmest if passed else "", review)))
    return Judgement(what, "at most", asked_degc, found_degc, "degC", False, broken, by_design=True)


def _warmest(table: pd.DataFrame, who: str, column: str) -> str:
    held = table.dropna(subset=[column])
    if held.empty:
        return ""
    row = held.iloc[int(held[column].argmax())]
    return f"{row[who]} reached {degrees(row[column])} by {clock(row['time_s'])}"


def _expectations(result: Result) -> Iterator[Judgement]:
    """What drills were expected to cost at most, and what the grid operator accepts of swings."""
    for table, what in (("drill_sheet", "Drills as expected"), ("power_swings", "Power swings")):
        held = result.frame(table)["verdict"]
        judged = held[held.isin(("pass", "fail"))]
        if len(judged):
            passed = float((judged == "pass").mean())
            yield Judgement(what, "at least", 1.0, passed, "share", False)


def _targets(result: Result) -> Iterator[Judgement]:
    asked = result.meta.get("targets") or {}
    held = result.summary
    services = result.frame("services")
    wue_found = _number(held.get("wue_l_per_kwh"))
    wue_asked = _number(asked.get("wue_l_per_kwh"))
    yield Judgement("PUE", "at most", _number(asked.get("pue")), _number(held.get("pue")), "", True)
    yield Judgement("WUE", "at most", wue_asked, wue_found, "L/kWh", True)
    shares = {
        "availability": ("Availability of all racks", availability(result)),
        "tokens_made": ("Tokens made of the undisturbed", made_frac(result)),
        "tokens_served": ("Tokens served of those asked for", served_frac(services)),
        "objective_met": ("Requests within their latency objective", objective_frac(services)),
    }
    for key, (what, found) in shares.items():
        yield Judgement(what, "at least", _number(asked.get(key)), found, "share", True)


def availability(result: Result) -> float:
    """Share of time in which every rack is served in full, by the exact engine; NaN without it."""
    study = result.meta.get("redundancy") or {}
    exact = study.get("availability_exact") if isinstance(study, Mapping) else None
    return 1.0 - _number(exact.get("unavailability")) if isinstance(exact, Mapping) else np.nan


def made_frac(result: Result) -> float:
    """Tokens made over tokens made and lost."""
    made = _number(result.summary.get("tokens_total"))
    lost = _number(result.summary.get("tokens_lost_by_fault"))
    return made / (made + lost) if made + lost > 0 else np.nan


def served_frac(services: pd.DataFrame) -> float:
    """Output tokens served over those asked for, of all services."""
    asked = float(services["tokens_asked"].sum())
    return float(services["tokens_served"].sum()) / asked if asked > 0 else np.nan


def objective_frac(services: pd.DataFrame) -> float:
    """Requests that kept their service's objective, of those of services that state one."""
    held = services.dropna(subset=["slo_met_frac"])
    requests = float(held["requests"].sum())
    kept = float((held["slo_met_frac"] * held["requests"]).sum())
    return kept / requests if requests > 0 else np.nan


def _says(result: Result) -> dict[str, str]:
    """What the review said first under each code."""
    found: dict[str, str] = {}
    for one in result.meta.get("findings") or ():
        if isinstance(one, Mapping):
            text = f"{one.get('component', '')}: {one.get('says', '')}"
            found.setdefault(str(one.get("code", "")), text)
    return found


def _stated(result: Result, subject: str, parameter: str) -> float:
    """The lowest of a limit among the rows in use; NaN where none is stated."""
    held = result.frame("witnesses")
    rows = held["subject"].str.startswith(subject) & (held["parameter"] == parameter)
    values = pd.to_numeric(held.loc[rows, "value"], errors="coerce").dropna()
    return float(values.min()) if len(values) else np.nan


def _highest(frame: pd.DataFrame, column: str) -> float:
    return float(frame[column].max()) if len(frame) else np.nan


def _with_gpus(result: Result, racks: pd.DataFrame) -> pd.DataFrame:
    held = result.frame("components")
    return racks[racks["rack"].isin(held.loc[held["gpus"] > 0, "id"])]


def _throttled(result: Result) -> str:
    """At the limit GPUs slow down, so they are never found above it: slowing there is the breach,
    a clock that operators or the grid hold down is none.
    """
    if not (result.frame("events")["what"] == EventKind.THROTTLED).any():
        return ""
    hours = _number(result.summary.get("gpu_hours_throttled"))
    return f"{hours:,.0f} GPU hours ran below full clock" if hours > 0 else ""


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else np.nan
