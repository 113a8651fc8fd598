"""Claim: a cap on the power of GPUs gives in a run what `twin predict` gives under the same cap.

A full pool makes the forecast's tokens within 2.5 % and its GPUs draw the cap within 1 %, by tables
and by a measured profile, from 600 W down to half of a board's power; first tokens of some thirty
requests in flight come within 4 %; training makes the forecast's steps within 1 %.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from tests.relations.test_ceilings_on_training import STEP
from tests.validation.test_services_as_forecast import (
    CASES,
    FULL,
    LAYOUT,
    SCENARIO,
    _asked,
    _gpu_w,
    served,
)

GPU = {
    "dgx_h100_x4": "H100-SXM5-80GB",
    "dgx_h200_x4": "H200-SXM-141GB",
    "dgx_b200_x2": "B200-SXM-180GB",
}
CAP = "controls: {{actions: [{{kind: gpu_power_cap, power: {} W{}}}]}}\n"
POOLS = [
    *((case, "", cap) for case in CASES for cap in (500, 350)),
    *((FULL, profile, cap) for profile in ("H200-SXM-141GB", "none") for cap in (600, 500, 350)),
]


@pytest.mark.parametrize(("case", "profile", "cap_w"), POOLS)
def test_a_full_pool_draws_the_cap_and_makes_the_tokens_of_the_forecast(
    tmp_path: Path, case: tuple[str, str, int, str, int, int, int], profile: str, cap_w: int
) -> None:
    """0.4 to 2.4 % off where a run spreads its requests and a forecast lets them go in step; watts
    stay below by what a notch of the clock is.
    """
    gpu = GPU[case[0]]
    own = f"profiles: {{{gpu}: {profile}}}\n" if profile else ""
    more = {"profile": profile} if profile else {}
    want = _asked(case, gpu, case[6], power_cap_w=float(cap_w), **more)
    facility, services = served(tmp_path, case, 1e5, "5 min", own + CAP.format(cap_w, ""))
    row = services.iloc[-1]
    replicas = int(facility.racks.gpus_per_node[0]) // case[2]
    assert want.gpu_power_w == pytest.approx(cap_w, rel=1e-3)
    assert row["tokens_served"] / 60 == pytest.approx(
        replicas * want.output_tokens_per_s, rel=0.025
    )
    assert 0.99 * cap_w < _gpu_w(facility, row) <= cap_w * 1.001


@pytest.mark.parametrize("cap_w", [450, 350])
def test_first_tokens_come_as_late_as_the_forecast_says(tmp_path: Path, cap_w: int) -> None:
    """Thirty-two in flight: 9 and 19 % later than without a cap, each within 2 %."""
    case = ("dgx_h100_x4", "Llama-3.1-70B", 4, "fp8", 1000, 500, 0)
    text = SCENARIO.replace("max_sequences: {many}, routing", "routing")
    many = _asked(case, GPU[case[0]], 32, power_cap_w=float(cap_w))
    rate = 2 * 32 / (many.ttft_s + (case[5] - 1) * many.tpot_s)
    _, services = served(tmp_path, case, rate, "40 min", CAP.format(cap_w, ""), text)
    row = services[["ttft_p50_s", "tpot_p50_s"]].iloc[5:].mean()
    inside = round(rate / 2 * (row["ttft_p50_s"] + (case[5] - 1) * row["tpot_p50_s"]))
    want = _asked(case, GPU[case[0]], inside, power_cap_w=float(cap_w))
    free = _asked(case, GPU[case[0]], inside)
    assert row["ttft_p50_s"] == pytest.approx(want.ttft_apart_s, rel=0.02)
    assert row["tpot_p50_s"] == pytest.approx(want.tpot_apart_s, rel=0.02)
    assert want.ttft_apart_s > 1.05 * free.ttft_apart_s


def test_request_by_request_too(tmp_path: Path) -> None:
    """Tokens and watts of a full pool of H200 whose requests are told apart."""
    single = SCENARIO.replace(
        "window: 60 s", "window: 60 s\n    detail: requests\n    patience: 30 s"
    )
    case = ("dgx_h200_x4", "Llama-3.1-8B", 1, "bf16", 16, 1000, 256)
    name = GPU[case[0]]
    own = f"profiles: {{{name}: {name}}}\n"
    facility, services = served(tmp_path, case, 230.0, "4 min", own + CAP.format(500, ""), single)
    row = services.iloc[-1]
    want = _asked(case, name, 256, profile=name, power_cap_w=500.0)
    assert row["tokens_served"] / 60.0 == pytest.approx(8 * want.output_tokens_per_s, rel=0.01)
    assert _gpu_w(facility, row) == pytest.approx(500.0, rel=0.01)


TRAINS = """
version: 1
name: training_under_a_cap
layout: mini.yaml
site: {climate: {dry_bulb: 20 °C, wet_bulb: 15 °C}, grid: ireland}
horizon: 20 min
workload:
  - kind: training
    name: pretrain
    model: Llama-3.1-8B
    nodes: 4
    global_batch_sequences: 128
    sequence_length: 4096
    checkpoint_interval: 30 min
outputs: {period: 1 min}
"""


def _trained(folder: Path, more: str = "") -> twin.Result:
    (folder / "mini.yaml").write_text(LAYOUT.format(rack="dgx_h100_x4"))
    (folder / "x.yaml").write_text(TRAINS + more)
    return twin.simulate(twin.build(twin.load(folder / "x.yaml")))


@pytest.mark.parametrize("cap_w", [600, 500, 400, 250])
def test_training_makes_the_steps_of_the_forecast_and_draws_its_power(
    tmp_path: Path, cap_w: int
) -> None:
    """Tokens within 1 %; watts of each GPU within 1.5 %, a notch of its clock."""
    free = _trained(tmp_path)
    held = _trained(tmp_path, CAP.format(cap_w, ""))
    racks = twin.build(twin.load(tmp_path / "x.yaml")).racks
    want, whole = (
        twin.predict_training("Llama-3.1-8B", "H100", 32, power_cap_w=cap, **STEP)
        for cap in (float(cap_w), None)
    )
    assert held.summary["tokens_total"] / 1200 == pytest.approx(want.tokens_per_s, rel=0.01)
    drawn = [one.frame("racks").power_w.iloc[-1] for one in (free, held)]
    gain = float(racks.gpu_gain[0] * racks.work_frac[0]) * 32
    saved_w = (drawn[0] - drawn[1]) / gain
    assert whole.gpu_power_w - saved_w == pytest.approx(want.gpu_power_w, rel=0.015)
    entries = held.frame("token_balance").set_index("entry").tokens
    assert entries["made"] + entries["capped"] == pytest.approx(entries["possible"], rel=1e-9)
    assert not (held.frame("losses").tokens > 0).any()
