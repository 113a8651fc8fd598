"""Claim: jobs that ask for cores and memory beside GPUs start when a plain scheduler starts them,
and GPUs are cut as the vendor cuts them.

Sources: a scheduler of lists and loops (`tests/slow_scheduler.py`); NVIDIA's MIG user guide,
supported profiles: instances of A100 to B300 have 1, 2, 3, 4 or 7 of 7 slices of compute and 1, 2,
4, 4 or 8 of 8 of memory.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import twin
from tests.relations.test_jobs_share_nodes import POLICIES, pod_w, starts
from tests.relations.test_rules_of_the_queue import MINI, jobs, two_pools
from tests.relations.test_rules_of_the_queue import lived as queued
from tests.slow_scheduler import CORES, SlowJob, SlowScheduler
from tests.validation.test_shared_nodes import some_jobs
from twin.simulation.jobs.gpu_shares import ROOM, SLICES, legal
from twin.traces import read_jobs

HEADER = "name,submit,run,nodes,walltime,priority,user,activity,gpus,state,cores,memory"
NODES = 8
EACH = {"cores": CORES, "memory": "256 GiB"}


def lived(folder: Path, rows: list[str], scheduler: dict[str, Any], **keys: Any) -> twin.Result:
    controls = {"scheduler": {"node_resources": [EACH]} | scheduler}
    return queued(folder, rows, header=HEADER, controls=controls, **keys)


def with_cores(seed: int) -> list[SlowJob]:
    """GPU jobs with 4 to 20 cores a GPU, and CPU jobs, as often."""
    draw = np.random.default_rng(100 + seed)
    listed = []
    for job in some_jobs(seed, 80, overstated=True):
        cpu = draw.random() < 0.2
        each = 0.0 if cpu else job.each
        nodes = 1 if cpu else job.nodes
        cores = int(draw.integers(4, 40)) if cpu else int(np.ceil(each * draw.integers(4, 21)))
        listed.append(replace(job, each=each, nodes=nodes, cores=min(cores, CORES)))
    return listed


def row(job: SlowJob) -> str:
    gpus = job.each * job.nodes
    cores = job.cores * job.nodes
    times = f"{job.submit_s},{job.run_s},{job.nodes},{job.limit_s}"
    return f"{job.name},{times},0,,0,{gpus:.12g},,{cores},1G"


@pytest.mark.parametrize("policy", ["fifo", "easy"])
@pytest.mark.parametrize("seed", range(3))
def test_every_start_is_that_of_the_plain_scheduler(tmp_path: Path, seed: int, policy: str) -> None:
    listed = with_cores(seed)
    result = lived(tmp_path, [row(job) for job in listed], {"policy": policy}, horizon="2 d")
    expected = SlowScheduler(NODES).live(listed, backfill=policy == "easy")
    found = jobs(result)["started_s"].to_dict()
    assert found == pytest.approx({name: float(at) for name, at in expected.items()}, abs=1e-6)
    free = SlowScheduler(NODES).live([replace(job, cores=0) for job in listed], policy == "easy")
    assert sum(free[name] != at for name, at in expected.items()) >= 20


@pytest.mark.parametrize("policy", POLICIES)
def test_jobs_wait_for_cores_and_for_memory_as_for_gpus(tmp_path: Path, policy: str) -> None:
    """One GPU with all cores of a node leaves seven GPUs that nobody can use; eight such fill all
    nodes. Memory likewise; a job that asks for neither takes a free GPU.
    """
    rows = [f"a{n},0,1200,1,1200,,,1,1,,64,1G" for n in range(7)]
    rows += ["m,0,1800,1,1800,,,1,1,,1,256G", "c,10,600,1,600,,,1,1,,1,1G"]
    found = starts(lived(tmp_path, rows, {"policy": policy}))
    assert found["c"] == 1200.0
    open_rows = [*rows[:-1], "c,10,600,1,600,,,1,1,,,"]
    assert starts(lived(tmp_path, open_rows, {"policy": policy}))["c"] == 10.0


@pytest.mark.parametrize("policy", POLICIES)
def test_cpu_jobs_take_cores_beside_gpu_jobs_and_keep_whole_nodes_from_gangs(
    tmp_path: Path, policy: str
) -> None:
    """All eight GPUs are held with 32 cores; 32 more cores go to a CPU job at once. A whole node
    is free when both have ended.
    """
    rows = [f"g{n},0,600,1,600,,,1,4,,16,1G" for n in range(2)]
    rows += ["cpu,0,1800,1,1800,,,,0,,32,1G", "gang,10,600,8,600,,,1,,,,"]
    found = jobs(lived(tmp_path, rows, {"policy": policy}))
    assert found["started_s"].to_dict() == {"g0": 0.0, "g1": 0.0, "cpu": 0.0, "gang": 1800.0}
    assert found["gpus"].to_dict() == {"g0": 4.0, "g1": 4.0, "cpu": 0.0, "gang": 64.0}


@pytest.mark.parametrize("policy", POLICIES)
def test_a_cpu_job_holds_no_gpu_of_its_node(tmp_path: Path, policy: str) -> None:
    """Two jobs of one GPU come beside a CPU job; once the first has gone seven GPUs are free, and
    who asks for seven starts, however long the CPU job still runs.
    """
    rows = ["cpu,0,7200,1,7200,,,,0,,32,1G", "gang,0,9000,7,9000,,,1,,,,"]
    rows += ["a,0,600,1,600,,,1,1,,1,1G", "b,0,9000,1,9000,,,1,1,,1,1G"]
    rows += ["seven,700,600,1,600,,,1,7,,1,1G"]
    assert starts(lived(tmp_path, rows, {"policy": policy}))["seven"] == 700.0


@pytest.mark.parametrize("policy", ["easy", "conservative", "fair_share"])
def test_a_cpu_job_overtakes_where_every_gpu_is_held(tmp_path: Path, policy: str) -> None:
    """The gang waits for all eight nodes until 1800; cores of the last one are free meanwhile."""
    rows = ["rest,0,1800,7,1800,,,1,,,,", *(f"g{n},0,1800,1,1800,,,1,4,,16,1G" for n in range(2))]
    rows += ["gang,10,600,8,600,,,1,,,,", "cpu,20,600,1,600,,,,0,,32,1G"]
    found = starts(lived(tmp_path, rows, {"policy": policy}))
    assert (found["gang"], found["cpu"]) == (1800.0, 20.0)


def test_cpus_draw_by_the_cores_that_jobs_hold(tmp_path: Path) -> None:
    """Half of a node's cores at full activity draw half of what all of them do."""
    half = pod_w(lived(tmp_path, ["c,0,7200,1,,,,,0,,32,1G"], {}), "pod_r1", 3600.0)
    idle = pod_w(lived(tmp_path, ["c,0,60,1,,,,,0,,32,1G"], {}), "pod_r1", 3600.0)
    full = pod_w(lived(tmp_path, ["c,0,7200,1,,,,,0,,64,1G"], {}), "pod_r1", 3600.0)
    assert full - idle == pytest.approx(2 * (half - idle), rel=1e-9)
    assert full > idle + 100
    gpu = pod_w(lived(tmp_path, ["c,0,7200,1,,,,0,2,,32,1G"], {}), "pod_r1", 3600.0)
    assert gpu == pytest.approx(half, rel=1e-9)


