"""What a review of a design can find: each finding has a code, each code one severity.

error     refused before a run, by `twin check` and `twin run` alike (exit code 2), unless the
          scenario's `allow` names its code; a few cannot be run at all
warning   built and run; something the planner asked for will be missed or put at risk
note      built and run; a choice with a price, and nothing that has to be mended
"""

from __future__ import annotations

from dataclasses import dataclass

from twin.findings.cooling import COOLING
from twin.findings.kinds import Allowed, FindingCode, Meaning, Severity

__all__ = ["MEANING", "Allowed", "Finding", "FindingCode", "Meaning", "Severity"]

MEANING: dict[FindingCode, Meaning] = {
    FindingCode.OVERLOAD_AFTER_LOSS: Meaning(
        Severity.WARNING,
        "its breaker trips after a while, the load moves on, and others may trip in turn",
        "a larger rating, one more unit in parallel, or less load on the set",
    ),
    FindingCode.DARK_AFTER_LOSS: Meaning(
        Severity.NOTE,
        "those racks stop until it is repaired",
        "a second feed for the racks, from something that does not share it",
    ),
    FindingCode.FEEDS_NOTHING: Meaning(
        Severity.WARNING,
        "it is bought and maintained, and helps nobody when something fails",
        "name it in a fed_by, pair it as all or matched, or lower the count",
    ),
    FindingCode.RACKS_WITHOUT_UPS: Meaning(
        Severity.WARNING,
        "every loss of supply and every transfer longer than power supplies hold up restarts them",
        "a UPS between the source and the racks, or work that bears the restarts",
    ),
    FindingCode.COOLANT_WITHOUT_UPS: Meaning(
        Severity.WARNING,
        "its pumps stop with the mains, and liquid-cooled racks throttle within seconds",
        "feed it behind a UPS",
    ),
    FindingCode.BATTERY_ENDS_BEFORE_START: Meaning(
        Severity.ERROR,
        "every utility loss darkens what hangs on it, whatever the generator does",
        "more battery, less load on it, or a quicker start",
    ),
    FindingCode.BATTERY_TOO_SHORT: Meaning(
        Severity.WARNING,
        "one failed start of a generator, and what hangs on it goes dark",
        "more battery, less load on it, or a quicker start",
    ),
    FindingCode.NO_GENERATOR: Meaning(
        Severity.NOTE,
        "an outage longer than the battery takes down what hangs on it",
        "a generator upstream, where longer outages must be borne",
    ),
    FindingCode.NO_FLOOR_DISTRIBUTION: Meaning(
        Severity.NOTE,
        "one rack's fault or work on its feed reaches all of them: no breaker of their own",
        "a panel, PDU or busway between",
    ),
    FindingCode.CORDS_ON_ONE_PATH: Meaning(
        Severity.WARNING,
        "the second cord buys nothing: one loss takes both",
        "a second cord from a panel that does not share it",
    ),
    FindingCode.PHASE_IMBALANCE: Meaning(
        Severity.WARNING,
        "the heaviest phase reaches its breaker first, and the neutral carries the difference",
        "single-phase racks in multiples of three on each panel, or three-phase cords",
    ),
    FindingCode.SHORT_CIRCUIT_ABOVE_RATING: Meaning(
        Severity.WARNING,
        "a fault there may not be cleared, and destroys the gear and what stands around it",
        "gear of a higher rating, a transformer of more impedance, or fewer of them in parallel",
    ),
    FindingCode.NOT_SELECTIVE: Meaning(
        Severity.NOTE,
        "an overload of one branch takes down all that hangs on the one above",
        "a lower setting or a quicker curve below, or a larger rating or a slower curve above",
    ),
    FindingCode.INVERTER_GIVES_UP_FIRST: Meaning(
        Severity.NOTE,
        "a fault of one branch before the generators run takes down all that hangs on the UPS",
        "breakers that open at less current below, more and smaller branches, or a larger UPS",
    ),
    FindingCode.VOLTAGE_OUTSIDE_WINDOW: Meaning(
        Severity.WARNING,
        "power supplies draw more current to make up for it, run hot, or drop out",
        "a shorter or thicker cable, a transformer of less impedance, or a tap",
    ),
    FindingCode.VOLTAGE_STEP: Meaning(
        Severity.WARNING,
        "it cannot be connected as drawn: what is rated for less burns, what needs more never runs",
        "a transformer between, or the right `voltage` under `overrides` of one of the two",
    ),
    FindingCode.SOLAR_ABOVE_RATING: Meaning(
        Severity.WARNING,
        "on a bright day with little load its breaker trips, and what hangs on it goes dark",
        "a larger rating, smaller inverters, a store beside them, or a lower site.export.limit",
    ),
    FindingCode.LARGE_LOAD: Meaning(
        Severity.NOTE,
        "its connection is studied, and its duties are more than those of a smaller site",
        "the grid operator's list of what it asks for, before equipment is ordered",
    ),
    FindingCode.LEAVES_THE_GRID: Meaning(
        Severity.WARNING,
        "after a few sags the grid loses a large load at once, against its duty to ride through",
        "UPS without a lock-out, a longer window or more events, or staggered settings",
    ),
    FindingCode.RAMP_BEYOND_LIMIT: Meaning(
        Severity.WARNING,
        "starts and restarts of large jobs pass what the grid accepts",
        "a BESS with the rule ramp_limit, jobs that start one after another, or a power floor",
    ),
    FindingCode.LOAD_STEP_BEYOND_MACHINES: Meaning(
        Severity.WARNING,
        "frequency leaves the machines' class, under-frequency relays may open, and the island is "
        "dark",
        "more machines running, a BESS that forms grid beside them, or a power floor for training",
    ),
    FindingCode.RACK_POWER_ODD: Meaning(
        Severity.WARNING,
        "if a unit slipped, every number of power and heat is wrong by a thousand",
        "W, kW or MW as it is meant",
    ),
    FindingCode.REPAIR_LONG: Meaning(
        Severity.WARNING,
        "it is out for much of the year, and formulas for rare failures do not hold for it",
        "hours in both; a repair time is seldom above a tenth of the time between failures",
    ),
    **COOLING,
    FindingCode.LONG_ROW: Meaning(
        Severity.NOTE, "the way round the row is long for people and carts", "a gap in the row"
    ),
    FindingCode.NARROW_AISLE: Meaning(
        Severity.WARNING, "no room to draw a server out of its rack", "rows further apart"
    ),
    FindingCode.NARROW_COLD_AISLE: Meaning(
        Severity.WARNING,
        "air reaches the racks unevenly, and servers cannot be drawn out",
        "more room in front of the row's cold side",
    ),
    FindingCode.OVERLAP: Meaning(
        Severity.WARNING, "the plan cannot be built as drawn", "another `at` for one of the two"
    ),
    FindingCode.THROUGH_A_WALL: Meaning(
        Severity.WARNING, "the plan cannot be built as drawn", "an `at` inside the hall"
    ),
    FindingCode.NEVER_STARTS: Meaning(
        Severity.ERROR,
        "it waits to the end of the run, and all its tokens are missing from the answer",
        "no more nodes than it can ever hold",
    ),
    FindingCode.LAYOUT_DOES_NOT_FIT: Meaning(
        Severity.ERROR,
        "the job can run on no GPU type of this layout",
        "a parallel layout that fits: more tensor or pipeline parallel GPUs, or other batches",
    ),
    FindingCode.SOME_NEVER_START: Meaning(
        Severity.WARNING,
        "the larger jobs are marked too_large when they are submitted, and make no tokens",
        "a nodes_max that the machine can hold",
    ),
    FindingCode.NEVER_COMES: Meaning(
        Severity.WARNING,
        "its work is missing, and that of who waits for it: `afterany:` comes however the other "
        "ends, `afternotok:` after a failure",
        "`afterany:` where it may come however the other ends, or `afternotok:` for what a failure "
        "calls for",
    ),
    FindingCode.POOL_FINDS_NO_ROOM: Meaning(
        Severity.ERROR,
        "a service without its nodes serves nothing",
        "no more nodes than the services before it leave",
    ),
    FindingCode.NEVER_HAPPENS: Meaning(
        Severity.WARNING,
        "the answer is that of a run without it",
        "an earlier time, or a longer run",
    ),
    FindingCode.RESERVED_LATER: Meaning(
        Severity.NOTE,
        "nodes stand idle that such jobs could have had",
        "time limits of jobs, an earlier reservation, or a longer run",
    ),
    FindingCode.NO_TIME_LIMIT: Meaning(
        Severity.WARNING,
        "they wait for nodes that stand idle, and so may all who stand behind them",
        "`limit` of a job, the walltime of a list, or `controls.scheduler.default_limit`, at which "
        "those that state none are stopped",
    ),
    FindingCode.COUNTS_FROM_THE_START: Meaning(
        Severity.NOTE,
        "it happens at another hour of the day than was written, if a time of day was meant",
        "`2 h` for so long after the start; or a start at midnight, where both are one",
    ),
    FindingCode.MANY_INSTANTS: Meaning(
        Severity.WARNING,
        "the run takes hours: each is settled by all disciplines",
        "longer steps, a shorter horizon, or fewer faults and jobs",
    ),
    FindingCode.RUN_TAKES_LONG: Meaning(
        Severity.NOTE,
        "you wait that long, on one core; the estimate is good to a factor of two",
        "a shorter horizon, or longer periods of what makes most of the events",
    ),
    FindingCode.RUN_TOO_LARGE: Meaning(
        Severity.ERROR,
        "nobody would wait for its end",
        "a shorter horizon, or longer periods of the recorder, the controls or the windows",
    ),
    FindingCode.REQUESTS_TOO_LONG: Meaning(
        Severity.ERROR,
        "its engine refuses them; answers past the positions that a model learned are noise",
        "shorter requests or another model; where positions are stretched, "
        "`engine.context_tokens` or `rollouts.context_tokens` (vLLM's max_model_len)",
    ),
    FindingCode.SOME_REQUESTS_TOO_LONG: Meaning(
        Severity.WARNING,
        "an engine refuses those; here they are answered, and load it",
        "leave them out of the requests; where positions are stretched, "
        "`engine.context_tokens` (vLLM's max_model_len)",
    ),
    FindingCode.SEQUENCES_STRETCHED: Meaning(
        Severity.NOTE,
        "training teaches it positions that it has not seen, as a stage for longer contexts does",
        "a shorter `sequence_length`, where that is not meant",
    ),
    FindingCode.OLDER_SCHEDULER: Meaning(
        Severity.NOTE,
        "its GPU waits for the host in each iteration: of 73 rates of vLLM 0.30 it makes 30 % less",
        "`engine.software: vllm_async`, where that release runs",
    ),
    FindingCode.CHANGES_NOTHING: Meaning(
        Severity.WARNING,
        "the answer is as if it were not stated",
        "state what it needs as well, or leave it out",
    ),
    FindingCode.FILLED_IN: Meaning(
        Severity.WARNING, "the answer stands on a guess for those hours", "a file without gaps"
    ),
    FindingCode.HOURS_LEFT_OUT: Meaning(
        Severity.NOTE,
        "the hottest and coldest hours of the run are milder than the place has them",
        "an EPW file of the place; a design_day for its hottest hours",
    ),
    FindingCode.DESIGN_CONDITIONS: Meaning(
        Severity.NOTE,
        "design days are as hot and as cold as these, of many years, or else as the file's one",
        "design conditions of the station in the header of the file",
    ),
}
"""Every code, once."""


@dataclass(frozen=True)
class Finding:
    """One thing a review says about one component, loop or workload."""

    code: FindingCode
    component: str
    says: str
    stated_at: tuple[str | int, ...] = ()
    """Where in the scenario it is stated, such as ("layout", "power", 0)."""

    @property
    def severity(self) -> Severity:
        """The severity of its code."""
        return MEANING[self.code].severity

    @property
    def consequence(self) -> str:
        """What follows where nobody acts on it."""
        return MEANING[self.code].consequence

    @property
    def cure(self) -> str:
        """What to do about it."""
        return MEANING[self.code].cure

    def as_dict(self) -> dict[str, str]:
        """As results and `twin check` keep it."""
        return {
            "code": self.code.value,
            "severity": self.severity.value,
            "component": self.component,
            "says": self.says,
            "consequence": self.consequence,
            "cure": self.cure,
        }
