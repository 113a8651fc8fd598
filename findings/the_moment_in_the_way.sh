#!/usr/bin/env bash
# Question  A crew works on a chiller from 0 to 10 h. A sign-off that takes no time is due at 3 h by the same crew. Is there a plan, where the crew is one thing that
#           does not do two at once, and where it is capacity of one?
# Guess     Yes, both: nothing overlaps with no time at all, and both say the same.
# Seen      OR-tools 9.15 (CP-SAT): INFEASIBLE by add_no_overlap, OPTIMAL by add_cumulative with a capacity of 1. In the first an interval of no length
#           may not lie inside another, only at its edge; in the second it takes nothing, not even where it asks for five of one.
#           Two sign-offs at one moment are allowed in both.
# Matters   Milestones, arrivals of parts and tests of length 0 (or of a length that a scenario sets to 0) make a calendar of
#           upkeep infeasible, or shift the work around them, by the choice of one of two constraints that are taken for the same.
# Here      twin's calendar of upkeep and its crews need no solver: work queues for crews, and what takes no time holds none
#           (tests/relations/test_upkeep.py, tests/relations/test_crews_and_spares.py).
source "$(dirname "$0")/run_in.sh"
run_in ortools==9.15.6755 numpy==2.4.6 pandas==3.1.1 <<'PYTHON'
from ortools.sat.python import cp_model


def planned(spans, way, asked=1):
    """Status of a plan whose spans of (begin, hours) are fixed; `asked` by those of no length."""
    model = cp_model.CpModel()
    work = [model.new_fixed_size_interval_var(begin, hours, f"{begin}") for begin, hours in spans]
    if way == "no overlap":
        model.add_no_overlap(work)
    else:
        model.add_cumulative(work, [1 if hours else asked for _, hours in spans], 1)
    solver = cp_model.CpSolver()
    return solver.status_name(solver.solve(model))


WAYS = ("no overlap", "cumulative")
inside = [planned([(0, 10), (3, 0)], way) for way in WAYS]
edge = [planned([(0, 10), (10, 0)], way) for way in WAYS]
twice = [planned([(3, 0), (3, 0)], way) for way in WAYS]
five = planned([(0, 10), (3, 0)], "cumulative", asked=5)
print(f"inside {inside}, at the edge {edge}, two at once {twice}; cumulative with five of one {five}")
fine = ["OPTIMAL", "OPTIMAL"]
raise SystemExit(not (inside == ["INFEASIBLE", "OPTIMAL"] and edge == twice == fine and five == "OPTIMAL"))
PYTHON
