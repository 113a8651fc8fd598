"""State of the power tree and its protection. Arrays are (power node,) where nothing else is
said.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from twin.arrays import Array, Index, Mask
from twin.catalogue.equipment_kinds import metered
from twin.facility.model import Facility
from twin.physics.power import HOLD_UP_S


@dataclass(slots=True)
class SupplyState:
    """Who is live, what flows, batteries and generators."""

    generator_on: Mask
    """Generators that run and are on their bus."""
    running: Mask
    """Generators that run, on their bus or on the way to it."""
    running_since_s: Array
    joins_s: Array
    """When a generator joins its bus, or joined it."""
    idle_since_s: Array
    """Since when nobody needs a generator that runs; inf where somebody does."""
    on_standby: Mask
    """Boards that stand on their generators."""
    main_back_s: Array
    """Since when the utility is back for such a board; inf where it is not."""
    planned_gap_s: Array
    """How long a board is open at each transfer that is planned of it now; NaN where none is."""
    fuel_m3: Array
    """Fuel left; inf where it never ends."""
    fuel_rate_m3_s: Array
    """Fuel burnt now."""
    fuel_ordered: Mask
    """Generators that wait for a delivery."""
    live: Mask
    """Voltage at the output."""
    on_battery: Mask
    battery_j: Array
    """Energy left, at the rated discharge time."""
    owed_j: Array
    """Energy taken from batteries whose energy depends on the rate, and not given back yet."""
    walk_in_frac: Array
    """Share of its load that the mains give to a UPS; below 1 while it walks in."""
    walk_in_since_s: Array
    output_w: Array
    input_w: Array
    starting: Mask
    """Generators that crank, or wait to join their bus."""
    called_s: Array
    """When a generator was last called."""
    given_up: Mask
    """Generators that failed to start and wait for nobody."""
    fed_through: Index
    """The supply that a transfer switch last took; -1 before the first."""
    moving_until_s: Array
    """When a transfer switch has changed over."""
    gap_until_s: Array
    """When an inverter that takes over has its load."""
    confirming: Mask
    """Transfer switches whose supply is dead, not yet for long enough to leave it."""
    good: Mask
    """Voltage of at least 90 % at the output."""
    sag_frac: Array
    """Voltage that sags at the node itself leave."""
    leaves_s: Array
    """When a transfer switch gives up a supply that has sagged."""
    lost_s: Array
    """When good voltage was last lost; -inf before the first time."""
    ride_s: Array
    """How long loads without good voltage work on, from then."""
    lost_input_w: Array
    """What loads drew when they last lost it, having run; 0 before the first time."""
    share: Array
    """(edge,) share of a taker's input that each edge carries."""
    recharge_w: Array
    drain_w: Array
    """What batteries give, conversion losses included."""
    lost_w: Array
    """Loss of each stage, battery conversion included."""
    seen: Mask
    """Who was able, had energy and ran when voltages were last worked out."""
    sags: list[list[float]] = field(default_factory=list)
    """Sags under way: node, remaining voltage, end."""
    island_steps: list[list[float]] = field(default_factory=list)
    """Steps of load on machines of islands: time, first machine, machines, step, what they accept,
    lowest frequency, recovery, what relays open, when machines trip."""
    draws: dict[str, np.random.Generator] = field(default_factory=dict)
    """Random numbers of each generator."""
    version: int = 0
    """Raised whenever voltage comes or goes somewhere."""


def fresh_supply(facility: Facility) -> SupplyState:
    """Batteries full, nothing live."""
    size = len(facility.power.id)
    return SupplyState(
        generator_on=np.zeros(size, dtype=bool),
        running=np.zeros(size, dtype=bool),
        running_since_s=np.full(size, -np.inf),
        joins_s=np.full(size, -np.inf),
        idle_since_s=np.full(size, np.inf),
        on_standby=np.zeros(size, dtype=bool),
        main_back_s=np.full(size, np.inf),
        planned_gap_s=np.full(size, np.nan),
        fuel_m3=facility.power.standby.tank_m3.copy(),
        fuel_rate_m3_s=np.zeros(size),
        fuel_ordered=np.zeros(size, dtype=bool),
        live=np.zeros(size, dtype=bool),
        on_battery=np.zeros(size, dtype=bool),
        battery_j=facility.power.start_j(),
        owed_j=np.zeros(size),
        walk_in_frac=np.ones(size),
        walk_in_since_s=np.full(size, -np.inf),
        output_w=np.zeros(size),
        input_w=np.zeros(size),
        starting=np.zeros(size, dtype=bool),
        called_s=np.full(size, -np.inf),
        given_up=np.zeros(size, dtype=bool),
        fed_through=np.full(size, -1),
        moving_until_s=np.full(size, -np.inf),
        gap_until_s=np.full(size, -np.inf),
        confirming=np.zeros(size, dtype=bool),
        good=np.zeros(size, dtype=bool),
        sag_frac=np.ones(size),
        leaves_s=np.full(size, -np.inf),
        lost_s=np.full(size, -np.inf),
        ride_s=np.full(size, HOLD_UP_S),
        lost_input_w=np.zeros(size),
        share=np.zeros(facility.power.supply.size),
        recharge_w=np.zeros(size),
        drain_w=np.zeros(size),
        lost_w=np.zeros(size),
        seen=np.zeros(0, dtype=bool),
    )


