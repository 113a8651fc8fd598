"""The options of a deployment, each with its capacity and cost, or why it is none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from twin.analysis.deployment.places import DeploymentPlace, refusal, refusals
from twin.analysis.deployment.split import best_held, split
from twin.analysis.economics.finance import break_even_utilisation
from twin.arrays import Array
from twin.scenario.schema.deployment import Deployment, JobClass

Three = tuple[float, float, float]
"""Planning value, low and high."""


@dataclass(frozen=True)
class Rental:
    """A cloud offer with its prices as used."""

    name: str
    place: DeploymentPlace
    on_demand: Three
    """USD a GPU and hour."""
    reserved: dict[str, float]
    """USD a GPU and hour by term, paid whether used or not."""
    egress_usd_gb: Three
    gpus_max: float
    as_of: str
    stale: str
    """How old the price is, where that is too old; else empty."""


@dataclass(frozen=True)
class Owning:
    """What a GPU of one's own costs a year, somewhere."""

    place: DeploymentPlace
    usd_per_gpu_year: Three
    gpus_max: float
    availability: float
    stands_on: str


@dataclass(frozen=True)
class DeploymentOption:
    """One way to run; an infeasible one has no price."""

    name: str
    kind: str
    """on_premises, colocation, cloud or hybrid."""
    feasible: bool
    why: str
    """Why it is infeasible; empty where it is not."""
    gpus_held: float = 0.0
    """Owned or reserved."""
    gpus_peak: float = 0.0
    """Most in an hour, rented ones included."""
    annual_usd: float | None = None
    annual_low_usd: float | None = None
    annual_high_usd: float | None = None
    usd_per_gpu_h: float | None = None
    """Of a GPU hour that is used."""
    rented_gpu_h: float = 0.0
    unused_gpu_h: float = 0.0
    """Held and not used: paid all the same."""
    egress_usd: float = 0.0
    latency_ms: float = 0.0
    """Of the farthest place."""
    break_even_utilisation: float | None = None
    """Use of an owned GPU from which owning is cheaper than this price with the egress of an hour;
    above 1 renting wins."""
    price_as_of: str = ""
    stale: str = ""
    """How old its price is, where that is too old."""


def options(
    asked: Deployment,
    demand: Array,
    own: Owning,
    colocation: Owning | None,
    rentals: Sequence[Rental],
) -> list[DeploymentOption]:
    """Every option, the feasible ones by cost first."""
    found = [owned("on premises", "on_premises", asked.jobs, demand, own)]
    if colocation is not None:
        found.append(owned("colocation", "colocation", asked.jobs, demand, colocation))
    for rental in rentals:
        found += _rented(asked, demand, own, rental)
        found.append(_hybrid(asked, demand, own, rental))
    return sorted(found, key=lambda one: (not one.feasible, one.annual_usd or 0.0))


def owned(
    name: str, kind: str, jobs: Sequence[JobClass], demand: Array, own: Owning
) -> DeploymentOption:
    """All demand on GPUs of one's own, enough for the highest hour with the share that is out."""
    gpus = float(demand.max()) / own.availability
    why = refusals(jobs, own.place)
    if gpus > own.gpus_max:
        why.append(f"{gpus:,.0f} GPUs at the highest hour, {own.gpus_max:,.0f} fit")
    base = DeploymentOption(name, kind, not why, "; ".join(why), latency_ms=own.place.latency_ms)
    if why:
        return base
    usd = _times(own.usd_per_gpu_year, gpus)
    return _priced(base, demand, usd, gpus, gpus_held=gpus, unused_gpu_h=_unused(demand, gpus))


def _unused(demand: Array, gpus: float) -> float:
    return float(gpus * demand.size - demand.sum())


def _rented(
    asked: Deployment, demand: Array, own: Owning, rental: Rental
) -> Iterator[DeploymentOption]:
    """By the hour, and with each term: reserved up to the quantile, the rest by the hour."""
    why = refusals(asked.jobs, rental.place)
    if demand.max() > rental.gpus_max:
        why.append(f"{demand.max():,.0f} GPUs at the highest hour, {rental.gpus_max:,.0f} are had")
    for term, price in {"on demand": None, **rental.reserved}.items():
        base = replace(
            DeploymentOption(f"{rental.name}, {term}", "cloud", not why, "; ".join(why)),
            latency_ms=rental.place.latency_ms,
            price_as_of=rental.as_of,
            stale=rental.stale,
        )
        yield base if why else _term(base, asked, demand, own, rental, price)


