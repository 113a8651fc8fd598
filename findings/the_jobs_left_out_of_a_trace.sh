#!/usr/bin/env bash
# Question  A trace in the standard workload format has a machine of 10 processors full for three hours: a job of the first hour, one of the second that was
#           cancelled at its end (status 5), and one of the third. What is its utilisation?
# Guess     Expected, by hand: 10 of 10 processors in all three hours.
# Seen      evalys 4.0.7, Workload.from_csv: 10 of 10 in the third hour, and nothing before. The first job of every file is taken for a line of column
#           names, though names are given and the header is comment; and what is not "failed" or "completed" is dropped as information on
#           checkpoints, so that jobs that were cancelled, or ran into their limit, never held a processor. Waiting jobs and
#           queues leave them out too. No warning.
# Matters   Whoever is stopped by a time limit, or by its user when a training goes astray, has held its nodes like anyone else, and often longest:
#           a machine that is full shows room, and one that is planned from it is too small.
# Here      twin counts a job by what it held, however it ended: test_who_never_ran_is_counted_and_who_was_cancelled_or_failed_while_running_ran in
#           tests/validation/test_job_lists.py.
source "$(dirname "$0")/run_in.sh"
run_in evalys==4.0.7 pandas==2.3.3 numpy==2.4.6 matplotlib==3.11.2 <<'PYTHON'
import matplotlib

matplotlib.use("Agg")
from pathlib import Path

from evalys.metrics import load_mean
from evalys.workload import Workload

HEADER = ["; Version: 2.2", "; MaxNodes: 10", "; MaxProcs: 10", "; UnixStartTime: 1700000000", "; TimeZoneString: Europe/Paris"]
HOUR_S, PROCESSORS = 3600, 10


def job(number, start_s, status):
    """Submitted, started and run for an hour; unknown fields are -1."""
    return f"{number} {start_s} 0 {HOUR_S} {PROCESSORS} -1 -1 {PROCESSORS} {HOUR_S} -1 {status} 1 1 1 1 1 -1 -1"


def read(statuses):
    jobs = [job(number, (number - 1) * HOUR_S, status) for number, status in enumerate(statuses, 1)]
    Path("trace.swf").write_text("\n".join(HEADER + jobs) + "\n")
    found = Workload.from_csv("trace.swf")
    busy_s = float(found.utilisation.area.sum())
    return found.df.jobID.tolist(), round(busy_s / (len(jobs) * HOUR_S * PROCESSORS), 3), float(load_mean(found.utilisation))


seen = {statuses: read(statuses) for statuses in ((1, 5, 1), (1, 1, 1), (1, 5, 0, 5, 1))}
for statuses, (kept, share, _) in seen.items():
    print(f"hours of full load with status {statuses}: jobs {kept} kept, {share:.1%} busy")
stated = {(1, 5, 1): ([3], 0.333), (1, 1, 1): ([2, 3], 0.667), (1, 5, 0, 5, 1): ([3, 5], 0.4)}
raise SystemExit({key: found[:2] for key, found in seen.items()} != stated)
PYTHON