def test_what_no_node_has_is_too_large_and_says_so(tmp_path: Path) -> None:
    result = lived(tmp_path, ["big,0,600,1,600,,,1,1,,65,1G", "next,0,600,1,600,,,1,1,,64,1G"], {})
    assert jobs(result)["state"].to_dict() == {"big": "too_large", "next": "completed"}
    detail = result.tables["events"].query("what == 'too large'")["detail"].item()
    assert detail == "65 cores and 1.07374 GB of a node; at most 64 and 274.878 GB"


def test_the_cores_of_nodes_that_do_not_suit_a_job_are_not_its_own(tmp_path: Path) -> None:
    """Nodes without GPUs have cores enough, and are no help to who asks for a GPU."""
    rows = ["big,0,600,1,600,,,1,1,,100,1G", "cpu,0,600,1,600,,,,0,,100,1G"]
    result = with_cpu_rack(tmp_path, rows)
    assert jobs(result)["state"].to_dict() == {"big": "too_large", "cpu": "completed"}
    detail = result.tables["events"].query("what == 'too large'")["detail"].item()
    assert detail == "100 cores and 1.07374 GB of a node; at most 64 and 274.878 GB"


def test_a_node_without_gpus_works_by_the_cores_that_jobs_hold(tmp_path: Path) -> None:
    """What a support rack draws follows the share of nodes at work: a straight line over the cores
    that are held of one.
    """
    drawn_w = [
        pod_w(with_cpu_rack(tmp_path, [f"c,0,7200,1,,,,,0,,{cores},1G"]), "aux_r1", 3600.0)
        for cores in (32, 64, 2 * CORES)
    ]
    assert drawn_w[2] - drawn_w[1] == pytest.approx(2 * (drawn_w[1] - drawn_w[0]), rel=1e-9)
    assert drawn_w[1] > drawn_w[0]


