"""Which jobs may be where: data residency and latency are limits, not prices."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from twin.scenario.schema.deployment import Deployment, JobClass


@dataclass(frozen=True)
class DeploymentPlace:
    """Somewhere to run."""

    name: str
    region: str
    latency_ms: float
    is_site: bool = False
    """Whether it is on the premises."""


def refusal(job: JobClass, place: DeploymentPlace) -> str:
    """Why a job may not run there; empty where it may."""
    if place.is_site:
        allowed = job.residency in ("anywhere", "site") or place.region in job.residency
    else:
        allowed = job.residency == "anywhere" or (
            job.residency != "site" and place.region in job.residency
        )
    if not allowed:
        where = job.residency if isinstance(job.residency, str) else ", ".join(job.residency)
        return f"data of {job.name} stay in {where}, {place.name} is in {place.region}"
    if job.latency_max_ms is not None and place.latency_ms > job.latency_max_ms:
        return (
            f"{job.name} bears {job.latency_max_ms:g} ms, {place.name} is {place.latency_ms:g} ms "
            "away"
        )
    return ""


def site(asked: Deployment) -> DeploymentPlace:
    """The premises."""
    return DeploymentPlace("the premises", asked.region, asked.latency_ms, True)


def refusals(jobs: Iterable[JobClass], place: DeploymentPlace) -> list[str]:
    """Why jobs may not run there, one sentence each."""
    return [said for job in jobs if (said := refusal(job, place))]
