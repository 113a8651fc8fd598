"""A list of jobs starts every job when a table worked by hand says, FIFO and EASY.

Six jobs on four nodes, of which the fifth was cancelled before it ran. Inputs:
tests/data/cases/job_list; one processor of the list is one node.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
import pytest

import twin
from tests.sources import DATA
from twin import Result
from twin.traces import read_jobs

CASE = DATA / "cases" / "job_list"
"""Files of cases/job_list: jobs.swf, replay.yaml and its layout two_racks.yaml."""
STARTS_S = {
    "fifo": {"1": 0, "2": 3600, "3": 3600, "4": 5400, "6": 10_800},
    "easy": {"1": 0, "2": 3600, "3": 900, "4": 1200, "6": 10_800},
}
ENDS_S = {
    "fifo": {"1": 3600, "2": 10_800, "3": 5400, "4": 10_800, "6": 14_400},
    "easy": {"1": 3600, "2": 10_800, "3": 2700, "4": 6600, "6": 14_400},
}
MEAN_WAIT_S = {"fifo": 3780.0, "easy": 2400.0}
NODE_S = 50_400.0
HORIZON_S = 6 * 3600.0


@cache
def ran(policy: str) -> Result:
    asked = {} if policy == "fifo" else {"controls.scheduler": policy}
    return twin.simulate(twin.build(twin.load(CASE / "replay.yaml", asked)))


def jobs(policy: str) -> pd.DataFrame:
    table = ran(policy).tables["jobs"]
    return table.set_index(table["job"].str.removeprefix("log_"))


@pytest.mark.parametrize("policy", STARTS_S)
def test_every_job_starts_and_ends_as_tabled(policy: str) -> None:
    assert jobs(policy)["started_s"].to_dict() == pytest.approx(STARTS_S[policy], abs=1e-6)
    assert jobs(policy)["finished_s"].to_dict() == pytest.approx(ENDS_S[policy], abs=1e-6)
    assert (jobs(policy)["state"] == "completed").all()


@pytest.mark.parametrize("policy", MEAN_WAIT_S)
def test_waits_and_utilisation_are_those_of_the_table(policy: str) -> None:
    summary = ran(policy).summary
    assert summary["job_wait_mean_s"] == pytest.approx(MEAN_WAIT_S[policy], abs=1e-6)
    assert summary["nodes_allocated_frac"] == pytest.approx(NODE_S / 4 / HORIZON_S, rel=1e-9)
    assert summary["nodes_useful_frac"] == pytest.approx(NODE_S / 4 / HORIZON_S, rel=1e-9)
    waits = jobs(policy)["started_s"] - jobs(policy)["submitted_s"]
    assert jobs(policy)["wait_s"].to_dict() == pytest.approx(waits.to_dict())


def test_the_job_that_was_cancelled_before_it_ran_is_counted_and_left_out() -> None:
    listed = read_jobs(CASE / "jobs.swf")
    assert listed.names == ("1", "2", "3", "4", "6")
    assert [(s.why, s.count, s.first_line) for s in listed.skipped] == [
        ("cancelled before it ran", 1, 12)
    ]


def test_energy_of_jobs_is_what_their_racks_drew() -> None:
    """The racks draw for jobs what they draw above idle, and the idle power of held nodes."""
    result = ran("fifo")
    racks = result.tables["racks"]
    drawn_j = racks[racks["rack"].str.startswith("pod")]["power_w"].sum() * 600.0
    idle_node_s = 4 * HORIZON_S - NODE_S
    jobs_j = jobs("fifo")["energy_j"].sum()
    assert jobs_j == pytest.approx(drawn_j - 5_940.0 / 2 * idle_node_s, rel=1e-9)


def test_a_broken_list_is_refused_with_its_lines(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("broken")
    for name in ("replay.yaml", "two_racks.yaml"):
        (folder / name).write_text((CASE / name).read_text())
    lines = (CASE / "jobs.swf").read_text().splitlines()
    lines[8] = lines[8].replace("600", "x")
    lines[10] = "4 1200 -1"
    (folder / "jobs.swf").write_text("\n".join(lines))
    with pytest.raises(twin.InputError) as caught:
        twin.build(twin.load(folder / "replay.yaml"))
    told = [(one.line, one.found) for one in caught.value.problems]
    assert told == [(9, "'x' in column 2"), (11, "3 numbers: '4 1200 -1'")]
