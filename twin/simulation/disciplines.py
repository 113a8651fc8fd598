"""The disciplines of one run, wired together."""

from __future__ import annotations

from dataclasses import dataclass

from twin.facility.model import Facility
from twin.simulation.compute.racks import Compute
from twin.simulation.compute.throttling import Throttling
from twin.simulation.controls import Controls
from twin.simulation.cooling.flows import Flows
from twin.simulation.cooling.heat import Heat
from twin.simulation.cooling.inlet_air import InletAir
from twin.simulation.cooling.plant import Plants
from twin.simulation.faults import Faults
from twin.simulation.jobs.scheduler import Scheduler
from twin.simulation.kernel.clock import Clock
from twin.simulation.kernel.state import fresh
from twin.simulation.kernel.world import World
from twin.simulation.power.protection import Protection
from twin.simulation.power.supply import Supply
from twin.simulation.record.accounts import Accounts
from twin.simulation.record.losses import Losses
from twin.simulation.serving.service import Serving


@dataclass
class Disciplines:
    """Everybody who acts, by name."""

    world: World
    faults: Faults
    supply: Supply
    protection: Protection
    compute: Compute
    throttling: Throttling
    coolant: Flows
    plants: Plants
    heat: Heat
    losses: Losses
    jobs: Scheduler
    traffic: Serving
    controls: Controls
    accounts: Accounts
    inlet_air: InletAir


def wire(facility: Facility) -> Disciplines:
    """A world with all its disciplines, before the first instant."""
    world = World(facility, fresh(facility), Clock())
    supply = Supply(world)
    compute = Compute(world)
    coolant = Flows(world)
    inlet_air = InletAir(world)
    plants = Plants(world, coolant)
    losses = Losses(facility.racks.id)
    throttling = Throttling(world, compute, inlet_air)
    jobs = Scheduler(world, compute, coolant, losses)
    traffic = Serving(world, compute, losses, jobs)
    return Disciplines(
        world=world,
        faults=Faults(world),
        supply=supply,
        protection=Protection(world, supply),
        compute=compute,
        throttling=throttling,
        coolant=coolant,
        plants=plants,
        heat=Heat(world, coolant, plants, (throttling, inlet_air, plants)),
        losses=losses,
        jobs=jobs,
        traffic=traffic,
        controls=Controls(world),
        accounts=Accounts(world, compute, supply, plants),
        inlet_air=inlet_air,
    )
