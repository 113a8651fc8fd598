"""Claim: what a GPU in instances takes with it when it fails an hour into a run is what a planner
works out by hand: replicas, tokens and watts, with adapters and an autoscaler too.

A server of eight H100 in instances of 3g.40gb has 16 replicas, two on each GPU. One GPU of it is an
eighth of its tokens, and of its watts what that GPU draws at work: its 75 W at rest, which the
server spares as they are, and what it draws above them, which the rack's gain multiplies.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

import twin
from tests.validation.test_services_as_forecast import SCENARIO, served

CASE = ("dgx_h100_x4", "Llama-3.1-8B", 1, "fp8", 1000, 200, 32)
LORA = "    lora: {{adapters: 40, resident: 10, zipf: 1.0}}\n"
SCALED = "    autoscale: {{target_load: 1.0, start_time: 2 min, scale_down_after: 1 h}}\n"
REST_W = 75.0
"""Of an H100 by the catalogue."""
FAULT = """faults:
  gpu_failures: {takes: gpu, swap: in_place}
  timeline: [{at: 60 min, component: pod_r1/node_1/gpu_3, repair_after: 30 min}]
"""


def _served(
    folder: Path, rate: float, keys: str, minutes: int, nodes: int = 1
) -> tuple[twin.Facility, pd.DataFrame]:
    text = SCENARIO.replace("    tensor_parallel: {tensor}\n", f"    mig: 3g.40gb\n{keys}")
    text = text.replace("    nodes: 1\n", f"    nodes: {nodes}\n")
    facility, services = served(folder, CASE, rate, f"{minutes} min", FAULT, scenario=text)
    return facility, services.set_index(services["time_s"] / 60.0)


def _lost_w(facility: twin.Facility, full_w: float) -> float:
    """Of a server at this power: an eighth of what its GPUs draw above rest, and one GPU's rest."""
    racks = facility.racks
    gain = float(racks.gpu_gain[0] * racks.work_frac[0])
    cpus_w = gain * float(racks.cpu_span_w[0]) * 0.3
    above_w = full_w - float(racks.idle_w[0]) / racks.nodes[0] - cpus_w
    return above_w / 8 + REST_W


@pytest.mark.parametrize("keys", ["", LORA])
def test_a_gpu_that_fails_at_an_hour(tmp_path: Path, keys: str) -> None:
    """Two of 16 replicas and their tokens, in the minutes after 60 up to that of 90."""
    facility, rows = _served(tmp_path, 1e5, keys, 95)
    before = rows.loc[60.0]
    out = rows.loc[61.0:90.0]
    whole = pd.concat([rows.loc[30.0:60.0], rows.loc[91.0:]])
    assert len(out) == 30
    tokens = 60 * before["capacity_tokens_per_s"]
    assert whole["tokens_served"].to_numpy() == pytest.approx(tokens)
    assert out["tokens_served"].to_numpy() == pytest.approx(tokens * 14 / 16)
    full_w = before["energy_j"] / 60
    assert whole["energy_j"].to_numpy() / 60 == pytest.approx(full_w)
    lost_w = full_w - out["energy_j"].to_numpy() / 60
    assert lost_w == pytest.approx(_lost_w(facility, full_w))


def test_an_autoscaler_wakes_another_server_for_a_gpu_that_fails(tmp_path: Path) -> None:
    """Two servers at 0.97 of their tokens lose a sixteenth of them. The look at that minute, at
    what came in the one before, finds that two are too few: a third is awake two minutes later.
    """
    _, full = _served(tmp_path, 1e5, LORA, 3)
    each = float(full["capacity_tokens_per_s"].iloc[-1])
    _, rows = _served(tmp_path, 2 * 0.97 * each / 200, LORA + SCALED, 70, nodes=4)
    came = rows["tokens_asked"] / 60 / each
    assert 2.0 - 1 / 8 < came.loc[60.0] < 2.0
    capacity = rows["capacity_tokens_per_s"] / each
    assert capacity.loc[2.0:60.0].to_numpy() == pytest.approx(2.0)
    assert capacity.loc[61.0:62.0].to_numpy() == pytest.approx(2.0 - 1 / 8)
    assert capacity.loc[63.0:].to_numpy() == pytest.approx(3.0 - 1 / 8)
    asked = float(rows["tokens_asked"].loc[61.0] + rows["tokens_waiting"].loc[60.0])
    waits = asked - 60 * (2.0 - 1 / 8) * each
    assert rows["tokens_waiting"].loc[61.0] == pytest.approx(waits)


def test_a_server_is_not_woken_and_dropped_in_turn(tmp_path: Path) -> None:
    """With a GPU out for good and a short `scale_down_after`: at 1.92 servers' tokens, of which
    1.875 are left, a third one is woken once. It was woken for the queue and dropped for its end, a
    dozen times an hour.
    """
    _, full = _served(tmp_path, 1e5, "", 3)
    each = float(full["capacity_tokens_per_s"].iloc[-1])
    scaled = SCALED.replace("2 min", "1 min").replace("1 h", "1 min")
    _, rows = _served(tmp_path, 1.92 * each / 200, scaled, 90, nodes=4)
    assert rows["nodes_awake"].loc[62.0:90.0].tolist() == [3.0] * 29
    assert (rows["nodes_awake"].diff().dropna() != 0).sum() == 1
