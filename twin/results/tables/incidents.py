"""What happened, and what it cost in tokens, GPU hours and money."""

from __future__ import annotations

from twin.results.enums import FAULT_CAUSES, WITHOUT_FAULT, Cause, EventKind, Reason
from twin.tables import Column, Table

CRITERIA = (
    "racks_off",
    "restarts",
    "failed_starts",
    "trips",
    "tokens_lost",
    "load",
    "battery_left",
    "inlet_temperature",
    "on_battery",
    "on_generators",
    "back_on_utility",
    "recovery",
)
"""What a drill may be judged by, as `expect` names it."""

EVENTS = Table(
    "events",
    "What happened, in order.",
    (
        Column("time_s", "float", "s", "Seconds since the scenario's start."),
        Column("component", "text", "", "Component, job or service."),
        Column(
            "what",
            "text",
            "",
            "failed, repaired, tripped, on battery, throttled, full clock, shut down …",
            tuple(EventKind),
        ),
        Column("detail", "text", "", "One sentence for people."),
    ),
)

LOSSES = Table(
    "losses",
    "What faults cost, by cause and rack.",
    (
        Column(
            "cause",
            "text",
            "",
            "throttled, power_lost, overheated, failed, fabric, rolled_back or restarting.",
            FAULT_CAUSES,
        ),
        Column("rack", "text", "", "Rack that lost; empty where the loss belongs to a whole job."),
        Column("workload", "text", "", "Service or job that lost."),
        Column("tokens", "float", "token", "Tokens not made or thrown away."),
        Column(
            "gpu_hours",
            "float",
            "h",
            "GPU hours withheld: time, GPUs and the share of speed that was missing.",
        ),
        Column("usd", "float", "USD", "At the workload's token price."),
    ),
)

TOKEN_BALANCE = Table(
    "token_balance",
    "Where every token went: for each workload what was possible, what was made, and what was not "
    "made by cause. Possible is what requests asked for, or what a job would have made at full "
    "speed from its submission to the end of the run; made and the causes add up to it.",
    (
        Column("workload", "text", "", "Service or job."),
        Column(
            "entry",
            "text",
            "",
            "possible, made, a cause of the losses table, or a cause that is no fault.",
            ("possible", "made", *Cause),
        ),
        Column(
            "tokens", "float", "token", "Tokens of this entry; negative where a cause gained some."
        ),
    ),
)

COUNTERFACTUALS = Table(
    "counterfactuals",
    "What each fault of the time line and each drill cost: as booked, and against the same run "
    "without it, all later faults kept. Empty where those runs were not asked for.",
    (
        Column(
            "fault",
            "text",
            "",
            "The component, utility_outage for that drill, or all for the run without any of them.",
        ),
        Column("kind", "text", "", "fault, drill or all.", ("fault", "drill", "all")),
        Column("time_s", "float", "s", "When it begins; the run without it forks just before."),
        Column(
            "tokens_lost_attributed",
            "float",
            "token",
            "Booked as lost from then until the next fault or drill begins, or the run ends; "
            "faults "
            "that begin together share it.",
        ),
        Column(
            "tokens_lost_counterfactual",
            "float",
            "token",
            "Tokens that the run without it makes more; negative where fewer.",
        ),
        Column("difference_tokens", "float", "token", "Counterfactual less attributed."),
        Column(
            "reason",
            "text",
            "",
            "The largest part of the difference: a cause that is no fault, lost_anyway (other "
            "causes "
            "would have taken it), booked_later (after the next fault began), same, or not_run.",
            (*Reason, *WITHOUT_FAULT),
        ),
        Column("gpu_hours_busy", "float", "h", "GPU hours with work, more than without it."),
        Column("energy_j", "float", "J", "Energy that the facility used, more than without it."),
        Column("carbon_kg", "float", "kg", "Carbon, more than without it."),
        Column("cost_usd", "float", "USD", "Cost of running, more than without it."),
        Column("lost_usd", "float", "USD", "Its lost tokens at their workloads' prices."),
    ),
)

