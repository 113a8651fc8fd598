"""What can happen and what can be lost, as codes; the text columns of the tables hold their
values.
"""

from __future__ import annotations

from enum import StrEnum


class EventKind(StrEnum):
    """What a line of the events table tells."""

    FAILED = "failed"
    TAKEN_OUT = "taken out on purpose"
    DRAINS = "drains"
    """A node or a rack takes no new job, so that it can be taken out once it is empty."""
    OPENED_BY_MISTAKE = "opened by mistake"
    """Somebody switched another component than was meant."""
    SWITCHED_BY_INTRUDER = "switched off by an intruder"
    SET_POINT_BY_INTRUDER = "set-point by an intruder"
    """Who has no right to it commands the controller of a component, or of a plant."""
    SENSOR_SPOOFED = "sensor lies"
    """Controls follow what a sensor says, and it says otherwise than it is."""
    INTRUSION_DETECTED = "intrusion detected"
    REPAIRED = "repaired"
    BACK_IN_SERVICE = "back in service"
    """After it was taken out on purpose, or opened by mistake: nothing was repaired."""
    STILL_OUT = "still out"
    TRIPPED = "tripped"
    CLOSED_AGAIN = "closed again"
    LEFT_OPEN = "left open"
    """Seen by a crew, and not closed: it would trip something again."""
    SHED = "loads shed"
    """Loads were opened so that what feeds them does not trip, or because all power was lost."""
    PICKED_UP = "loads picked up"
    WAITS_FOR_SPARE = "waits for a spare"
    TRANSFERS = "transfers"
    TRANSFER_WAITS = "transfer waits"
    """A board stays on its generators: what it would go back to would not carry it."""
    SAG = "voltage sag"
    ON_BATTERY = "on battery"
    OFF_BATTERY = "off battery"
    STORAGE_EMPTY = "storage empty"
    """A BESS is asked for more than it may give."""
    ON_BYPASS = "on bypass"
    OFF_BYPASS = "off bypass"
    LOCKED_OUT = "locked out"
    LOAD_STEP = "load step"
    """Much comes at once on machines that carry an island."""
    RESET = "reset"
    STARTED = "started"
    FAILED_TO_START = "failed to start"
    RAN_DRY = "ran dry"
    """A generator has burnt its fuel."""
    REFUELLED = "refuelled"
    STOPPED = "stopped"
    """Of a generator, a cooling unit or a job."""
    RUNNING = "running"
    ON = "on"
    OFF = "off"
    THROTTLED = "throttled"
    FULL_CLOCK = "full clock"
    SHUT_DOWN = "shut down"
    INLET_TOO_WARM = "inlet too warm"
    INLET_BACK_IN_RANGE = "inlet back in range"
    FANS_FASTER = "server fans faster"
    """Of racks whose inlet air asks for more than their rated flow."""
    FANS_AT_RATED_FLOW = "server fans at rated flow"
    WATER_NEAR_FREEZING = "water near freezing"
    """Facility water may freeze, or stands still in frost."""
    LEAKS = "leaks"
    """Coolant runs out of a loop."""
    AIR_LOCK = "air lock"
    VALVE_CLOSED = "valve closed"
    STORE_GIVES = "cold store gives"
    STORE_RESTS = "cold store rests"
    TILE_CLOSED = "tile closed"
    DOOR_OPEN = "door open"
    COOLANT_LOW = "coolant low"
    """Half of what the vessel held has leaked."""
    COOLANT_LOST = "coolant lost"
    """The vessel is empty: pumps stop."""
    COOLANT_TOO_WARM = "coolant too warm"
    """Coolant is warmer than the racks on its loop take."""
    BELOW_DEW_POINT = "below dew point"
    """Coolant is colder than the dew point of its hall's air, or of outdoor air where a hall's
    moisture is not followed: water condenses where that air comes."""
    COILS_CONDENSE = "coils condense"
    """The dew point of a hall's air is above the water of its coils."""
    AIR_TOO_DRY = "air too dry"
    AIR_TOO_HUMID = "air too humid"
    """The dew point of a hall's air is outside what class A1 is allowed, or the relative humidity
    of its coldest inlet is above."""
    COIL_SATURATED = "coil saturated"
    """An air handler cannot hold its supply air with its valve open."""
    EXCHANGER_SATURATED = "exchanger saturated"
    """A coolant unit cannot hold the coolant that it supplies with its valve open."""
    BACK_IN_RANGE = "back in range"
    TOO_LARGE = "too large"
    NEVER_ELIGIBLE = "never eligible"
    """Those that a job waits for can never be as it asks."""
    RESTARTING = "restarting"
    SHIFTED = "shifted"
    """A job waits for cheaper or cleaner electricity."""
    RESERVED = "reserved"
    """Nodes are to be empty from now on, as a reservation says."""
    RESERVATION_ENDS = "reservation ends"
    GATE_FAILED = "gate failed"
    """A retrained model does not pass its evaluation."""
    CANARY_FAILED = "canary failed"
    """A retrained model is worse on its share of the traffic."""
    ROLLED_BACK = "rolled back"
    """The model before is in service again."""
    DEPLOYED = "deployed"
    """A retrained model is in service."""
    DEMAND_EVENT = "demand event"
    """The grid asks for less."""
    CLOCK_CEILING = "clock ceiling"
    POWER_CAP = "power cap"
    """Of operators, on GPUs."""
    SET_POINT = "set-point"
    SCALED = "scaled"
    """A service has more or fewer nodes awake."""
    SWINGS = "swings"
    """A training job's power passes what the grid operator accepts."""


