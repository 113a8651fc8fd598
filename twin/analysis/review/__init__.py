"""Every finding about a design that can be built: one review, seen alike by `twin check`, a run and
its report.

power, cooling, air, cold, heat, space and work each look at their part; `twin.findings` says what a
code means.
"""

from __future__ import annotations

from functools import lru_cache
from typing import get_args

from twin.analysis.review import (
    air,
    cold,
    cooling,
    doors,
    effort,
    heat,
    interconnection,
    inverters,
    load_steps,
    moisture,
    phases,
    power,
    requests,
    selectivity,
    set_points,
    short_circuit,
    slips,
    solar,
    space,
    spares,
    voltage,
    voltage_steps,
    work,
)
from twin.errors import InputError, Problem
from twin.facility.ledger import told_once
from twin.facility.model import Facility
from twin.findings import MEANING, Allowed, Finding, Severity

__all__ = ["refuse", "refused", "review"]


class _Wired:
    """A facility by what its electrical findings hang on: runs of one design that differ in their
    seed or in what happens share all of it.
    """

    def __init__(self, facility: Facility) -> None:
        self.facility = facility
        scenario = facility.scenario
        self.parts = (facility.power, facility.racks, facility.components, facility.cooling)
        self.asked = (scenario.plan, scenario.site)

    def __hash__(self) -> int:
        return id(self.facility.power)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Wired):
            return False
        mine = (*self.parts, *self.asked)
        others = (*other.parts, *other.asked)
        return all(one is two for one, two in zip(mine, others, strict=True))


@lru_cache(maxsize=1)
def _electrical(wired: _Wired) -> tuple[Finding, ...]:
    facility = wired.facility
    return (
        *voltage.findings(facility),
        *voltage_steps.findings(facility),
        *phases.findings(facility),
        *short_circuit.findings(facility),
        *selectivity.findings(facility),
        *inverters.findings(facility),
    )


@lru_cache(maxsize=1)
def review(facility: Facility) -> tuple[Finding, ...]:
    """Everything a reviewer remarks: errors first, then warnings, then notes.

    The last facility's is kept, for a run asks before its first instant and again for its result.
    """
    found = [
        *power.findings(facility),
        *slips.findings(facility),
        *_electrical(_Wired(facility)),
        *interconnection.findings(facility),
        *load_steps.findings(facility),
        *solar.findings(facility),
        *cooling.findings(facility),
        *spares.findings(facility),
        *cold.findings(facility),
        *heat.findings(facility),
        *doors.findings(facility),
        *set_points.findings(facility),
        *moisture.findings(facility),
        *air.findings(facility),
        *space.findings(facility),
        *work.findings(facility),
        *requests.findings(facility),
        *effort.findings(facility),
        *facility.remarks,
    ]
    weight = list(Severity)
    return tuple(sorted(found, key=lambda finding: weight.index(finding.severity)))


def refused(facility: Facility, findings: tuple[Finding, ...]) -> list[Problem]:
    """The errors that the scenario does not allow, each at its line, with its cure."""
    allowed = facility.scenario.allow
    may_allow = get_args(Allowed)
    return [
        facility.scenario.problem(
            finding.stated_at,
            f"{finding.component}: {finding.says}",
            MEANING[finding.code].cure,
            f"to run it all the same: `allow: [{finding.code.value}]` in the scenario"
            if finding.code.value in may_allow
            else "",
        )
        for finding in findings
        if finding.severity is Severity.ERROR and finding.code.value not in allowed
    ]


def refuse(facility: Facility, findings: tuple[Finding, ...]) -> None:
    """Raise InputError with every error that the scenario does not allow."""
    problems = told_once(refused(facility, findings))
    if problems:
        raise InputError(problems)