COUNTERFACTUAL_CAUSES = Table(
    "counterfactual_causes",
    "What each counterfactual loss consists of: the token balance of the run less that of the run "
    "without the fault. The rows of a fault add up to its tokens_lost_counterfactual.",
    (
        Column("fault", "text", "", "As in counterfactuals."),
        Column("kind", "text", "", "As in counterfactuals.", ("fault", "drill", "all")),
        Column("time_s", "float", "s", "When it begins."),
        Column("workload", "text", "", "Service or job."),
        Column("cause", "text", "", "As in token_balance.", tuple(Cause)),
        Column("tokens", "float", "token", "More of this cause than without it."),
    ),
)

DRILL_SHEET = Table(
    "drill_sheet",
    "Every drill against what its scenario expects of it, one row a criterion. A drill answers for "
    "all that happens from its beginning until the next one begins, or the run ends.",
    (
        Column("drill", "text", "", "Its name, else the component or the kind."),
        Column("time_s", "float", "s", "When it begins."),
        Column("duration_s", "float", "s", "How long it lasts."),
        Column("criterion", "text", "", "What is judged.", CRITERIA),
        Column("found", "float", "", "What happened; infinite where it did not end in time."),
        Column("allowed", "float", "", "The most, of battery_left the least, that passes."),
        Column("unit", "text", "", "Of both; empty for counts and shares."),
        Column("verdict", "text", "", "pass or fail.", ("pass", "fail")),
    ),
)

DEMAND_RESPONSE = Table(
    "demand_response",
    "Calls of the grid to draw less, one row an event that was released: against the mean draw of "
    "the site over its stated baseline.",
    (
        Column("event", "text", "", "Its name."),
        Column("at_s", "float", "s", "When the draw was to begin to fall."),
        Column("baseline_w", "float", "W", "Mean draw over the stated time before."),
        Column("asked_frac", "float", "", "Share of it that was asked for."),
        Column("reduction_w", "float", "W", "Baseline less the mean draw while it was to be down."),
        Column("reduction_frac", "float", "", "The same over the baseline."),
        Column("response_s", "float", "s", "Until the draw was seen as low; inf if it never was."),
        Column("rebound_j", "float", "J", "Energy above the baseline in the hour after it."),
        Column("tokens_lost_tier_0", "float", "token", "Not made by work that gives nothing."),
        Column("tokens_lost_tier_1", "float", "token", "Not made by tier 1, ramps included."),
        Column("tokens_lost_tier_2", "float", "token", "By tier 2."),
        Column("tokens_lost_tier_3", "float", "token", "By tier 3."),
        Column("tokens_dropped", "float", "token", "Given up by services meanwhile."),
        Column("payment_usd", "float", "USD", "For energy below the baseline."),
    ),
)

LOCKOUTS = Table(
    "lockouts",
    "UPS that refused the utility after too many times on battery: load that the grid lost.",
    (
        Column("time_s", "float", "s", "When it was locked out."),
        Column("component", "text", "", "The UPS."),
        Column("counted", "int", "", "Times on battery that were too many."),
        Column("within_s", "float", "s", "From the first of them to the last."),
        Column("load_w", "float", "W", "What it carried."),
        Column("locked_out_w", "float", "W", "The same of all that were locked out then."),
    ),
)

LOAD_STEPS = Table(
    "load_steps",
    "Steps of load above 5 % of their rating on generators that carry an island (prime ones, and "
    "sets whose rows state what they accept), and what each does to frequency.",
    (
        Column("time_s", "float", "s", "When it came."),
        Column("component", "text", "", "The first of the machines."),
        Column("machines", "int", "", "How many carry the island then."),
        Column("step_w", "float", "W", "What comes on them at once, beyond what BESS take."),
        Column("accepted_w", "float", "W", "Largest step that they accept, by their rows."),
        Column(
            "frequency_nadir_hz",
            "float",
            "Hz",
            "Lowest frequency; three quarters of nominal where machines stall, NaN where a row "
            "states no governor.",
        ),
        Column(
            "recovery_s",
            "float",
            "s",
            "Until it stays within 1 % of where it ends; NaN where that takes longer than 30 s, or "
            "is not known.",
        ),
        Column(
            "verdict",
            "text",
            "",
            "Whether they accept it, and frequency is back as soon as their class asks.",
            ("pass", "fail"),
        ),
        Column(
            "shed_w",
            "float",
            "W",
            "What relays of `under_frequency` take off them within the minute that is followed.",
        ),
        Column(
            "machines_trip_s",
            "float",
            "s",
            "From the step until machines trip or stall; NaN where they do not.",
        ),
    ),
    since="2026-11-30",
)