def with_cpu_rack(folder: Path, rows: list[str]) -> twin.Result:
    """Two racks of nodes with GPUs, and two of nodes without, of twice the cores."""
    cpu = {"gpu": "none", "cores": 2 * CORES, "memory": "1 TiB"}
    each = [EACH | {"gpu": "B200-SXM-180GB"}, cpu]
    layout = two_pools("dgx_b200_x2", "cpu_rack_generic")
    return lived(folder, rows, {"node_resources": each}, layout=layout)


def test_a_run_goes_on_with_cores_counted(tmp_path: Path) -> None:
    listed = with_cores(5)[:40]
    whole = lived(tmp_path, [row(job) for job in listed], {"policy": "conservative"})
    run = twin.start(twin.build(twin.load(tmp_path / "queue.yaml"))).until(3000.0)
    run.save(tmp_path / "half.run")
    again = twin.resume(tmp_path / "half.run").until().result()
    pd.testing.assert_frame_equal(again.tables["jobs"], whole.tables["jobs"])


def test_sets_of_instances_fit_exactly_where_slices_and_memory_do() -> None:
    """Every set of up to eight instances, against both sums."""
    memory = dict(zip(SLICES.tolist(), (1, 2, 4, 4, 8), strict=True))
    for count in range(1, 9):
        for which in combinations_with_replacement(range(5), count):
            compute = sum(round(7 * SLICES[k]) for k in which)
            fits = compute <= 7 and sum(memory[SLICES[k]] for k in which) <= 8
            assert (sum(ROOM[k] for k in which) <= 1.0 + 1e-9) == fits, which


@given(st.floats(1e-3, 0.999))
def test_the_next_larger_legal_share_is_held(share: float) -> None:
    for shares, steps in (("mig", SLICES), (4, np.arange(1, 5) / 4), ("any", np.array([share]))):
        held, _ = legal(np.array([share]), shares)
        assert held[0] == pytest.approx(steps[steps >= share - 1e-9].min())


