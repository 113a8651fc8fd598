"""Everything that changes in a run: one block of arrays a discipline, and nothing outside.

Each block has one writer, named beside it; a contract test checks it. A snapshot is these blocks,
the clock's queue and the log.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, get_type_hints

import numpy as np

from twin.arrays import Array
from twin.facility.model import Facility
from twin.simulation.state.compute import (
    ActivityState,
    LeakageState,
    RackState,
    ThrottlingState,
    fresh_activity,
    fresh_leakage,
    fresh_racks,
    fresh_throttling,
)
from twin.simulation.state.cooling import (
    CoilState,
    FanState,
    FlowState,
    HeatState,
    InletState,
    PlantState,
    StoreState,
    UnitState,
    fresh_coils,
    fresh_fans,
    fresh_flows,
    fresh_heat,
    fresh_inlet,
    fresh_plants,
    fresh_stores,
    fresh_units,
)
from twin.simulation.state.faults import (
    ControlState,
    CrewState,
    FaultState,
    fresh_controls,
    fresh_crews,
    fresh_faults,
)
from twin.simulation.state.moisture import MoistureState, fresh_moisture
from twin.simulation.state.power import (
    ProtectionState,
    SheddingState,
    SolarState,
    StorageState,
    SupplyState,
    UpsState,
    fresh_protection,
    fresh_shedding,
    fresh_solar,
    fresh_storage,
    fresh_supply,
    fresh_ups,
)
from twin.simulation.state.record import (
    AccountState,
    BillingState,
    LossState,
    RecorderState,
    fresh_accounts,
    fresh_billing,
)
from twin.simulation.state.response import ResponseState, fresh_response
from twin.simulation.state.valves import ValveState, fresh_valves
from twin.simulation.state.work import (
    JobState,
    NetworkState,
    ServingState,
    fresh_jobs,
    fresh_network,
)


@dataclass(slots=True)
class State:
    """The blocks of a run, each with the module that writes it."""

    faults: Annotated[FaultState, "faults"]
    crews: Annotated[CrewState, "crews"]
    controls: Annotated[ControlState, "controls"]
    response: Annotated[ResponseState, "response"]
    protection: Annotated[ProtectionState, "power.protection"]
    shedding: Annotated[SheddingState, "power.shedding"]
    supply: Annotated[SupplyState, "power"]
    ups: Annotated[UpsState, "power"]
    storage: Annotated[StorageState, "power"]
    solar: Annotated[SolarState, "power"]
    flows: Annotated[FlowState, "cooling.flows"]
    plants: Annotated[PlantState, "cooling.plant"]
    units: Annotated[UnitState, "cooling.units"]
    stores: Annotated[StoreState, "cooling.stores"]
    coils: Annotated[CoilState, "cooling.coils"]
    valves: Annotated[ValveState, "cooling.valves"]
    moisture: Annotated[MoistureState, "cooling.moisture"]
    heat: Annotated[HeatState, "cooling.heat"]
    inlet: Annotated[InletState, "cooling.inlet_air"]
    fans: Annotated[FanState, "cooling.server_fans"]
    racks: Annotated[RackState, "compute.racks"]
    activity: Annotated[ActivityState, "activity"]
    throttling: Annotated[ThrottlingState, "compute.throttling"]
    leakage: Annotated[LeakageState, "compute.leakage"]
    network: Annotated[NetworkState, "network"]
    jobs: Annotated[JobState, "jobs"]
    serving: Annotated[ServingState, "serving"]
    accounts: Annotated[AccountState, "record.accounts"]
    billing: Annotated[BillingState, "record.billing"]
    losses: Annotated[LossState, "record.losses"]
    recorder: Annotated[RecorderState, "outcome.recorder"]


WRITERS: dict[str, str] = {
    name: hint.__metadata__[0] for name, hint in get_type_hints(State, include_extras=True).items()
}
"""The one writer of each block: a module or a room of `twin.simulation`."""

IDLE_SEGMENT: Array = np.array([0.0, 0.0, 0.0, -np.inf, np.inf])
"""A plant that takes nothing, whatever its water temperature."""


def fresh(facility: Facility, jobs: int) -> State:
    """The state before the first instant: all in order, batteries full, nothing running."""
    return State(
        faults=fresh_faults(facility),
        crews=fresh_crews(facility),
        controls=fresh_controls(facility),
        response=fresh_response(facility),
        protection=fresh_protection(facility),
        shedding=fresh_shedding(facility),
        supply=fresh_supply(facility),
        ups=fresh_ups(facility),
        storage=fresh_storage(facility),
        solar=fresh_solar(facility),
        flows=fresh_flows(facility),
        plants=fresh_plants(facility, IDLE_SEGMENT),
        units=fresh_units(facility),
        stores=fresh_stores(facility),
        coils=fresh_coils(facility),
        valves=fresh_valves(facility),
        moisture=fresh_moisture(facility),
        heat=fresh_heat(facility),
        inlet=fresh_inlet(facility),
        fans=fresh_fans(facility),
        racks=fresh_racks(facility),
        activity=fresh_activity(facility),
        throttling=fresh_throttling(facility),
        leakage=fresh_leakage(facility),
        network=fresh_network(facility),
        jobs=fresh_jobs(facility, jobs),
        serving=ServingState(),
        accounts=fresh_accounts(facility),
        billing=fresh_billing(facility),
        losses=LossState(np.zeros(len(facility.racks.id))),
        recorder=RecorderState(),
    )
