"""What was worked on: services by period, jobs one row each."""

from __future__ import annotations

from twin.results.tables.common import TIME
from twin.tables import Column, Table

SERVICES = Table(
    "services",
    "Inference services, one row a service and period; what users see is that of the period's end, "
    "before a window begins or anything else happens there.",
    (
        TIME,
        Column("service", "text", "", "Workload name."),
        Column("requests", "float", "", "Requests that arrived."),
        Column("tokens_asked", "float", "token", "Output tokens those requests ask for."),
        Column("tokens_served", "float", "token", "Output tokens served."),
        Column(
            "tokens_waiting", "float", "token", "Output tokens queued at the end of the period."
        ),
        Column(
            "tokens_dropped",
            "float",
            "token",
            "Output tokens given up because they waited past the patience.",
        ),
        Column(
            "capacity_tokens_per_s", "float", "token/s", "What the live replicas can serve, mean."
        ),
        Column("utilisation_frac", "float", "", "Served over capacity, mean."),
        Column(
            "time_per_token_s",
            "float",
            "s",
            "Mean time between output tokens at the end of the period; of requests told apart at "
            "the load of the last whole window.",
        ),
        Column("nodes_awake", "float", "", "Nodes that do not sleep at the end of the period."),
        Column(
            "reading_load_frac",
            "float",
            "",
            "Load of the replicas that only read prompts at the end of the period, of requests "
            "told apart that of the last whole window; 0 without any.",
        ),
        Column("energy_j", "float", "J", "Drawn by its nodes, at the AC input of their racks."),
        Column("ttft_p50_s", "float", "s", "Time to the first token: half of requests had less."),
        Column("ttft_p95_s", "float", "s", "Time to the first token: 95 % of requests had less."),
        Column("ttft_p99_s", "float", "s", "Time to the first token: 99 % of requests had less."),
        Column(
            "shown_p50_s",
            "float",
            "s",
            "Time until a user sees the first token, its guards read: half had less.",
            since="2026-11-29",
        ),
        Column(
            "shown_p95_s",
            "float",
            "s",
            "Time until a user sees it: 95 % had less.",
            since="2026-11-29",
        ),
        Column(
            "shown_p99_s",
            "float",
            "s",
            "Time until a user sees it: 99 % had less.",
            since="2026-11-29",
        ),
        Column(
            "tpot_p50_s",
            "float",
            "s",
            "Time between tokens after the first: half of requests had less.",
        ),
        Column(
            "tpot_p95_s",
            "float",
            "s",
            "Time between tokens after the first: 95 % of requests had less.",
        ),
        Column(
            "tpot_p99_s",
            "float",
            "s",
            "Time between tokens after the first: 99 % of requests had less.",
        ),
        Column("slo_met_frac", "float", "", "Share of requests that kept the objective."),
    ),
)

JOBS = Table(
    "jobs",
    "Jobs of every kind, one row a job.",
    (
        Column("job", "text", "", "Name."),
        Column("kind", "text", "", "Kind of workload, such as training, batch or jobs."),
        Column("user", "text", "", "Whose it is, where its list says so."),
        Column("nodes", "int", "", "Gang size."),
        Column("gpus", "float", "", "GPUs that it holds or held; of one that it shares its share."),
        Column("submitted_s", "float", "s", "When it was submitted."),
        Column(
            "eligible_s",
            "float",
            "s",
            "When it joined the queue: those that it waits for were as it asks; empty before.",
            since="2026-11-30",
        ),
        Column("started_s", "float", "s", "First start; empty if it never ran."),
        Column("finished_s", "float", "s", "When it ended; empty if it did not."),
        Column("wait_s", "float", "s", "From joining the queue to first start; empty without one."),
        Column(
            "slowdown",
            "float",
            "",
            "Bounded slowdown: time from joining to its end over the time from its first start, "
            "both at least 10 s; empty if it did not end. What holds it up later, such as "
            "preemption, counts in both.",
        ),
        Column("holding_s", "float", "s", "Time for which it held nodes.", since="2026-11-30"),
        Column(
            "slowdown_by_holding",
            "float",
            "",
            "As `slowdown`, over `holding_s`: what waits again, as after a preemption, is waiting.",
            since="2026-11-30",
        ),
        Column(
            "state",
            "text",
            "",
            "awaited, queued, running, checkpointing, restarting, cut_off; too_large and "
            "never_eligible, which never run; of those that ended completed, failed, cancelled, "
            "timed_out, or not run again node_fail or preempted.",
        ),
        Column(
            "progress_frac",
            "float",
            "",
            "Share of its work done and kept; empty where the work has no end.",
        ),
        Column("tokens", "float", "token", "Tokens trained and kept."),
        Column(
            "tokens_lost",
            "float",
            "token",
            "Tokens rolled back or not made because of faults and throttling.",
        ),
        Column("restarts", "int", "", "Times it went back to a checkpoint."),
        Column("preemptions", "int", "", "Times it made way for a higher priority."),
        Column("checkpoints", "int", "", "Checkpoints written."),
        Column("gpu_hours", "float", "h", "GPU hours held."),
        Column(
            "energy_j",
            "float",
            "J",
            "At the AC input of its racks while it held nodes, their idle power included.",
        ),
    ),
)

