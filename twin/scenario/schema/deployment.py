"""Where to run: on premises, in a cloud, in a colocation, or owning with bursts to a cloud."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from twin.scenario.schema.economics import Amount
from twin.scenario.schema.names import GpuName, Name
from twin.stated import FileName, Fraction, Percent, Stated

Region = Annotated[str, Field(min_length=1, max_length=40)]
Milliseconds = Annotated[float, Field(ge=0, le=1e5)]
Gpus = Annotated[float, Field(ge=0, le=1e7)]
Share = Annotated[Fraction, Field(gt=0)]


class DemandProfile(Stated):
    """GPUs that are asked for, by the hour of a year that begins on a Monday."""

    gpus: Annotated[float, Field(gt=0, le=1e7)]
    """Mean of a working day."""
    diurnal_amplitude: Fraction = 0.0
    """How far the day's wave reaches above and below its mean."""
    peak_hour: Annotated[float, Field(ge=0, lt=24)] = 15.0
    """Hour of the highest demand."""
    weekend_factor: Fraction = 1.0
    """Demand of Saturday and Sunday over that of working days."""


class DemandRun(Stated):
    """GPUs that were busy in a run, hour by hour, repeated over the year."""

    run: FileName
    """Folder of its result."""
    growth: Annotated[float, Field(gt=0, le=1000)] = 1.0
    """Every hour times this."""


class JobClass(Stated):
    """A part of the demand and where it may run."""

    name: Name
    """What it is."""
    share: Share
    """Of the demand of every hour; the shares of all classes are 1 together."""
    residency: Literal["anywhere", "site"] | tuple[Region, ...] = "anywhere"
    """Regions that its data may be in; `site` where they do not leave the premises."""
    latency_max_ms: Milliseconds | None = None
    """Longest way to a place, there and back, that its users bear."""
    egress_gb_per_gpu_hour: Annotated[float, Field(ge=0, le=1e6)] = 0.0
    """Data that leave a cloud for every GPU hour in it."""


class BoughtBlock(Stated):
    """Something bought, repaid evenly over its life."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    """What it is."""
    usd: Amount
    """Price of all of it."""
    life_years: Annotated[float, Field(gt=0, le=60)]
    """How long it lives."""
    residual_frac: Fraction = 0.0
    """Share of the price that is left then."""


class OwnCost(Stated):
    """What owning costs: one of a design, a cost a GPU and year, or blocks."""

    design: FileName | None = None
    """A scenario or layout, whose cost a GPU `twin cost` gives."""
    usd_per_gpu_year: Annotated[float, Field(gt=0, le=1e7)] | None = None
    """Everything, capital included."""
    blocks: tuple[BoughtBlock, ...] = Field(default=(), max_length=100)
    """What is bought for `gpus` GPUs."""
    yearly: dict[str, Amount] = Field(default_factory=dict, max_length=100)
    """What is paid each year beside the blocks, USD by name."""
    gpus: Annotated[float, Field(gt=0, le=1e7)] | None = None
    """GPUs that the blocks are bought for."""
    wacc: Fraction = 0.08
    """Cost of capital of the blocks, a year."""
    periods_per_year: Literal[1, 12] = 1
    """Blocks are repaid by the year or by the month."""
    gpus_max: Gpus | None = None
    """Most that the premises hold; no limit where it is not stated."""
    availability: Percent = 0.99
    """Share of its GPU hours that can be used."""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        ways = [self.design, self.usd_per_gpu_year, self.blocks or None]
        if sum(way is not None for way in ways) != 1:
            raise ValueError("one of design, usd_per_gpu_year and blocks")
        if self.blocks and self.gpus is None:
            raise ValueError("gpus beside blocks")
        return self


class CloudOffer(Stated):
    """GPUs to rent, by a row of the price list or by prices of your own."""

    name: Name
    """What the answer calls it."""
    offer: Annotated[str, Field(max_length=80)] | None = None
    """Row of `twin deploy --prices`."""
    on_demand: Annotated[float, Field(gt=0, le=1000)] | None = None
    """USD a GPU and hour, in place of a row."""
    reserved_1y: Annotated[float, Field(gt=0, le=1000)] | None = None
    """USD for each hour of a year, used or not."""
    reserved_3y: Annotated[float, Field(gt=0, le=1000)] | None = None
    """The same for three years."""
    as_of: date | None = None
    """Day of these prices."""
    region: Region
    """Where it stands."""
    latency_ms: Milliseconds
    """Way there and back."""
    egress_usd_per_gb: Annotated[float, Field(ge=0, le=10)] | None = None
    """Data that leave; the row `egress` of the prices where it is not stated."""
    gpus_max: Gpus | None = None
    """Most that can be had."""

    @model_validator(mode="after")
    def _priced(self) -> Self:
        if (self.offer is None) == (self.on_demand is None):
            raise ValueError("offer or on_demand, one of them")
        return self


class ColocationOffer(Stated):
    """Room and power of somebody else for racks of one's own."""

    region: Region
    """Where it stands."""
    latency_ms: Milliseconds
    """Way there and back."""
    kw_per_gpu: Annotated[float, Field(gt=0, le=100)]
    """Rated power of a GPU with its part of the rack."""
    usd_per_kw_month: Amount | None = None
    """By rated power; the row `colocation` of the prices where it is not stated."""
    usd_per_gpu: Amount | None = None
    """Price of a GPU with its part of the rack; else that of the GPU times the server overhead."""
    usd_per_kwh: Amount = 0.08
    """Energy, which is paid apart."""
    pue: Annotated[float, Field(ge=1, le=3)] = 1.25
    """Energy of the building over that of the racks; 1.25 usual outside hyperscale (Epoch AI)."""


class Deployment(Stated):
    """A choice of where to run."""

    version: Literal[1] = 1
    """Version of the schema."""
    name: Name
    """What is chosen."""
    description: str = Field(default="", max_length=4000)
    """What for."""
    as_of: date | None = None
    """Day on which the choice is made; today where it is not stated."""
    stale_after_days: int = Field(default=365, ge=1, le=10_000)
    """Prices older than this say so."""
    gpu: GpuName
    """GPU that is counted."""
    demand: DemandProfile | DemandRun
    """How many, hour by hour."""
    jobs: tuple[JobClass, ...] = Field(min_length=1, max_length=100)
    """What asks for them, and where it may run."""
    region: Region
    """Where the premises stand."""
    latency_ms: Milliseconds = 1.0
    """Way from the users to the premises and back."""
    own: OwnCost
    """What owning costs."""
    cloud: tuple[CloudOffer, ...] = Field(default=(), max_length=50)
    """What could be rented."""
    colocation: ColocationOffer | None = None
    """Room for one's own racks."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if abs(sum(job.share for job in self.jobs) - 1.0) > 1e-6:
            raise ValueError("shares of the jobs that are 1 together")
        names = [*(offer.name for offer in self.cloud)]
        if len(set(names)) < len(names):
            raise ValueError("offers with names that differ")
        return self
