"""The disciplines of one run, wired together."""

from __future__ import annotations

from dataclasses import dataclass

from twin.facility.model import Facility
from twin.simulation.accounts import Accounts
from twin.simulation.clock import Clock
from twin.simulation.compute import Compute
from twin.simulation.controls import Controls
from twin.simulation.electric import Electric
from twin.simulation.faults import Faults
from twin.simulation.governor import Governor
from twin.simulation.jobs import Jobs
from twin.simulation.losses import Losses
from twin.simulation.plant import Cooling
from twin.simulation.protection import Protection
from twin.simulation.state import fresh
from twin.simulation.thermal import Thermal
from twin.simulation.traffic import Traffic
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
    cooling: Cooling
    thermal: Thermal
    losses: Losses
    jobs: Jobs
    traffic: Traffic
    controls: Controls
    accounts: Accounts


def wire(facility: Facility) -> Disciplines:
    """A world with all its disciplines, before the first instant."""
    world = World(facility, fresh(facility), Clock())
    electric, compute = Electric(world), Compute(world)
    governor, cooling, losses = Governor(world, compute), Cooling(world), Losses(facility.racks.id)
    jobs = Jobs(world, compute, losses)
    traffic = Traffic(world, compute, losses, jobs)
    return Disciplines(world, Faults(world), electric, Protection(world, electric), compute, governor, cooling,
                       Thermal(world, cooling, governor), losses, jobs, traffic, Controls(world),
                       Accounts(world, compute, electric, cooling))
