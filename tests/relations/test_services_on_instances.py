"""Claim: a service may stand on instances of GPUs (MIG): a replica on each, as many on a GPU as the
vendor allows, which rests once and fails as one.

By hand from the list of instances: an H100 has two of 3g.40gb, so a server of eight has 16
replicas; each does what `twin predict inference --mig 3g.40gb` says.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import twin
from tests.validation.test_services_as_forecast import LAYOUT, SCENARIO, served
from twin.analysis.witnesses import witnesses
from twin.catalogue import shipped
from twin.catalogue.mig import instances_of
from twin.catalogue.rows import Gpu, GpuInstance
from twin.errors import InputError

GPU = "H100-SXM5-80GB"
CASE = ("dgx_h100_x4", "Llama-3.1-8B", 1, "fp8", 1000, 200, 32)


def _served(
    folder: Path, profile: str, rate: float, more: str = "", minutes: int = 5, **other: Any
):
    text = SCENARIO.replace("    tensor_parallel: {tensor}\n", f"    mig: {profile}\n")
    return served(folder, CASE, rate, f"{minutes} min", more, scenario=text, **other)


def _gpu_w(facility: twin.Facility, row: Any) -> float:
    """Watts of one of the eight GPUs at work, at rest counted once."""
    racks = facility.racks
    sheet = shipped().get(Gpu, GPU)
    gain = float(racks.gpu_gain[0] * racks.work_frac[0])
    above_w = row["energy_j"] / 60.0 - float(racks.idle_w[0]) / racks.nodes[0]
    cpus_w = gain * float(racks.cpu_span_w[0]) * 0.3
    return sheet.power_idle_w + (above_w - cpus_w) / gain / racks.gpus_per_node[0]


@pytest.mark.parametrize(("profile", "each"), [("3g.40gb", 2), ("2g.20gb", 3), ("7g.80gb", 1)])
def test_a_full_pool_is_so_many_of_the_forecast(tmp_path: Path, profile: str, each: int) -> None:
    """Tokens and power of the GPU within 5 %; rest counts once."""
    facility, services = _served(tmp_path, profile, 1e5)
    row = services.iloc[-1]
    want = twin.predict_inference(
        "Llama-3.1-8B", GPU, 1000, 200, mig=profile, dtype="fp8", concurrency=32
    )
    assert want.instances_per_gpu == each
    assert want.output_tokens_per_s_per_gpu == pytest.approx(each * want.output_tokens_per_s)
    assert row["capacity_tokens_per_s"] == pytest.approx(
        8 * want.output_tokens_per_s_per_gpu, rel=0.05
    )
    assert _gpu_w(facility, row) == pytest.approx(want.gpu_power_w, rel=0.05)
    joules = want.gpu_power_w / want.output_tokens_per_s_per_gpu
    assert want.joules_per_token == pytest.approx(joules)


def test_power_of_a_gpu_in_instances_by_hand() -> None:
    """Two of 60 multiprocessors of 132 at their most: 75 W at rest and 625 x 120 / 132 W above."""
    busy = twin.predict_inference("Llama-3.1-8B", GPU, 4000, 20, mig="3g.40gb", dtype="bf16")
    assert busy.gpu_power_w <= 75 + 625 * 120 / 132 + 1e-6
    one = twin.predict_inference("Llama-3.1-8B", GPU, 4000, 20, mig="4g.40gb", dtype="bf16")
    assert one.gpu_power_w <= 75 + 625 * 64 / 132 + 1e-6


def test_a_gpu_that_fails_takes_all_its_instances(tmp_path: Path) -> None:
    """One of eight: two replicas of 16, and the others go on."""
    fault = """faults:
  gpu_failures: {takes: gpu}
  timeline: [{at: 90 s, component: pod_r1/node_1/gpu_3, repair_after: 2 min}]
"""
    _, services = _served(tmp_path, "3g.40gb", 5.0, fault)
    capacity = services["capacity_tokens_per_s"]
    assert capacity.iloc[2] == pytest.approx(capacity.iloc[0] * 14 / 16)
    assert capacity.iloc[-1] == pytest.approx(capacity.iloc[0])


def test_a_cap_holds_for_all_instances_of_a_gpu_together(tmp_path: Path) -> None:
    """350 W of each GPU: just below, with less of the tokens; 630 W before."""
    cap = """controls:
  actions: [{kind: gpu_power_cap, power: 350 W, at: 2 min, duration: 10 min}]
