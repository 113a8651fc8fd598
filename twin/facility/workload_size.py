"""How many instants a run will have, estimated before it starts."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from twin.facility.ledger import Ledger
from twin.findings import Finding, FindingCode
from twin.scenario.schema import Scenario

INSTANTS_MAX = 300_000
"""More than these are worth a warning: minutes on a small site, hours on a large one."""
HOUR_S = 3600.0


def many_instants(ledger: Ledger) -> Iterator[Finding]:
    """A finding about whatever makes most of more instants than one waits for."""
    found = dict(_instants(ledger))
    total = sum(found.values())
    if total > INSTANTS_MAX:
        loc, what = max(found, key=lambda key: found[key])
        says = f"about {total:,.0f} instants, {found[loc, what]:,.0f} of them {what}"
        yield Finding(FindingCode.MANY_INSTANTS, "run", says, loc)


def _instants(ledger: Ledger) -> Iterator[tuple[tuple[tuple[str | int, ...], str], float]]:
    """Instants by where they are asked for and what they are."""
    scenario = ledger.scenario
    horizon_s = scenario.horizon
    yield (("outputs", "period"), "ends of periods"), horizon_s / scenario.outputs.period
    scans = horizon_s / scenario.controls.plant_period
    yield (("controls", "plant_period"), "scans of the plant controls"), scans
    timeline = scenario.faults.timeline
    yield (("faults", "timeline"), "faults and repairs"), 2.0 * len(timeline)
    yield (("faults", "rates"), "random faults and repairs"), 2.0 * _random_faults(ledger)
    for i, work in enumerate(scenario.workload):
        for pool in work.pools():
            windows = horizon_s / pool.window_s
            yield (("workload", i, "window"), "request windows"), windows
        yield (("workload", i), "of its jobs"), _of_jobs(scenario, i)


def _of_jobs(scenario: Scenario, i: int) -> float:
    """Submissions, starts, ends and checkpoints of a workload's jobs."""
    instants = 0.0
    for job in scenario.workload[i].jobs(scenario.seed):
        lasts_s = min(scenario.horizon, float(job.work_s))
        instants += 3.0 + lasts_s / job.interval_s
    return instants


def _random_faults(ledger: Ledger) -> float:
    """Expected number of random faults of components, as the catalogue's rates have it."""
    rates = ledger.scenario.faults.rates
    if rates is None:
        return 0.0
    mtbf_h = np.array(
        [e.mtbf_h for e in ledger.entries if not rates.kinds or e.kind in rates.kinds]
    )
    mean_h = mtbf_h[np.isfinite(mtbf_h) & (mtbf_h > 0)]
    return float((ledger.scenario.horizon / HOUR_S * rates.scale / mean_h).sum())
