#!/usr/bin/env bash
# Question  Four nodes. A job takes all for 100 s, and had asked for 1,000. A second and a third, of all four nodes for 50 and 30 s, come after 10 and 20 s. When do they start, first in first out, and by EASY backfilling?
# Guess     At 100 and 150 s by either: nothing can be filled, and the nodes are free after 100 s.
# Seen      accasim 1.1.3: first in first out at 100 and 150 s. By EASY the third at 100 s, and the second, which was the head of the queue, at 1,000: the start that was reserved by the first job's
#           estimate is looked at again only when its time has come, and whoever ends before it may pass. Where everybody asks for what they take both rules agree.
# Matters   Users ask for several times of what their jobs take. By this simulator backfilling makes a queue worse than none, and the longer the limits the worse; the rule
#           of Slurm and of Lifka's scheduler starts the head when its nodes are free, and starts nobody who delays it.
# Here      The head starts when its nodes are free, whatever limits say: tests/validation/test_case_job_list.py (case 02, every start by FIFO and EASY), docs/physics/workload.md.
source "$(dirname "$0")/run_in.sh"
run_in accasim==1.1.3 matplotlib==3.10.8 numpy==2.4.6 scipy==1.17.1 psutil==7.1.3 sortedcontainers==2.4.0 <<'PYTHON'
import collections
import collections.abc
import json
import logging
from pathlib import Path

collections.Mapping = collections.abc.Mapping  # a name of Python 3.9, for which the package is made
from accasim.base.allocator_class import FirstFit
from accasim.base.scheduler_class import EASYBackfilling, FirstInFirstOut
from accasim.base.simulator_class import Simulator

logging.disable(logging.CRITICAL)
FOUR = {"system_name": "four", "start_time": 0, "equivalence": {"processor": {"core": 1}}}
FOUR |= {"groups": {"node": {"core": 1, "mem": 1000}}, "resources": {"node": 4}}
Path("four.json").write_text(json.dumps(FOUR))


def starts(rule, asked_s):
    """Seconds at which the jobs start, where the first asked for so many."""
    jobs = [(0, 100, asked_s), (10, 50, 50), (20, 30, 30)]
    rows = [f"{n} {at} -1 {run} 4 -1 1 4 {asked} 1 1 1 1 1 1 -1 -1 -1" for n, (at, run, asked) in enumerate(jobs, 1)]
    Path("jobs.swf").write_text("; MaxNodes: 4\n; UnixStartTime: 0\n" + "\n".join(rows) + "\n")
    simulator = Simulator("jobs.swf", "four.json", rule(FirstFit()), RESULTS_FOLDER_NAME="plan", show_statistics=False)
    plan = simulator.start_simulation()["sched-"]
    found = {}
    for line in Path(plan).read_text().splitlines():
        began = line.split("__")[2].split(";")[0].split()[1]
        hours, minutes, seconds = map(int, began.split(":"))
        found[int(line.split(";")[0])] = 3600 * hours + 60 * minutes + seconds
    return [found[n] for n in (1, 2, 3)]


seen = {(rule.__name__, asked_s): starts(rule, asked_s) for asked_s in (1000, 100) for rule in (FirstInFirstOut, EASYBackfilling)}
for (rule, asked_s), found in seen.items():
    print(f"{rule}, the first asks for {asked_s} s: starts at {found} s")
raise SystemExit(list(seen.values()) != [[0, 100, 150], [0, 1000, 100], [0, 100, 150], [0, 100, 150]])
PYTHON
