"""Claim: a service of a run and `twin predict inference` answer the same question alike.

Both add up the same kernels, so a planner who asks one after the other sees no seam: tokens a
second of a full pool within 3 %, times to the first and between tokens of a nearly idle one within
5 %, and joules a token of the GPUs within 3 %. Requests have one length and so many run at once;
the forecast lets that many go in step, the service spreads them, which is what is left between the
two. Before, services went by three fitted rates of each GPU and stood up to a third apart.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import twin
from twin.catalogue.rows import Gpu
from twin.physics.chip import power_w

LAYOUT = """
version: 1
name: mini
halls:
  - name: room
    size: [12 m, 8 m, 3.5 m]
    containment: cold_aisle
    rows:
      - {{name: pod, racks: 1 x {rack}, at: [3 m, 3 m], facing: south, fed_by: panel}}
power:
  - {{name: grid, type: utility_feed}}
  - {{name: tx, type: transformer_2500, rating: 630 kW, fed_by: grid}}
  - {{name: board, type: switchboard_4000, rating: 800 kW, fed_by: tx}}
  - {{name: ups, type: ups_500, rating: 300 kW, fed_by: board}}
  - {{name: panel, type: rpp_500, rating: 300 kW, fed_by: ups}}
cooling:
  air:
    - {{name: cooler, type: inrow_60, count: 4, hall: room, fed_by: board, plant: chw}}
  plant:
    - name: chw
      type: chiller_air_430
      fed_by: board
      supply_temperature: 10 °C
      volume: 3 m^3
      pump_power: 4 kW
fabric: {{kind: rail_optimised, switch: qm9700, nodes_per_su: 8, fed_by: panel}}
storage: {{type: superpod_good}}
"""
SCENARIO = """
version: 1
name: asked_twice
layout: mini.yaml
site: {{climate: {{dry_bulb: 20 °C, wet_bulb: 15 °C}}, grid: ireland}}
horizon: {horizon}
workload:
  - kind: inference
    name: chat
    model: {model}
    nodes: 1
    tensor_parallel: {tensor}
    dtype: {dtype}
    window: 60 s
    engine: {{max_sequences: {many}, routing: round_robin}}
    requests:
      rate: {rate} / s
      diurnal_amplitude: 0
      burstiness: 1
      input_tokens: {read}
      output_tokens: {made}