def _term(
    base: DeploymentOption,
    asked: Deployment,
    demand: Array,
    own: Owning,
    rental: Rental,
    reserved_usd: float | None,
) -> DeploymentOption:
    hourly = rental.on_demand[0]
    held = 0.0 if reserved_usd is None else best_held(demand, reserved_usd, hourly)
    parts = split(demand, held)
    fixed = held * (reserved_usd or 0.0) * demand.size
    egress_gb = float(demand.sum()) * _egress_gb(asked.jobs)
    usd = _sum(
        (fixed,) * 3, _times(rental.on_demand, parts.rented_hours),
        _times(rental.egress_usd_gb, egress_gb),
    )  # fmt: skip
    each = own.usd_per_gpu_year[0] / own.availability
    egress_usd_h = rental.egress_usd_gb[0] * _egress_gb(asked.jobs)
    rent_usd_h = (reserved_usd or hourly) + egress_usd_h
    return _priced(
        base, demand, usd, float(demand.max()),
        gpus_held=held, rented_gpu_h=parts.rented_hours, unused_gpu_h=parts.unused_hours,
        egress_usd=rental.egress_usd_gb[0] * egress_gb,
        break_even_utilisation=break_even_utilisation(each, 1.0, rent_usd_h),
    )  # fmt: skip


def _hybrid(asked: Deployment, demand: Array, own: Owning, rental: Rental) -> DeploymentOption:
    """Jobs that may leave burst into the cloud above what is owned; the others always fit."""
    leaving = [job for job in asked.jobs if not refusal(job, rental.place)]
    staying = 1.0 - sum(job.share for job in leaving)
    least = float(demand.max()) * max(staying, 0.0)
    usable_usd_h = own.usd_per_gpu_year[0] / own.availability / demand.size
    egress_gb = _egress_gb(leaving)
    hourly = _sum(rental.on_demand, _times(rental.egress_usd_gb, egress_gb))
    held = best_held(demand, usable_usd_h, hourly[0], least)
    base = DeploymentOption(
        f"own, burst to {rental.name}", "hybrid", True, "",
        latency_ms=max(own.place.latency_ms, rental.place.latency_ms),
        price_as_of=rental.as_of, stale=rental.stale,
    )  # fmt: skip
    parts = split(demand, held)
    gpus = held / own.availability
    why = _no_hybrid(asked.jobs, own, rental, leaving, gpus, float(demand.max()) - held)
    if why:
        return replace(base, feasible=False, why=why)
    usd = _sum(_times(own.usd_per_gpu_year, gpus), _times(hourly, parts.rented_hours))
    return _priced(
        base, demand, usd, float(demand.max()) - held + gpus,
        gpus_held=gpus, rented_gpu_h=parts.rented_hours,
        unused_gpu_h=parts.unused_hours + (gpus - held) * demand.size,
        egress_usd=rental.egress_usd_gb[0] * egress_gb * parts.rented_hours,
        break_even_utilisation=usable_usd_h / hourly[0],
    )  # fmt: skip


def _no_hybrid(
    jobs: Sequence[JobClass],
    own: Owning,
    rental: Rental,
    leaving: Sequence[JobClass],
    gpus: float,
    burst: float,
) -> str:
    """Why there is no hybrid; empty where there is."""
    why = refusals(jobs, own.place)
    if not leaving:
        why += refusals(jobs, rental.place)
    if gpus > own.gpus_max:
        why.append(f"{gpus:,.0f} GPUs owned, {own.gpus_max:,.0f} fit")
    if burst > rental.gpus_max:
        why.append(f"bursts of {burst:,.0f} GPUs, {rental.gpus_max:,.0f} are had")
    return "; ".join(why)


def _egress_gb(jobs: Sequence[JobClass]) -> float:
    """GB a GPU hour in the cloud, by the share of each job among those there."""
    shares = sum(job.share for job in jobs)
    gb = sum(job.share * job.egress_gb_per_gpu_hour for job in jobs)
    return gb / shares if shares else 0.0


def _priced(
    base: DeploymentOption, demand: Array, usd: Three, peak: float, **more: Any
) -> DeploymentOption:
    return replace(
        base,
        gpus_peak=peak,
        annual_usd=usd[0],
        annual_low_usd=usd[1],
        annual_high_usd=usd[2],
        usd_per_gpu_h=usd[0] / float(demand.sum()),
        **more,
    )


def _times(values: Three, factor: float) -> Three:
    return (values[0] * factor, values[1] * factor, values[2] * factor)


def _sum(*parts: Three) -> Three:
    mid, low, high = (sum(values) for values in zip(*parts, strict=True))
    return (mid, low, high)
