"""Where to run: a deployment file, its demand and prices, and every option with its cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from twin.analysis.deployment import demand as hourly
from twin.analysis.deployment.options import DeploymentOption, Owning, Rental, Three, options
from twin.analysis.deployment.places import refusals
from twin.analysis.deployment.prices import colocated, owning, rental, stated_own
from twin.arrays import Array
from twin.cards import Shown
from twin.catalogue import rows as shipped_rows
from twin.catalogue.prices import price_rows
from twin.catalogue.rental import rental_rows
from twin.catalogue.rows import Gpu
from twin.errors import InputError, did_you_mean
from twin.results import Result, provenance
from twin.scenario.overrides import read_changed
from twin.scenario.schema.deployment import DemandProfile, Deployment
from twin.scenario.yaml.document import Document
from twin.scenario.yaml.validate import build_model
from twin.study.cost.report import cost

Row = dict[str, Any]


@dataclass(frozen=True, eq=False, repr=False)
class DeploymentAnswer(Shown):
    """Every option of a deployment, the cheapest feasible one first."""

    name: str
    as_of: date
    demand: Array
    """(hour,) GPUs."""
    own: Owning
    options: tuple[DeploymentOption, ...]
    jobs: tuple[Row, ...]
    """Each class of jobs: where it may run, and why not elsewhere."""
    warnings: tuple[str, ...]

    @property
    def best(self) -> DeploymentOption | None:
        """The cheapest feasible option; None where none is."""
        first = self.options[0]
        return first if first.feasible else None

    def as_dict(self) -> Row:
        """Plain values that JSON can hold."""
        mean = float(self.demand.mean())
        return {
            "name": self.name,
            "as_of": self.as_of.isoformat(),
            "cheapest": None if self.best is None else self.best.name,
            "demand_mean_gpus": mean,
            "demand_peak_gpus": float(self.demand.max()),
            "utilisation_frac": mean / float(self.demand.max()),
            "own_usd_per_gpu_year": self.own.usd_per_gpu_year[0],
            "own_stands_on": self.own.stands_on,
            "options": [asdict(one) for one in self.options],
            "jobs": list(self.jobs),
            "warnings": list(self.warnings),
        }


def deploy(
    path: str | Path, as_of: date | None = None, overrides: Mapping[str, str] | None = None
) -> DeploymentAnswer:
    """Every option of a deployment file.

    as_of       the day of the choice, where the file states none; today otherwise
    overrides   values that stand in place of the file's, by dotted key: `{"demand.gpus": "96"}`
    Raises InputError with every problem of the file, and RunError where its design cannot run.
    """
    document = read_changed(Path(path), overrides or {})
    asked = build_model(document, Deployment)
    today = asked.as_of or as_of or date.today()
    _refuse_unknown(document, asked)
    needed = _demand(document, asked)
    own = owning(asked, *_own_usd(document, asked))
    room = None if asked.colocation is None else colocated(asked, asked.colocation)
    rentals = [rental(offer, today, asked.stale_after_days) for offer in asked.cloud]
    return DeploymentAnswer(
        asked.name,
        today,
        needed,
        own,
        tuple(options(asked, needed, own, room, rentals)),
        tuple(_jobs(asked, rentals)),
        tuple(_warnings(asked, rentals)),
    )


def _refuse_unknown(document: Document, asked: Deployment) -> None:
    problems = []
    if asked.gpu not in shipped_rows(Gpu):
        gpus = shipped_rows(Gpu)
        hint = did_you_mean(asked.gpu, gpus)
        problems.append(document.problem(("gpu",), repr(asked.gpu), ", ".join(gpus), hint))
    known = rental_rows()
    for place, offer in enumerate(asked.cloud):
        if offer.offer is not None and offer.offer not in known:
            at = ("cloud", place, "offer")
            hint = did_you_mean(offer.offer, known)
            problems.append(document.problem(at, repr(offer.offer), ", ".join(known), hint))
    priced = asked.colocation is None or asked.colocation.usd_per_gpu is not None
    if not priced and asked.gpu not in price_rows():
        allowed = f"usd_per_gpu, for nobody knows a price of {asked.gpu}"
        problems.append(document.problem(("colocation",), "no price of a GPU", allowed))
    if problems:
        raise InputError(problems)


def _demand(document: Document, asked: Deployment) -> Array:
    if isinstance(asked.demand, DemandProfile):
        return hourly.of_profile(asked.demand)
    told = f"{asked.demand.run.rstrip('/')}/{provenance.FILE}"
    folder = document.resolve(told, ("demand", "run")).parent
    site = Result.load(folder).frame("site")
    busy = site["gpus_busy"].to_numpy(dtype=float)
    if not busy.any():
        at = ("demand", "run")
        raise InputError([document.problem(at, "a run without a busy GPU", "a run with work")])
    return hourly.of_periods(site["time_s"].to_numpy(dtype=float), busy, asked.demand.growth)


def _own_usd(document: Document, asked: Deployment) -> tuple[Three, str]:
    if asked.own.design is None:
        return stated_own(asked.own)
    path = document.resolve(asked.own.design, ("own", "design"))
    found = cost(path)
    gpus = found.answer.run.gpus
    if not gpus:
        at = ("own", "design")
        raise InputError([document.problem(at, "a design without GPUs", "one with GPUs")])
    year = found.figures["annual_usd"]
    mid, low, high = (year[key] / gpus for key in ("value", "low", "high"))
    return (mid, low, high), f"{path.name}, {found.stands_on}"


def _jobs(asked: Deployment, rentals: list[Rental]) -> list[Row]:
    """Which jobs may leave the premises, and why not."""
    rows = []
    for job in asked.jobs:
        why = [said for offer in rentals for said in refusals([job], offer.place)]
        may = [offer.name for offer in rentals if not refusals([job], offer.place)]
        rows.append(
            {"job": job.name, "share": job.share, "may_leave_to": may, "why_not": "; ".join(why)}
        )
    return rows


def _warnings(asked: Deployment, rentals: list[Rental]) -> list[str]:
    found = [f"{offer.name}: {offer.stale}" for offer in rentals if offer.stale]
    for offer in asked.cloud:
        row = rental_rows().get(offer.offer or "")
        if row is not None and row.gpu != asked.gpu:
            found.append(f"{offer.name}: price of {row.gpu}, not of {asked.gpu}")
    return found