"""
    facility, services = _served(tmp_path, "3g.40gb", 1e5, cap)
    assert 340.0 < _gpu_w(facility, services.iloc[-1]) <= 350.0 < _gpu_w(facility, services.iloc[1])
    capacity = services["capacity_tokens_per_s"]
    assert 0.8 * capacity.iloc[1] < capacity.iloc[-1] < capacity.iloc[1]


def test_requests_one_by_one_agree_with_the_fluid(tmp_path: Path) -> None:
    """16 replicas at half of their capacity: tokens alike, times between tokens within 10 %."""
    _, fluid = _served(tmp_path, "3g.40gb", 60.0, minutes=8)
    text = SCENARIO.replace(
        "    tensor_parallel: {tensor}\n", "    mig: 3g.40gb\n    detail: requests\n"
    )
    _, single = served(tmp_path, CASE, 60.0, "8 min", scenario=text)
    later = slice(3, None)
    for name, within in (("tokens_served", 0.03), ("energy_j", 0.03), ("tpot_p50_s", 0.1)):
        mine, theirs = fluid[name][later].mean(), single[name][later].mean()
        assert mine == pytest.approx(theirs, rel=within), name


def test_a_result_says_where_its_instances_were_read(tmp_path: Path) -> None:
    facility, _ = _served(tmp_path, "3g.40gb", 1.0, minutes=2)
    told = [one for one in witnesses(facility) if one["subject"].startswith("instances/")]
    assert {one["subject"] for one in told} == {f"instances/{GPU}-3g.40gb"}
    assert any(one["parameter"] == "multiprocessors" for one in told)
    assert all("user guide" in one["source"] for one in told)


def test_every_list_of_instances_fits_its_gpu() -> None:
    rows = shipped().rows(GpuInstance).values()
    assert {row.gpu for row in rows} >= {
        "A100-SXM4-40GB", "A100-SXM4-80GB", GPU, "H200-SXM-141GB", "B200-SXM-180GB",
    }  # fmt: skip
    for row in rows:
        gpu = shipped().get(Gpu, row.gpu)
        assert row.instances * row.multiprocessors <= gpu.multiprocessors, row.name
        assert row.instances * row.memory_bytes <= gpu.memory_bytes, row.name
        assert row.name == f"{row.gpu}-{row.profile}"


@pytest.mark.parametrize("gpu", ["A100-SXM4-80GB", "H200-SXM-141GB", "B200-SXM-180GB"])
def test_other_gpus_have_theirs(gpu: str) -> None:
    """Half of the memory, 3 of 7 of the multiprocessors: more than a third of the whole."""
    profiles = instances_of(shipped(), shipped().get(Gpu, gpu))
    half = next(name for name in profiles if name.startswith("3g"))
    whole = twin.predict_inference("Llama-3.1-8B", gpu, 1000, 200, dtype="bf16", concurrency=16)
    one = twin.predict_inference(
        "Llama-3.1-8B", gpu, 1000, 200, dtype="bf16", concurrency=16, mig=half
    )
    assert 0.33 < one.output_tokens_per_s / whole.output_tokens_per_s < 0.8


def test_a_planner_brings_a_list(tmp_path: Path) -> None:
    """An instance of a quarter of the memory that the shipped list does not have, four to a GPU."""
    own = """
equipment:
  instances:
    - {{name: my_quarter, gpu: H100-SXM5-80GB, profile: 1g.40gb, multiprocessors: 30,
        memory_slices: 2, memory: 39 GB, instances: 4}}
"""
    (tmp_path / "mini.yaml").write_text("")
    text = SCENARIO.replace("    tensor_parallel: {tensor}\n", "    mig: 1g.40gb\n")
    _, services = served(tmp_path, CASE, 1e5, "3 min", scenario=text, layout=LAYOUT + own)
    _, two = _served(tmp_path, "2g.20gb", 1e5, minutes=3)
    ratio = services["capacity_tokens_per_s"].iloc[-1] / two["capacity_tokens_per_s"].iloc[-1]
    assert ratio == pytest.approx(4 / 3, rel=0.1)


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("mig: 3g.41gb", "found chat: mig '3g.41gb'; allowed: 1g.10gb, .*3g.40gb"),
        ("mig: 3g.40gb\n    tensor_parallel: 2", "no links"),
        ("mig: 1g.10gb", "hold no sequence"),
    ],
)
def test_what_cannot_be_is_refused(tmp_path: Path, keys: str, words: str) -> None:
    text = SCENARIO.replace("    tensor_parallel: {tensor}\n", f"    {keys}\n")
    with pytest.raises(InputError, match=words):
        served(tmp_path, CASE, 1.0, "5 min", scenario=text)
