"""Case: a service whose requests have stated lengths, and whose prompts are cached in part.

A small room of 16 replicas of Llama 3.1 70B in fp8 on four B200 each. What the case claims is that
stated lengths are taken, that the answer moves fivefold with them, and that a cached prompt is not
read again. Its numbers were those of three fitted rates of a GPU: 84,463 tokens/s for the lengths
of the Azure conversation trace, 55,817 for 4,000 tokens in and 500 out, 229,441 for 1,024 and
1,024, 273,374 for 500 and 4,000, and 125,537 for 4,000 and 500 with 3,000 cached. Since services
add up kernels as `twin predict inference` does, these are 83,077, 58,957, 238,862, 296,674 and
135,403 (-2, +6, +4, +9, +8 %): long answers and long contexts stream keys and values faster than
the one rate of weights, keys and values together. Ratios stand within 11 % of the case's.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import twin

LAYOUT = """
version: 1
name: mini
halls:
  - name: room
    size: [12 m, 8 m, 3.5 m]
    containment: cold_aisle
    rows:
      - {name: pod, racks: 4 x dgx_b200_x2, at: [3 m, 3 m], facing: south, fed_by: panel}
power:
  - {name: grid, type: utility_feed}
  - {name: tx, type: transformer_2500, rating: 630 kW, fed_by: grid}
  - {name: board, type: switchboard_4000, rating: 800 kW, fed_by: tx}
  - {name: ups, type: ups_500, rating: 300 kW, fed_by: board}
  - {name: panel, type: rpp_500, rating: 300 kW, fed_by: ups}
cooling:
  air:
    - {name: cooler, type: inrow_60, count: 4, hall: room, fed_by: board, plant: chw}
  plant:
    - name: chw
      type: chiller_air_430
      fed_by: board
      supply_temperature: 10 °C
      volume: 3 m^3
      pump_power: 4 kW
fabric: {kind: rail_optimised, switch: qm9700, nodes_per_su: 8, fed_by: panel}
storage: {type: superpod_good}
"""
SCENARIO = """
version: 1
name: lengths
layout: mini.yaml
site: {{climate: {{dry_bulb: 20 °C, wet_bulb: 15 °C}}, grid: ireland}}
horizon: {horizon}
workload:
  - kind: inference
    name: chat
    model: Llama-3.1-70B
    nodes: 8
    tensor_parallel: 4
    dtype: fp8
    window: 60 s
    {more}
    requests: {{rate: {rate} / s, diurnal_amplitude: 0, burstiness: 1, {requests}}}
