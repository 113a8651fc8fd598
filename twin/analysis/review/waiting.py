"""What a reviewer remarks about jobs that wait for others: who can never come."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from twin.facility.model import Facility
from twin.findings import Finding, FindingCode
from twin.workload import WorkloadKind
from twin.workload.unmet import Unmet


def findings(facility: Facility, never_run: Collection[str]) -> Iterator[Finding]:
    """One for each workload of which jobs can never join the queue, by what is stated.

    never_run  jobs that are too large ever to start
    """
    scenario = facility.scenario
    rule = scenario.controls.scheduler
    asked = (never_run, rule.kill_invalid_depend, rule.default_limit)
    unmet = Unmet(scenario.workload, scenario.seed, *asked)
    if not unmet.why:
        return
    for i, work in enumerate(scenario.workload):
        lost = [name for name in unmet.all_of_work[work.name] if name in unmet.why]
        if lost:
            says = _told(work, lost, len(unmet.all_of_work[work.name]), unmet.why[lost[0]])
            stated = "file" if work.told_in(lost[0]) else "after"
            yield Finding(FindingCode.NEVER_COMES, work.name, says, ("workload", i, stated))


def _told(work: WorkloadKind, lost: list[str], count: int, why: str) -> str:
    if count == 1:
        return f"it can never come: {why}"
    where = work.told_in(lost[0])
    first = f"{lost[0]} ({where})" if where else lost[0]
    return f"{len(lost):,} of its {count:,} jobs can never come; the first is {first}: {why}"
