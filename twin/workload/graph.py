"""Job graphs: who waits for whom, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from twin.errors import did_you_mean
from twin.workload.kind import Job, WorkloadKind


def unknown_or_circular(works: Sequence[WorkloadKind]) -> Iterator[str]:
    """Everything wrong with what workloads say they follow, in words."""
    follows = {work.name: work.follows for work in works}
    for name, before in follows.items():
        for other in before:
            if other not in follows:
                hint = did_you_mean(other, follows)
                told = f"{name} after a workload of this scenario, not after {other!r}"
                yield f"{told}; {hint}" if hint else told
    for name in follows:
        if name in _all_before(name, follows):
            yield f"{name} after others that do not follow it in turn"


def _all_before(name: str, follows: dict[str, tuple[str, ...]]) -> set[str]:
    """Every workload that one waits for, directly or not."""
    found: set[str] = set()
    left = list(follows.get(name, ()))
    while left:
        one = left.pop()
        if one not in found:
            found.add(one)
            left += follows.get(one, ())
    return found


def resolved_names(works: Iterable[WorkloadKind], seed: int) -> dict[str, tuple[str, ...]]:
    """By the name of each workload, the jobs that must be complete for it to be."""
    return {work.name: work.ends_with(seed) for work in works}


def waits(job: Job) -> bool:
    """Whether a job joins the queue only when others have ended."""
    return bool(job.after or job.after_failed or job.promotion)