@dataclass(slots=True)
class ProtectionState:
    """Devices that run towards their trip."""

    tripped: Mask
    """Opened by its own protection."""
    damage: Array
    """How far an inverse-time protection has run; it trips at 1."""
    trip_rate_per_s: Array
    """How fast it runs now; inf trips at once."""
    tripped_s: Array
    """When it last tripped; -inf before the first time."""
    left_open: Mask
    """A crew has seen it and left it open, for it would trip something again."""
    version: int = 0
    """Raised whenever something trips or is closed again."""


def fresh_protection(facility: Facility) -> ProtectionState:
    """Nothing tripped."""
    size = len(facility.power.id)
    return ProtectionState(
        tripped=np.zeros(size, dtype=bool),
        damage=np.zeros(size),
        trip_rate_per_s=np.zeros(size),
        tripped_s=np.full(size, -np.inf),
        left_open=np.zeros(size, dtype=bool),
    )


@dataclass(slots=True)
class UpsState:
    """How UPS work: on their inverters or their bypasses."""

    on_bypass: Mask
    """Whose output is their input, with no battery behind it."""
    returning: Mask
    """On the bypass, and soon to take the load back."""
    maintained: Mask
    """Bridged by its maintenance bypass: it carries its input on, whatever is wrong with it."""
    kept_on_bypass: Mask
    """Not to return before a person acts: too many overloads."""
    locked_out: Mask
    """Refuses the utility: too many times on battery."""
    battery_times_s: Array
    """(power node, time) when each last went on battery, the latest first."""
    lockouts: list[list[float]]
    """Of every lock-out: time, node, span of what was counted, load in W, load locked out then."""
    overload_times_s: Array
    """(power node, overload) when each last went over to its bypass, the latest first."""
    locked_w: float = 0.0
    """Load that lock-outs keep off the grid now."""
    version: int = 0
    """Raised whenever one changes."""


def fresh_ups(facility: Facility) -> UpsState:
    """All on their inverters."""
    tree = facility.power
    size = len(tree.id)
    return UpsState(
        on_bypass=np.zeros(size, dtype=bool),
        returning=np.zeros(size, dtype=bool),
        maintained=np.zeros(size, dtype=bool),
        kept_on_bypass=np.zeros(size, dtype=bool),
        locked_out=np.zeros(size, dtype=bool),
        lockouts=[],
        battery_times_s=_no_times(tree.ups.lockout_count),
        overload_times_s=_no_times(tree.ups.lockout_overloads),
    )


def _no_times(counts: Array) -> Array:
    """(power node, time) for as many times as any node counts, none of them yet."""
    kept = int(counts[np.isfinite(counts)].max(initial=1.0))
    return np.full((counts.size, kept), -np.inf)


@dataclass(slots=True)
class StorageState:
    """What BESS do at their boards. Arrays are (BESS,) or (rule,) of `controls.storage`."""

    given_w: Array
    """(BESS,) AC power that each gives to its board."""
    spent: Mask
    """(BESS,) asked for more than it holds."""
    listed_w: Array
    """(rule,) what its list says now: AC power taken, negative where given."""
    smooth_w: Array
    """(rule,) draw of the site that a ramp limit has let through; nan before the first look."""
    moved_s: Array
    """(rule,) when that last moved."""
    ramping: Mask
    """(rule,) whether its next step waits on the clock."""
    returning: Index
    """(rule,) 1 while they charge to what they keep, -1 while they discharge to it."""
    stood_w: Array
    """(utility feed,) its load without them when its meter came to stand still; nan while that
    reads."""
    help_w: Array
    """(power node,) what stores add to the supplies of boards that reach too little alone."""


def fresh_storage(facility: Facility) -> StorageState:
    """At rest."""
    stores = len(facility.power.bess.node)
    rules = len(facility.scenario.controls.storage)
    return StorageState(
        given_w=np.zeros(stores),
        spent=np.zeros(stores, dtype=bool),
        listed_w=np.zeros(rules),
        smooth_w=np.full(rules, np.nan),
        moved_s=np.full(rules, -np.inf),
        ramping=np.zeros(rules, dtype=bool),
        returning=np.zeros(rules, dtype=np.int64),
        stood_w=np.full(int(metered(facility.power.kind).sum()), np.nan),
        help_w=np.zeros(len(facility.power.id)),
    )


@dataclass(slots=True)
class SolarState:
    """What solar arrays could give and do. Arrays are (array,)."""

    available_w: Array
    """AC, by daylight."""
    given_w: Array
    """AC, to its board."""


def fresh_solar(facility: Facility) -> SolarState:
    """Night."""
    arrays = len(facility.power.solar.node)
    return SolarState(np.zeros(arrays), np.zeros(arrays))


@dataclass(slots=True)
class SheddingState:
    """Loads that are open on purpose."""

    opened: Mask
    """Loads that the controls have opened."""
    at_work_w: Array
    """(power node,) what loads drew at work when some were opened; 0 while none is open."""
    acts_soon: bool = False
    """Loads are about to be opened."""
    picks_up_soon: bool = False
    """Loads are about to be picked up."""
    version: int = 0
    """Raised whenever one is opened or picked up."""


def fresh_shedding(facility: Facility) -> SheddingState:
    """Nothing open."""
    nodes = len(facility.power.id)
    return SheddingState(np.zeros(nodes, dtype=bool), np.zeros(nodes))