outputs: {{period: 1 min}}
"""


def _services(
    folder: Path, requests: str, rate: float, horizon: str = "5 min", more: str = "", out: str = ""
):
    (folder / "mini.yaml").write_text(LAYOUT)
    text = SCENARIO.format(requests=requests, rate=rate, horizon=horizon, more=more)
    (folder / "x.yaml").write_text(text + out)
    return twin.simulate(twin.build(twin.load(folder / "x.yaml"))).frame("services")


@pytest.mark.parametrize(
    ("requests", "tokens_per_s"),
    [
        ("lengths: azure_2023_conv", 83_077),
        ("input_tokens: 4000, output_tokens: 500", 58_957),
        ("input_tokens: 1024, output_tokens: 1024", 238_862),
        ("input_tokens: 500, output_tokens: 4000", 296_674),
        ("input_tokens: 4000, output_tokens: 500, cached_tokens: 3000", 135_403),
    ],
)
def test_capacity_by_lengths(tmp_path: Path, requests: str, tokens_per_s: float) -> None:
    found = _services(tmp_path, requests, 5000)
    assert found["capacity_tokens_per_s"].iloc[-1] == pytest.approx(tokens_per_s, rel=0.01)
    assert found["utilisation_frac"].iloc[-1] == pytest.approx(1.0)


def test_the_answer_moves_with_the_lengths_as_the_case_says(tmp_path: Path) -> None:
    """Ratios to 4,000 in and 500 out: 4.9 for long answers, 2.25 where prompts are cached."""
    plain, long, cached = (
        _services(tmp_path, requests, 5000)["capacity_tokens_per_s"].iloc[-1]
        for requests in (
            "input_tokens: 4000, output_tokens: 500",
            "input_tokens: 500, output_tokens: 4000",
            "input_tokens: 4000, output_tokens: 500, cached_tokens: 3000",
        )
    )
    assert long / plain == pytest.approx(273_374 / 55_817, rel=0.05)
    assert cached / plain == pytest.approx(125_537 / 55_817, rel=0.05)


@pytest.mark.parametrize("routing", ["round_robin", "least_outstanding"])
def test_requests_one_by_one_agree_with_the_fluid(tmp_path: Path, routing: str) -> None:
    """The same windows of the same arrivals: tokens, energy, and both latencies, whichever way
    requests are sent.
    """
    asked = "lengths: azure_2023_conv"
    way = f"engine: {{routing: {routing}}}"
    fluid = _services(tmp_path, asked, 150, "8 min", way)
    single = _services(tmp_path, asked, 150, "8 min", f"detail: requests\n    {way}")
    assert (single["requests"] == fluid["requests"]).all()
    later = slice(2, None)
    for name, within in (
        ("tokens_served", 0.05),
        ("energy_j", 0.02),
        ("ttft_p95_s", 0.20),
        ("tpot_p50_s", 0.10),
    ):
        one = single[name][later].mean()
        assert one == pytest.approx(fluid[name][later].mean(), rel=within), name


def test_requests_that_run_are_not_given_up(tmp_path: Path) -> None:
    """Patience counts from arrival to the start: what runs is not dropped, however long it runs."""
    more = "detail: requests\n    patience: 0.5 s\n    engine: {routing: round_robin}"
    found = _services(tmp_path, "lengths: azure_2023_conv", 150, "4 min", more)
    assert found["tokens_dropped"].sum() == 0
    left = found["tokens_asked"].sum() - found["tokens_served"].sum()
    assert found["tokens_waiting"].iloc[-1] == pytest.approx(left)


def test_patience_ends_while_the_whole_pool_is_out(tmp_path: Path) -> None:
    """What runs when the pool goes waits to begin anew; who comes later gives up in the end."""
    more = "detail: requests\n    engine: {routing: round_robin}"
    out = "\nfaults: {timeline: [{component: panel, at: 120 s, repair_after: 1 h}]}"
    found = _services(tmp_path, "lengths: azure_2023_conv", 150, "6 min", more, out)
    begun = found["tokens_waiting"].iloc[1]
    a_minute = found["tokens_asked"].iloc[-1]
    assert found["tokens_waiting"].iloc[-1] == pytest.approx(begun + a_minute, rel=0.1)
    assert found["tokens_dropped"].sum() > 2 * a_minute


def test_a_promise_is_kept_less_often_under_more_load(tmp_path: Path) -> None:
    asked = "lengths: azure_2023_conv"
    promise = "slo: {ttft: 200 ms, tpot: 30 ms}"
    calm, busy = (_services(tmp_path, asked, rate, more=promise) for rate in (60, 370))
    assert calm["slo_met_frac"].mean() > 0.95
    assert busy["slo_met_frac"].mean() < calm["slo_met_frac"].mean() - 0.02
    assert busy["ttft_p95_s"].mean() > calm["ttft_p95_s"].mean()
    assert np.all(busy["tpot_p50_s"] > calm["tpot_p50_s"])


@pytest.mark.parametrize(
    ("requests", "said"),
    [
        ("input_tokens: 4000", "output_tokens together"),
        ("input_tokens: 400, output_tokens: 5, cached_tokens: 400", "cached_tokens up to 399"),
        ("lengths: azure_2023_code, input_tokens: 4, output_tokens: 5", "from one place"),
    ],
)
def test_lengths_that_cannot_be(tmp_path: Path, requests: str, said: str) -> None:
    with pytest.raises(twin.InputError, match=said):
        _services(tmp_path, requests, 5)