@pytest.mark.parametrize("policy", POLICIES)
def test_instances_go_side_by_side_as_the_vendor_allows(tmp_path: Path, policy: str) -> None:
    """On the one GPU that is left: 3g and 3g leave no memory for a 1g, 4g and 3g fit, 4g and 4g do
    not, and seven 1g do, an eighth not.
    """

    def at_once(*slices: int) -> int:
        rows = [f"w{n},0,9000,1,9000,,,1,8,,," for n in range(7)]
        rows += ["seven,0,9000,1,9000,,,1,7,,,"]
        for n, k in enumerate(slices):
            run_s = 900 - 10 * n
            rows.append(f"s{n},{n + 1},{run_s},1,{run_s},,,1,{k / 7:.9f},,,")
        found = starts(lived(tmp_path, rows, {"policy": policy, "gpu_shares": "mig"}))
        return sum(found[f"s{n}"] == n + 1 for n in range(len(slices)))

    assert at_once(3, 3, 1) == 2
    assert at_once(4, 3) == 2
    assert at_once(4, 4) == 1
    assert at_once(*[1] * 8) == 7


def test_a_share_between_two_instances_gets_and_draws_the_larger(tmp_path: Path) -> None:
    """0.5 of a GPU is 4g, 4/7 of it; of four time slices it is two, and 0.3 is two as well."""

    def held(gpus: float, shares: str | int) -> float:
        row = f"a,0,3600,1,,,,1,{gpus},,,"
        result = lived(tmp_path, [row], {"gpu_shares": shares}, work={"cpu_activity": 0})
        return float(jobs(result)["gpus"].item())

    assert held(0.5, "mig") == pytest.approx(4 / 7)
    assert held(0.1, "mig") == pytest.approx(1 / 7)
    assert held(0.8, "mig") == 1.0
    assert held(0.5, 4) == 0.5
    assert held(0.3, 4) == 0.5
    assert held(0.3, "any") == pytest.approx(0.3)
    assert held(3, "mig") == 3.0


@pytest.mark.parametrize(
    ("asked", "allowed"),
    [
        ({"gpu_shares": "mig"}, "GPUs with instances"),
        ({"node_resources": [{"gpu": "H100-SXM5-80GB", **EACH}]}, "MI300X"),
    ],
)
def test_what_these_gpus_have_not_is_refused(
    tmp_path: Path, asked: dict[str, Any], allowed: str
) -> None:
    """Instances of a GPU without them, cores of nodes that are not there."""
    text = MINI.read_text().replace("4 x dgx_b200_x2", "2 x mi300x_x4")
    with pytest.raises(twin.InputError, match=allowed):
        lived(tmp_path, ["a,0,600,1,,,,1,1,,1,1G"], asked, layout=text)


@pytest.mark.parametrize(
    ("name", "text", "cores", "memory"),
    [
        ("pods.csv", "name,cpu_milli,memory_mib,num_gpu,gpu_milli,pod_phase,creation_time,"
         "deletion_time,scheduled_time\np1,4000,1024,1,460,Succeeded,0,610,10\n", 4.0, 2.0**30),
        ("slurm.txt", "JobID|Submit|State|ElapsedRaw|NNodes|AllocTRES\n"
         "7|2024-01-01T00:00:00|COMPLETED|600|2|cpu=8,mem=16G,gres/gpu=8,node=2\n", 8.0, 2.0**34),
        ("plain.csv", "submit,run,nodes,cores,memory\n0,60,1,12,64GiB\n", 12.0, 2.0**36),
        ("kb.swf", "; MaxNodes: 8\n; MaxProcs: 512\n"
         "1 0 0 600 128 -1 -1 128 -1 2048 1 1 -1 -1 -1 -1 -1 -1\n", np.nan, 2.0**28),
    ],
)  # fmt: skip
def test_lists_tell_cores_and_memory(
    tmp_path: Path, name: str, text: str, cores: float, memory: float
) -> None:
    (tmp_path / name).write_text(text)
    listed = read_jobs(tmp_path / name)
    assert listed.cores.tolist() == pytest.approx([cores], nan_ok=True)
    assert listed.memory_bytes.tolist() == [memory]


def test_memory_without_a_unit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(twin.InputError, match="memory"):
        lived(tmp_path, ["a,0,600,1,,,,1,1,,1,64"], {})