outputs: {{period: 1 min}}
"""
CASES = [
    ("dgx_h100_x4", "Llama-3.1-70B", 4, "fp8", 1000, 1000, 128),
    ("dgx_h100_x4", "Llama-3.1-8B", 1, "bf16", 1243, 217, 128),
    ("dgx_b200_x2", "Llama-3.1-70B", 4, "fp8", 4000, 500, 64),
    ("dgx_b200_x2", "Mixtral-8x7B", 2, "fp8", 500, 1500, 256),
]


def served(
    folder: Path,
    case: tuple[str, str, int, str, int, int, int],
    rate: float,
    horizon: str,
    more: str = "",
    scenario: str = SCENARIO,
    layout: str = LAYOUT,
):
    """The facility of a case, and its table of services."""
    rack, model, tensor, dtype, read, made, many = case
    (folder / "mini.yaml").write_text(layout.format(rack=rack))
    text = scenario.format(
        model=model,
        tensor=tensor,
        dtype=dtype,
        read=read,
        made=made,
        many=many,
        rate=rate,
        horizon=horizon,
    )
    (folder / "x.yaml").write_text(text + more)
    facility = twin.build(twin.load(folder / "x.yaml"))
    return facility, twin.simulate(facility).frame("services")


def _asked(case: tuple[str, str, int, str, int, int, int], gpu: str, many: int, **more: str):
    _, model, tensor, dtype, read, made, _ = case
    return twin.predict_inference(
        model, gpu, read, made, parallelism=f"TP{tensor}", dtype=dtype, concurrency=many, **more
    )


def _gpu_w(facility, row) -> float:
    """What a GPU draws in a minute of a service that has the only node at work."""
    racks = facility.racks
    sheet = twin.catalogue.get(Gpu, racks.gpu_type[0])
    idle_w = float(racks.idle_w[0]) / racks.nodes[0]
    busy_w = row["energy_j"] / 60.0 - idle_w
    gain = float(racks.gpu_gain[0] * racks.work_frac[0])
    cpus_w = gain * float(racks.cpu_span_w[0]) * 0.3
    span_w = gain * float(racks.gpu_span_w[0]) * racks.gpus_per_node[0]
    activity = (busy_w - cpus_w) / span_w
    return float(power_w(sheet.power_idle_w, sheet.power_max_w, activity))


@pytest.mark.parametrize("case", CASES)
def test_a_full_pool_makes_the_tokens_and_draws_the_power_of_the_forecast(
    tmp_path: Path, case: tuple[str, str, int, str, int, int, int]
) -> None:
    facility, services = served(tmp_path, case, 1e5, "5 min")
    row = services.iloc[-1]
    racks = facility.racks
    gpu = racks.gpu_type[0]
    want = _asked(case, gpu, case[6])
    replicas = int(racks.gpus_per_node[0]) // case[2]
    made = row["tokens_served"] / 60.0
    assert row["capacity_tokens_per_s"] == pytest.approx(made)
    assert made == pytest.approx(replicas * want.output_tokens_per_s, rel=0.03)
    joules = _gpu_w(facility, row) * racks.gpus_per_node[0] / made
    assert joules == pytest.approx(want.joules_per_token, rel=0.03)


@pytest.mark.parametrize(
    ("rack", "software", "said", "cached"),
    [
        ("dgx_h100_x4", "vllm", "vllm", 0),
        ("dgx_h100_x4", "vllm_async", "vllm-async", 0),
        ("dgx_h100_x4", "vllm_async", "vllm-async", 900),
        ("dgx_a100_x4", "vllm", "vllm", 0),
    ],
)
def test_whose_software_it_is_and_what_it_need_not_read(
    tmp_path: Path, rack: str, software: str, said: str, cached: int
) -> None:
    """A full pool of one engine, by its release, its GPU and what its cache holds: within 5 %. The
    service spreads its requests: more iterations read prompts, behind which a host ahead hides,
    and beside which a new token fills a tile on the A100.
    """
    case = (rack, "Llama-3.1-8B", 1, "bf16", 1200, 200, 128)
    text = SCENARIO.replace("round_robin}}", f"round_robin, software: {software}}}}}")
    text = text.replace(
        "output_tokens: {made}", f"output_tokens: {{made}}\n      cached_tokens: {cached}"
    )
    facility, services = served(tmp_path, case, 1e5, "5 min", scenario=text)
    gpu = facility.racks.gpu_type[0]
    want = _asked(case, gpu, 128, software=said, cached_tokens=cached)
    replicas = int(facility.racks.gpus_per_node[0])
    made = services.iloc[-1]["tokens_served"] / 60.0
    assert made == pytest.approx(replicas * want.output_tokens_per_s, rel=0.055)


@pytest.mark.parametrize("case", CASES[:3])
def test_an_idle_pool_answers_as_fast_as_the_forecast(
    tmp_path: Path, case: tuple[str, str, int, str, int, int, int]
) -> None:
    """Some hundredths of the capacity: a request meets an empty replica nearly always."""
    facility, _ = served(tmp_path, case, 1.0, "5 min")
    want = _asked(case, facility.racks.gpu_type[0], 1)
    replicas = int(facility.racks.gpus_per_node[0]) // case[2]
    _, services = served(tmp_path, case, 0.02 * replicas / (case[5] * want.tpot_s), "2 h")
    row = services[["ttft_p50_s", "tpot_p50_s"]].mean()
    assert row["ttft_p50_s"] == pytest.approx(want.ttft_s, rel=0.05)
    assert row["tpot_p50_s"] == pytest.approx(want.tpot_s, rel=0.05)


H100 = ("dgx_h100_x4", "Llama-3.1-70B", 4, "fp8", 1000, 500, 0)
APART = [
    (H100, "", {}),
    (H100, "drafts: 1, acceptance: 0.85", {"drafts": 1, "acceptance": 0.85}),
    (H100, "drafts: 3, acceptance: 0.7", {"drafts": 3, "acceptance": 0.7}),
    (H100, "kv_dtype: bf16", {"kv_dtype": "bf16"}),
    (("dgx_h100_x4", "Llama-3.1-8B", 1, "bf16", 1200, 200, 0), "software: vllm_async",
     {"software": "vllm_async"}),
    (("dgx_h200_x4", "Qwen3-32B", 2, "fp8", 500, 12000, 0), "", {}),
    (("dgx_b200_x2", "Llama-3.3-70B", 1, "fp4", 1000, 1000, 0), "", {}),
]  # fmt: skip
"""Chat, drafts, wide keys and values, a scheduler ahead, long answers, four bits."""


@pytest.mark.parametrize(("case", "engine", "asked"), APART)
def test_a_pool_answers_as_a_forecast_of_requests_that_come_apart(
    tmp_path: Path, case: tuple[str, str, int, str, int, int, int], engine: str, asked: dict
) -> None:
    """Some thirty in flight, by Little's law: medians to the first and between tokens within 4 and
    2 %. Where requests begin together, as in a benchmark, the first token comes 3 to 10 times as
    late.
    """
    more = f", {engine}" if engine else ""
    engines = f"routing: round_robin{more}"
    text = SCENARIO.replace("max_sequences: {many}, routing: round_robin", engines)
    facility, _ = served(tmp_path, case, 1.0, "5 min", scenario=text)
    gpu = facility.racks.gpu_type[0]
    many = _asked(case, gpu, 32, **asked)
    each = 32 / (many.ttft_s + (case[5] - 1) * many.tpot_s)
    replicas = int(facility.racks.gpus_per_node[0]) // case[2]
    _, services = served(tmp_path, case, each * replicas, "40 min", scenario=text)
    row = services[["ttft_p50_s", "tpot_p50_s"]].iloc[5:].mean()
    inside = round(each * (row["ttft_p50_s"] + (case[5] - 1) * row["tpot_p50_s"]))
    want = _asked(case, gpu, inside, **asked)
    assert row["ttft_p50_s"] == pytest.approx(want.ttft_apart_s, rel=0.045)
    assert row["tpot_p50_s"] == pytest.approx(want.tpot_apart_s, rel=0.02)
    assert 3 < want.ttft_s / want.ttft_apart_s < 10


@pytest.mark.parametrize(
    ("read", "made", "many", "held"),
    [
        (1243, 1000, 2, 1.0),
        (1243, 1000, 8, 1.0),
        (16, 1000, 256, 0.925),
        (1000, 1000, 512, 0.910),
        (8000, 200, 16, 0.889),
    ],
)
def test_by_a_measured_profile_too(
    tmp_path: Path, read: int, made: int, many: int, held: float
) -> None:
    """Tokens and watts of a full pool of H200, also where its boards' limit lowers the clock:
    within 0.4 and 0.2 %. Runs had taken the clocks of the samples instead, and a board's power for
    more than it may draw as its limit.
    """
    case = ("dgx_h200_x4", "Llama-3.1-8B", 1, "bf16", read, made, many)
    name = "H200-SXM-141GB"
    facility, services = served(tmp_path, case, 1e5, "5 min", f"profiles: {{{name}: {name}}}\n")
    row = services.iloc[-1]
    want = _asked(case, name, many, profile=name)
    assert want.clock_frac == pytest.approx(held, abs=0.002)
    assert row["tokens_served"] / 60.0 == pytest.approx(8 * want.output_tokens_per_s, rel=0.005)
    assert _gpu_w(facility, row) == pytest.approx(want.gpu_power_w, rel=0.005)


def test_single_requests_take_the_clock_that_boards_hold(tmp_path: Path) -> None:
    """Request by request too: within 0.3 % of the forecast's tokens, 0.925 of the full clock."""
    case = ("dgx_h200_x4", "Llama-3.1-8B", 1, "bf16", 16, 1000, 256)
    name = "H200-SXM-141GB"
    told = f"profiles: {{{name}: {name}}}\n"
    single = SCENARIO.replace(
        "window: 60 s", "window: 60 s\n    detail: requests\n    patience: 30 s"
    )
    facility, services = served(tmp_path, case, 230.0, "4 min", told, single)
    row = services.iloc[-1]
    want = _asked(case, name, 256, profile=name)
    assert row["tokens_served"] / 60.0 == pytest.approx(8 * want.output_tokens_per_s, rel=0.005)
    assert _gpu_w(facility, row) == pytest.approx(want.gpu_power_w, rel=0.005)