GENERATIONS = Table(
    "generations",
    "Turns of the data flywheels, one row a generation.",
    (
        Column("workload", "text", "", "Workload name."),
        Column("generation", "int", "", "Which turn."),
        Column("served_per_s", "float", "token/s", "Tokens served while it collects."),
        Column("collect_s", "float", "s", "From the one before to enough tokens."),
        Column("curated_tokens", "float", "token", "Tokens that it reads, bad ones included."),
        Column("good_tokens", "float", "token", "All it has learned from then, in good ones."),
        Column("loss", "float", "", "By the law of Hoffmann et al. 2022, nats a token."),
        Column("asked_per_s", "float", "token/s", "Tokens asked of the better model."),
        Column("finished_s", "float", "s", "When its training ended; empty if it did not."),
        Column("gpu_hours", "float", "h", "GPU hours of its training."),
        Column("energy_j", "float", "J", "Energy of its training."),
    ),
)

STOPS = Table(
    "stops",
    "What stopped jobs that ran, by the component that failed, one row a job and component; jobs "
    "that nothing stopped have none.",
    (
        Column("job", "text", "", "Job."),
        Column(
            "component",
            "text",
            "",
            "Of a node that failed at random its component, such as gpu, gpu_memory, nic; failed "
            "where that is not known; else why its racks were off: power_lost, overheated, fabric.",
        ),
        Column("stops", "int", "", "How often."),
        Column("stops_frac", "float", "", "Share of the job's stops."),
        Column("work_lost_s", "float", "s", "Work since its last checkpoints that was done again."),
        Column("tokens_lost", "float", "token", "Tokens of that work."),
    ),
    since="2026-11-29",
)

CRITICAL_PATHS = Table(
    "critical_paths",
    "What bounded each chain of jobs that waited for one another: from the job that ended last "
    "back to whom each had to wait for, one row a job, the first one first. The three times of a "
    "path add up to its last end less its first joining.",
    (
        Column("path", "text", "", "The job of the chain that ended last."),
        Column("place", "int", "", "Which of the path, from 1."),
        Column("job", "text", "", "Job."),
        Column("bounded_by", "text", "", "The job that let it come; empty for its submission."),
        Column("eligible_s", "float", "s", "When it joined the queue."),
        Column("after_s", "float", "s", "From the other's end, or begin, to there."),
        Column("wait_s", "float", "s", "In the queue, to its first start."),
        Column("held_s", "float", "s", "To its end; 0 where its begin let the next one come."),
        Column("finished_s", "float", "s", "When it ended."),
    ),
    since="2026-11-30",
)

SHIFTS = Table(
    "shifts",
    "Jobs that could wait for cheaper or cleaner electricity, and what moving them was to save: by "
    "their energy at an even power, in their stated time.",
    (
        Column("job", "text", "", "Job."),
        Column("by", "text", "", "What it was moved by.", ("carbon", "price")),
        Column("asked_s", "float", "s", "When it joined the queue."),
        Column("begin_s", "float", "s", "When it was let go."),
        Column("end_s", "float", "s", "When it was to end."),
        Column("pieces", "int", "", "In how many pieces."),
        Column("forecast_error_frac", "float", "", "Of the forecast that it was moved by."),
        Column("carbon_saved_frac", "float", "", "Less carbon than at once, as the grid was."),
        Column("price_saved_frac", "float", "", "Less cost of energy, as prices were."),
        Column("signal_saved_frac", "float", "", "Less of what it was moved by."),
    ),
)

POWER_SWINGS = Table(
    "power_swings",
    "How the power of each training job moves within a step, at full clock and at the AC input of "
    "its racks: a wave of two levels, high while all its GPUs compute, low while they wait for "
    "what the network has not hidden.",
    (
        Column("job", "text", "", "Job; only those that have started."),
        Column("gpus", "int", "", "GPUs that swing together."),
        Column("period_s", "float", "s", "Of a step."),
        Column("duty_frac", "float", "", "Share of the step in which they compute."),
        Column("swing_w", "float", "W", "High less low."),
        Column("storage_j", "float", "J", "Energy in the racks' power supplies that smooths it."),
        Column("smoothed_swing_w", "float", "W", "What the grid sees of it."),
        Column(
            "band_rms_w",
            "float",
            "W",
            "Effective value of what it sees in the band of the site's limits, else 0.1 to 20 Hz.",
        ),
        Column("start_step_w", "float", "W", "Rise of power when the job starts."),
        Column(
            "ramp_storage_j",
            "float",
            "J",
            "Storage that turns that rise into a ramp that is accepted; 0 where none is needed.",
        ),
        Column("floor_power_w", "float", "W", "Mean power that the power floor adds."),
        Column(
            "machine_step_w",
            "float",
            "W",
            "What generators that carry an island see of the smoothed swing in a step, "
            "beyond what BESS beside them take; NaN where a utility takes it.",
            since="2026-11-30",
        ),
        Column(
            "machine_accepts_w",
            "float",
            "W",
            "Largest step that these accept, by their rows; NaN where a utility takes it.",
            since="2026-11-30",
        ),
        Column(
            "machine_nadir_hz",
            "float",
            "Hz",
            "Lowest frequency under it, step after step; NaN likewise, and where a row states no "
            "governor.",
            since="2026-11-30",
        ),
        Column(
            "verdict",
            "text",
            "",
            "By the site's limits and by what machines accept: pass, fail, or no limit where there "
            "is neither.",
            ("pass", "fail", "no limit"),
        ),
        Column("detail", "text", "", "What is passed, and by how much."),
    ),
)
