"""Prompts read on one fleet and answered on another: the fluid form against requests told apart,
and transfers against those that were published.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from planner import asked, loaded, number, ran

import twin
from twin.errors import InputError
from twin.physics.serving.handover import transfer_s


def split(rate: float, nodes: int = 2, **changes: Any) -> dict[str, Any]:
    """A service of prompts and answers of one length; two DGX nodes make tokens, one reads."""
    requests = {
        "rate": f"{rate} / s", "lengths": "azure_2023_conv", "diurnal_amplitude": 0,
        "burstiness": 1.0,
    }  # fmt: skip
    return {
        "kind": "inference", "name": "chat", "model": "Llama-3.1-70B", "nodes": nodes,
        "tensor_parallel": 4, "dtype": "fp8", "requests": requests, "window": "30 s",
        "prefill": {"nodes": 1},
    } | changes  # fmt: skip


@cache
def layout() -> dict[str, Any]:
    """A unit of air-cooled DGX B200 nodes behind rail-optimised leaves."""
    import yaml

    shipped = Path(twin.__file__).parents[1] / "layouts" / "superpod_b200.yaml"
    return yaml.safe_load(shipped.read_text(encoding="utf-8"))


def served(work: dict[str, Any], **keys: Any) -> twin.Result:
    """Ten minutes of one service."""
    return ran(asked(layout(), workload=[work], horizon="10 min", **keys))


def settled(result: twin.Result) -> pd.Series:
    """The service in its last period."""
    return result.frame("services").drop(columns="service").iloc[-1]


@pytest.mark.parametrize("rate", [20.0, 45.0])
def test_the_fluid_says_what_requests_told_apart_say(rate: float) -> None:
    fluid = settled(served(split(rate)))
    told = settled(served(split(rate, detail="requests")))
    assert fluid["energy_j"] == pytest.approx(told["energy_j"], rel=0.02)
    for name, within in (("ttft_p50_s", 0.20), ("ttft_p95_s", 0.25), ("tpot_p50_s", 0.05)):
        assert fluid[name] == pytest.approx(told[name], rel=within), name


def test_both_forms_find_the_same_capacity() -> None:
    fluid = settled(served(split(150.0)))
    told = settled(served(split(150.0, detail="requests")))
    assert fluid["reading_load_frac"] == pytest.approx(1.0)
    assert fluid["tokens_served"] == pytest.approx(told["tokens_served"], rel=0.02)


def test_the_last_window_of_a_run_is_told_as_in_a_longer_one() -> None:
    """Load and pace at the end of a run are of the window that ends there."""
    work = split(20.0, detail="requests", window="5 min")
    short, long = (
        ran(asked(layout(), workload=[work], horizon=h)).frame("services")
        for h in ("10 min", "15 min")
    )
    assert short["reading_load_frac"].to_numpy() == pytest.approx(
        short["utilisation_frac"].to_numpy(), rel=1e-9
    )
    told = ["reading_load_frac", "time_per_token_s"]
    assert short[told].nunique().tolist() == [2, 2]
    pd.testing.assert_frame_equal(short[told], long[told][:2], check_exact=True)


def test_apart_answers_are_not_held_up_by_prompts() -> None:
    """The reason why it is done: tokens come evenly, whatever is read (arXiv 2401.09670)."""
    long = {"input_tokens": 8000, "output_tokens": 100, "rate": "12 / s", "diurnal_amplitude": 0}
    apart = settled(served(split(0.0, detail="requests", requests=long)))
    whole = split(0.0, nodes=3, detail="requests", requests=long)
    whole.pop("prefill")
    together = settled(served(whole))
    assert apart["tpot_p95_s"] < 0.6 * together["tpot_p95_s"]


def test_a_request_alone_waits_for_its_prompt_its_transfer_and_a_step() -> None:
    lone = {"input_tokens": 4096, "output_tokens": 50, "rate": "0.5 / s", "diurnal_amplitude": 0}
    apart = settled(served(split(0.0, detail="requests", requests=lone)))
    whole = split(0.0, nodes=3, detail="requests", requests=lone)
    whole.pop("prefill")
    together = settled(served(whole))
    keys_and_values = 4096 * 80 * 8 * 128 * 2 * 1.0
    line_b_s = 4 * 50e9
    more_s = float(transfer_s(keys_and_values, line_b_s)) + apart["tpot_p50_s"]
    assert apart["ttft_p50_s"] - together["ttft_p50_s"] == pytest.approx(more_s, rel=0.02)
    assert apart["tpot_p50_s"] == pytest.approx(together["tpot_p50_s"], rel=0.03)


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_layers_sent_while_they_are_computed_shorten_the_first_token(detail: str) -> None:
    """A request alone waits for the last of 80 layers and not for the transfer."""
    lone = {"input_tokens": 4096, "output_tokens": 50, "rate": "0.5 / s", "diurnal_amplitude": 0}
    whole = settled(served(split(0.0, detail=detail, requests=lone)))
    sent = {"nodes": 1, "send": "layers"}
    layers = settled(served(split(0.0, detail=detail, requests=lone, prefill=sent)))
    takes_s = float(transfer_s(4096 * 80 * 8 * 128 * 2 * 1.0, 4 * 50e9))
    saved_s = whole["ttft_p50_s"] - layers["ttft_p50_s"]
    assert saved_s == pytest.approx((1 - 1 / 80) * takes_s, rel=0.02)


def test_published_transfers_lie_near_the_line() -> None:
    """Mooncake's connector for vLLM v1, Qwen3-8B, eight 200 Gbit/s adapters: MB and ms as
    published; tests/data/README.md says what may be shared.
    """
    size_mb = np.array([20, 38, 74, 146, 290, 578, 1130, 2250, 4500])
    took_ms = np.array([0.54, 0.61, 0.92, 1.50, 2.51, 4.75, 8.84, 16.43, 31.65])
    error = transfer_s(size_mb * 1e6, 8 * 25e9) * 1e3 / took_ms - 1
    assert np.abs(error).max() < 0.18
    assert np.abs(error[size_mb > 100]).max() < 0.065


def test_longer_prompts_take_longer_however_long() -> None:
    """A fit of another simulator says 0 ms of 500,000 tokens (the_transfer_that_takes_no_time)."""
    took_s = transfer_s(np.geomspace(1e3, 1e13, 200), 25e9)
    assert (np.diff(took_s) > 0).all()
    assert transfer_s(1.0, 0.0) == np.inf


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_a_lost_reader_halves_the_service_and_is_told_as_the_cause(detail: str) -> None:
    work = split(110.0, nodes=6, detail=detail, prefill={"nodes": 2}, patience="5 s")
    lost = {"timeline": [{"at": "2 min", "component": "compute_r04/node_1", "repair_after": "1 d"}]}
    result = served(work, faults=lost, outputs={"period": "1 min"})
    rows = result.frame("services")["capacity_tokens_per_s"].to_numpy()
    assert rows[-1] == pytest.approx(rows[0] / 2, rel=1e-9)
    causes = result.frame("losses").groupby("cause")["tokens"].sum()
    assert causes["failed"] > 0.9 * causes.sum() > 0
    assert number(result, "token_balance_residual_frac") < 1e-9


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_without_leaves_nothing_is_handed_over(detail: str) -> None:
    leaves = [f"leaf_su1_rail{rail}" for rail in range(1, 9)]
    lost = [{"at": "2 min", "component": leaf, "repair_after": "2 min"} for leaf in leaves]
    work = split(20.0, detail=detail, patience="10 s")
    result = served(work, faults={"timeline": lost}, outputs={"period": "1 min"})
    services = result.frame("services")
    assert services["tokens_served"].iloc[3] < 0.01 * services["tokens_served"].iloc[1]
    assert services["tokens_served"].iloc[-1] == pytest.approx(
        services["tokens_asked"].iloc[-1], rel=0.1
    )
    causes = result.frame("losses").groupby("cause")["tokens"].sum()
    assert causes["fabric"] > 0.9 * causes.sum() > 0


def test_a_split_service_stopped_and_gone_on_with_gives_the_same_bytes(tmp_path: Path) -> None:
    lost = [
        {"at": "2 min", "component": f"leaf_su1_rail{k}", "repair_after": "1 min"} for k in (1, 2)
    ]
    work = split(40.0, detail="requests", patience="20 s")
    scenario = asked(layout(), workload=[work], horizon="5 min", faults={"timeline": lost})
    whole = ran(scenario)
    run = twin.start(twin.build(loaded(scenario)))
    run.until(130.0)
    run.save(tmp_path / "half")
    again = twin.resume(tmp_path / "half").until().result()
    for name in ("services", "site", "losses"):
        pd.testing.assert_frame_equal(whole.frame(name), again.frame(name), check_exact=True)


@pytest.mark.parametrize("changes", [{"nodes": 1}, {"nodes": 4, "prefill": {"nodes": 1}}])
def test_a_pool_without_room_for_one_replica_is_refused(changes: dict[str, Any]) -> None:
    """Four GPUs of a GB200 node hold no replica of eight: nothing would be served at all."""
    work = split(1.0, tensor_parallel=8, **changes)
    with pytest.raises(InputError, match="one replica of 8 GPUs"):
        ran(asked(workload=[work], horizon="10 min"))


def test_smaller_pieces_of_prompts_read_slower() -> None:
    """A budget below the slots of the engine is no contradiction where nothing is made."""
    found = [
        settled(served(split(150.0, prefill={"nodes": 1, "token_budget": budget})))
        for budget in (8192, 256)
    ]
    assert found[1]["capacity_tokens_per_s"] < 0.9 * found[0]["capacity_tokens_per_s"]


@pytest.mark.parametrize("apart", [True, False])
def test_without_numba_single_requests_are_refused_with_the_cure(
    apart: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in an environment of the two command lines of the README: nothing compiled is imported."""
    work = split(1.0, detail="requests")
    if not apart:
        work.pop("prefill")
    for module in ("transfers", "routing", "outage", "engine"):
        monkeypatch.setitem(sys.modules, f"twin.physics.serving.{module}", None)
    monkeypatch.setattr("twin.facility.airflow.installed.find_spec", lambda name: None)
    with pytest.raises(InputError, match="pip install 'ai-factory-twin"):
        served(work)