FULL = ("dgx_h200_x4", "Llama-3.1-8B", 1, "bf16", 8000, 200, 16)
"""Boards hold 0.889 of the full clock."""
OWN = "profiles: {H200-SXM-141GB: H200-SXM-141GB}\n"
ORDER = """
profiles: {{H200-SXM-141GB: H200-SXM-141GB}}
controls: {{actions: [{{kind: clock_ceiling, clock: {}}}]}}
"""


@pytest.mark.parametrize("ceiling", [1.0, 0.95, 0.89])
def test_a_ceiling_above_the_clock_that_boards_hold_changes_nothing(
    tmp_path: Path, ceiling: float
) -> None:
    """Until 2026-11-30 one of 0.95 cost 3.2 % of the tokens and 6.9 % of the power: it was taken
    off the held clock.
    """
    free, held = (
        served(tmp_path, FULL, 1e5, "5 min", more)[1].iloc[-1]
        for more in (OWN, ORDER.format(ceiling))
    )
    assert held["tokens_served"] == free["tokens_served"]
    assert held["energy_j"] == free["energy_j"]


@pytest.mark.parametrize("ceiling", [0.8, 0.7])
def test_a_ceiling_below_it_gives_what_the_forecast_gives_at_that_clock(
    tmp_path: Path, ceiling: float
) -> None:
    """At the next lower step of the clock: tokens within 0.5 %, watts within 0.1 %; 3 and 5 %
    low where it is not counted that kernels are busier at a lower clock.
    """
    facility, services = served(tmp_path, FULL, 1e5, "5 min", ORDER.format(ceiling))
    row = services.iloc[-1]
    held = _asked(FULL, "H200-SXM-141GB", 16, profile="H200-SXM-141GB").clock_frac
    step = float(facility.racks.clock_step_frac[0])
    clock = held * twin.simulate(facility).frame("racks")["clock_frac"].iloc[-1]
    assert ceiling - step < clock <= ceiling * 1.001
    want = _at_clock(clock)
    assert row["tokens_served"] / 60.0 == pytest.approx(8 * want.output_tokens_per_s, rel=0.005)
    assert _gpu_w(facility, row) == pytest.approx(want.gpu_power_w, rel=0.001)


