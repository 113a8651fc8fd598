"""Job graphs: who waits for whom, and what is wrong with that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from twin.errors import did_you_mean
from twin.traces.dependencies import in_a_circle
from twin.workload.kind import Job, WorkloadKind


def unknown_or_circular(works: Sequence[WorkloadKind]) -> Iterator[tuple[int, str]]:
    """Everything wrong with whom workloads say they follow: the place of each, and what is
    allowed.
    """
    follows = {work.name: work.follows for work in works}
    stuck = in_a_circle({work.name: work.waits_for for work in works})
    for place, name in enumerate(follows):
        for other in follows[name]:
            if other not in follows:
                hint = did_you_mean(other, follows)
                told = f"a workload of this scenario, not {other!r}"
                yield place, f"{told}; {hint}" if hint else told
        ring = _ring(name, stuck)
        if ring:
            told = f"others that do not wait for {name} in turn"
            yield place, f"{told}: {' after '.join([name, *ring])}"


def _ring(name: str, follows: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The shortest way from whom a workload follows back to itself; empty for none."""
    ways = {before: [before] for before in follows.get(name, ())}
    left = list(ways)
    for one in left:
        for before in follows[one]:
            if before not in ways:
                ways[before] = [*ways[one], before]
                left.append(before)
    return ways.get(name, [])


def resolved_names(works: Iterable[WorkloadKind], seed: int) -> dict[str, tuple[str, ...]]:
    """By the name of each workload, the jobs that must be complete for it to be."""
    return {work.name: work.ends_with(seed) for work in works}


def waits(job: Job) -> bool:
    """Whether a job joins the queue only when others have begun or ended."""
    return bool(job.after or job.promotion)


def follows(job: Job) -> bool:
    """Whether a job is submitted only when others have ended."""
    return waits(job) and not job.submits_itself
