"""The disciplines of one run, wired together."""

from __future__ import annotations

from dataclasses import dataclass

from twin.facility.model import Facility
from twin.simulation.accounts import Accounts
from twin.simulation.clock import Clock
from twin.simulation.compute import Compute
from twin.simulation.controls import Controls
from twin.simulation.coolant import Coolant
from twin.simulation.electric import Electric
from twin.simulation.faults import Faults
from twin.simulation.governor import Governor
from twin.simulation.jobs import Jobs
from twin.simulation.losses import Losses
from twin.simulation.plant import Plants
from twin.simulation.protection import Protection
from twin.simulation.state import fresh
from twin.simulation.thermal import Thermal
from twin.simulation.traffic import Traffic
from twin.simulation.watch import Watch
from twin.simulation.world import World


@dataclass
class Disciplines:
    """Everybody who acts, by name."""

    world: World
    faults: Faults
    electric: Electric
    protection: Protection
    compute: Compute
    governor: Governor
    coolant: Coolant
    plants: Plants
    thermal: Thermal
    losses: Losses
    jobs: Jobs
    traffic: Traffic
    controls: Controls
    accounts: Accounts
    watch: Watch


def wire(facility: Facility) -> Disciplines:
    """A world with all its disciplines, before the first instant."""
    world = World(facility, fresh(facility), Clock())
    electric = Electric(world)
    compute = Compute(world)
    coolant = Coolant(world)
    watch = Watch(world)
    plants = Plants(world, coolant)
    losses = Losses(facility.racks.id)
    governor = Governor(world, compute, watch)
    jobs = Jobs(world, compute, coolant, losses)
    traffic = Traffic(world, compute, losses, jobs)
    return Disciplines(
        world=world,
        faults=Faults(world),
        electric=electric,
        protection=Protection(world, electric),
        compute=compute,
        governor=governor,
        coolant=coolant,
        plants=plants,
        thermal=Thermal(world, coolant, plants, governor, watch),
        losses=losses,
        jobs=jobs,
        traffic=traffic,
        controls=Controls(world),
        accounts=Accounts(world, compute, electric, plants),
        watch=watch,
    )