def _at_clock(clock_frac: float):
    """The forecast under the cap of power that leaves that clock."""
    least_w = 200.0
    most_w = 700.0
    for _ in range(16):
        cap_w = (least_w + most_w) / 2
        want = _asked(FULL, "H200-SXM-141GB", 16, profile="H200-SXM-141GB", power_cap_w=cap_w)
        if want.clock_frac < clock_frac:
            least_w = cap_w
        else:
            most_w = cap_w
    assert want.clock_frac == pytest.approx(clock_frac, abs=1e-3)
    return want


@pytest.mark.parametrize("more", ["", "detail: requests\n    patience: 30 s"])
def test_a_ceiling_counts_from_what_boards_hold_at_the_load_of_now(
    tmp_path: Path, more: str
) -> None:
    """With few sequences boards hold the full clock, and 0.95 is 0.95; clocks follow the load."""
    scenario = SCENARIO.replace("window: 60 s", f"window: 60 s\n    {more}")
    lowest = []
    for rate in (2.0, 40.0):
        facility, _ = served(tmp_path, FULL, rate, "10 min", ORDER.format(0.95), scenario)
        racks = twin.simulate(facility).frame("racks")
        lowest.append(racks.query("time_s > 60")["clock_frac"].min())
    assert 0.94 < lowest[0] <= 0.95
    assert lowest[1] == 1.0