class Cause(StrEnum):
    """Why tokens or GPU hours are missing: by a fault, as in the losses table, or without one, as
    in the table token_balance.
    """

    THROTTLED = "throttled"
    OVERHEATED = "overheated"
    POWER_LOST = "power_lost"
    FAILED = "failed"
    RESTARTING = "restarting"
    ROLLED_BACK = "rolled_back"
    FABRIC = "fabric"
    CHECKPOINTING = "checkpointing"
    """A gang stands still while it writes a checkpoint."""
    QUEUED = "queued"
    """A job waits for nodes that are in order and at other work."""
    PREEMPTED = "preempted"
    """A job made way for one of higher priority: until it works again."""
    CURTAILED = "curtailed"
    """Clocks were lowered for the grid, by demand response."""
    CAPPED = "capped"
    """Operators hold clocks down, by a ceiling on them or a cap on the power of GPUs."""
    CONTENDED = "contended"
    """Gangs share links of an oversubscribed fabric, with others or among their own nodes."""
    OTHER_GPU = "other_gpu"
    """A job runs on another type of GPU than the one it is measured by; negative where faster."""
    FINISHED = "finished"
    """A job has no more to do."""
    TOO_LARGE = "too_large"
    """A job can never have its nodes."""
    OVER_CAPACITY = "over_capacity"
    """Requests given up that a whole pool could not have served either, at that moment."""
    WAITING = "waiting"
    """Requests that still wait at the end."""


WITHOUT_FAULT = (
    Cause.CHECKPOINTING,
    Cause.QUEUED,
    Cause.PREEMPTED,
    Cause.CURTAILED,
    Cause.CAPPED,
    Cause.CONTENDED,
    Cause.OTHER_GPU,
    Cause.FINISHED,
    Cause.TOO_LARGE,
    Cause.OVER_CAPACITY,
    Cause.WAITING,
)
"""Causes that are no fault; what they take is no loss, and stands in the token balance alone."""

FAULT_CAUSES = tuple(cause for cause in Cause if cause not in WITHOUT_FAULT)
"""Causes that are faults, or follow from one: those of the losses table."""


BREAKS = (
    EventKind.FAILED,
    EventKind.TAKEN_OUT,
    EventKind.OPENED_BY_MISTAKE,
    EventKind.SWITCHED_BY_INTRUDER,
    EventKind.SET_POINT_BY_INTRUDER,
    EventKind.SENSOR_SPOOFED,
    EventKind.TRIPPED,
    EventKind.FAILED_TO_START,
    EventKind.RAN_DRY,
    EventKind.SHUT_DOWN,
    EventKind.TOO_LARGE,
)
"""Kinds that begin trouble."""

FIRST_CAUSES = tuple(kind for kind in BREAKS if kind is not EventKind.SHUT_DOWN)
"""Those that begin it of themselves; a rack that shuts down follows from something else."""

MENDS = (
    EventKind.REPAIRED, EventKind.BACK_IN_SERVICE, EventKind.CLOSED_AGAIN, EventKind.REFUELLED,
)  # fmt: skip
"""Kinds that end trouble."""

ORDERS = (EventKind.CLOCK_CEILING, EventKind.POWER_CAP, EventKind.SET_POINT)
"""Kinds that are an operator's own."""


class Reason(StrEnum):
    """Why what a run books to a fault is not what the run without it makes more; the rest of the
    reasons are the causes that are no fault.
    """

    SAME = "same"
    """There is no difference."""
    LOST_ANYWAY = "lost_anyway"
    """Part of what was booked would have been lost without this fault too."""
    BOOKED_LATER = "booked_later"
    """Part of what it cost was booked after the next fault began."""
    NOT_RUN = "not_run"
    """The run without it could not go on."""
