#!/usr/bin/env bash
# Question  Two GPUs are lent out by day (two for 8 h, one for 16 h); a job that is under way when one goes is interrupted and resumed later.
#           A job of 1.5 h comes every hour, so that the queue never empties. What is the utilisation?
# Guess     Expected, by hand: 1.00 but for the first hour, resumed or not. 32 GPU-hours a day meet 36 that are asked for, so none
#           is ever idle.
# Seen      Ciw 3.2.7 says 0.998 where services are finished first, 0.920 where they are interrupted and resumed, and 0.936 where they start
#           anew. In the second 2,129 jobs are done in a hundred days, and 2,129 x 1.5 h are 0.998 of the 3,200 GPU-hours: what
#           is left out is the time of every service that was interrupted. By the project's own words (issue 125) it is the time
#           busy over the time on duty; that this part is missing is not among its issues.
# Matters   A farm whose queue grows every day shows 8 % of spare GPUs, and the more often it interrupts, the more of them.
# Here      GPUs are at work in twin for as long as a job holds them, whatever becomes of it: tests/relations/test_rules_of_the_queue.py
#           counts a job that makes way and starts anew.
source "$(dirname "$0")/run_in.sh"
run_in ciw==3.2.7 numpy==2.4.6 networkx==3.6.1 <<'PYTHON'
import ciw

DAYS, WORK_H = 100, 1.5
OFFERED_H = DAYS * (8 * 2 + 16 * 1)


def lived(interrupted):
    shifts = ciw.Schedule(numbers_of_servers=[2, 1], shift_end_dates=[8, 24], preemption=interrupted)
    farm = ciw.create_network(
        arrival_distributions=[ciw.dists.Deterministic(1.0)],
        service_distributions=[ciw.dists.Deterministic(WORK_H)],
        number_of_servers=[shifts],
    )
    run = ciw.Simulation(farm)
    run.simulate_until_max_time(24 * DAYS)
    done = sum(record.record_type == "service" for record in run.get_all_records())
    return run.transitive_nodes[0].server_utilisation, done


seen = {}
for interrupted in (False, "resume", "restart"):
    said, done = lived(interrupted)
    seen[interrupted] = (round(said, 3), done)
    print(f"interrupted: {interrupted}: utilisation {said:.3f}, {done:,} jobs done, {done * WORK_H / OFFERED_H:.3f} of the GPU-hours")
raise SystemExit(seen != {False: (0.998, 2294), "resume": (0.92, 2129), "restart": (0.936, 1996)})
PYTHON
