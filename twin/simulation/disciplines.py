"""The disciplines of one run, wired together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from twin.facility.job_sizes import sized
from twin.facility.model import Facility
from twin.simulation.activity import Activity
from twin.simulation.compute.racks import Compute
from twin.simulation.compute.throttling import Throttling
from twin.simulation.controls import Controls
from twin.simulation.cooling.coils import Coils
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.heat import Heat
from twin.simulation.cooling.inlet_air import InletAir
from twin.simulation.cooling.moisture import Moisture
from twin.simulation.cooling.plant import Plants
from twin.simulation.cooling.stores import Stores
from twin.simulation.cooling.units import Units
from twin.simulation.cooling.valves import Valves
from twin.simulation.crews import Crews
from twin.simulation.faults.faults import Faults
from twin.simulation.jobs.asked import asked_jobs
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.jobs.waiting_loads import waiting_loads
from twin.simulation.kernel.discipline import Discipline
from twin.simulation.kernel.world import World
from twin.simulation.meters import WorkMeters
from twin.simulation.network import Network
from twin.simulation.power.frequency_relays import FrequencyRelays
from twin.simulation.power.protection import Protection
from twin.simulation.power.shedding import Shedding
from twin.simulation.power.supply import Supply
from twin.simulation.record.accounts import Accounts
from twin.simulation.record.billing import Billing
from twin.simulation.record.losses import Losses
from twin.simulation.response import Response
from twin.simulation.serving.serving import Serving
from twin.simulation.state import fresh
from twin.workload import Job


@dataclass
class Disciplines:
    """Everybody who acts, by the name that `kernel.order` calls them."""

    world: World
    supply: Supply
    protection: Protection
    shedding: Shedding
    racks: Compute
    flows: Flows
    plants: Plants
    units: Units
    stores: Stores
    coils: Coils
    moisture: Moisture
    inlet_air: InletAir
    throttling: Throttling
    heat: Heat
    network: Network
    losses: Losses
    jobs: Scheduler
    serving: Serving
    activity: Activity
    accounts: Accounts
    billing: Billing
    crews: Crews
    faults: Faults
    controls: Controls
    response: Response
    valves: Valves = field(init=False)
    """Those of coolant units, which move with the heat."""

    meters: WorkMeters = field(init=False)

    def __post_init__(self) -> None:
        self.meters = WorkMeters(self.racks, self.jobs, self.serving)
        self.valves = self.heat.valves

    def named(self, names: tuple[str, ...]) -> Iterator[Discipline]:
        """Disciplines by name, in that order."""
        return (cast(Discipline, getattr(self, name)) for name in names)

    def schedule(self) -> None:
        """Put everything that is known to come on the clock."""
        self.supply.schedule()
        self.plants.schedule()
        self.jobs.schedule()
        self.serving.schedule()
        self.faults.schedule()
        self.controls.schedule()
        self.response.schedule()


def _world(facility: Facility) -> tuple[World, tuple[Job, ...]]:
    """A world before the first instant, and the jobs that are asked."""
    asked = sized(asked_jobs(facility.scenario), facility.racks)
    return World(facility, fresh(facility, len(asked))), asked


def _protection(world: World, supply: Supply, crews: Crews, shedding: Shedding) -> Protection:
    """What opens overloaded devices, and relays of islands beside it."""
    protection = Protection(world, supply, crews, shedding)
    FrequencyRelays(world, supply, shedding, protection)
    return protection


def wire(facility: Facility) -> Disciplines:
    """A world with all its disciplines, before the first instant; nothing waits yet."""
    world, asked = _world(facility)
    crews = Crews(world)
    supply = Supply(world)
    shedding = Shedding(world, supply, waiting_loads)
    racks = Compute(world)
    flows = Flows(world)
    plants = Plants(world)
    coils = Coils(world)
    inlet_air = InletAir(world)
    losses = Losses(world)
    jobs = Scheduler(world, asked, racks, flows, losses)
    serving = Serving(world, racks, losses, jobs)
    throttling = Throttling(world, racks, inlet_air, serving)
    return Disciplines(
        world=world,
        supply=supply,
        protection=_protection(world, supply, crews, shedding),
        shedding=shedding,
        racks=racks,
        flows=flows,
        plants=plants,
        units=Units(world, flows, plants),
        stores=Stores(world, flows, plants),
        coils=coils,
        moisture=Moisture(world, plants),
        inlet_air=inlet_air,
        throttling=throttling,
        heat=Heat(world, flows, plants, coils, (throttling, inlet_air, plants, coils)),
        network=Network(world),
        losses=losses,
        jobs=jobs,
        serving=serving,
        activity=Activity(world, racks, jobs, serving),
        accounts=Accounts(world, racks, supply),
        billing=Billing(world),
        crews=crews,
        faults=Faults(world, crews),
        controls=Controls(world),
        response=Response(world, throttling, jobs, serving),
    )
