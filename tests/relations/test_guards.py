"""Guards: what they read is what their service is asked, and what they stop never reaches it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from conftest import small_layout
from planner import answer, asked, loaded, written

import twin
from twin.errors import InputError
from twin.facility.serving.lengths import length_law, pool_named
from twin.simulation.serving.arrivals import single_requests

INSTRUCTIONS = 300
VERDICT = 4


def chat(**changes: Any) -> dict[str, Any]:
    """A service of 5 requests a second, all alike."""
    requests = {
        "rate": "5 / s",
        "input_tokens": 600,
        "output_tokens": 120,
        "diurnal_amplitude": 0.0,
        "burstiness": 1.0,
    }
    return {
        "kind": "inference",
        "name": "chat",
        "model": "Llama-3.1-8B",
        "nodes": 2,
        "requests": requests,
    } | changes


def guard(reads: list[str], **more: Any) -> dict[str, Any]:
    """A guard of the chat."""
    guards = {
        "service": "chat",
        "reads": reads,
        "instructions_tokens": INSTRUCTIONS,
        "verdict_tokens": VERDICT,
        **more,
    }
    return {
        "kind": "inference",
        "name": "guard",
        "model": "Llama-3.1-8B",
        "nodes": 1,
        "requests": {"guards": guards, "cached_tokens": INSTRUCTIONS},
    }


def services(*workload: dict[str, Any]) -> pd.DataFrame:
    """(service,) totals of an hour."""
    found = answer(small_layout(2, 2), workload=list(workload)).frame("services")
    return found.groupby("service")[["requests", "tokens_asked", "tokens_served"]].sum()


def test_a_guard_reads_every_prompt_and_every_answer() -> None:
    """Two requests for each of the chat, whose own stay as they are without a guard."""
    alone = services(chat())
    both = services(chat(), guard(["prompt", "answer"]))
    assert both.loc["chat"].equals(alone.loc["chat"])
    assert both.loc["guard", "requests"] == 2 * alone.loc["chat", "requests"]
    assert both.loc["guard", "tokens_asked"] == pytest.approx(
        VERDICT * both.loc["guard", "requests"]
    )


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_what_a_guard_stops_is_neither_answered_nor_read_again(detail: str) -> None:
    """A fifth of 18,000 prompts, within four standard errors; answers are read of the others."""
    works = chat(detail=detail), guard(["prompt", "answer"], blocked=0.2) | {"detail": detail}
    found = services(*works)
    come = services(chat())["requests"]["chat"]
    passed = found.loc["chat", "requests"]
    assert passed == pytest.approx(0.8 * come, abs=4 * np.sqrt(0.16 * come))
    assert found.loc["guard", "requests"] == pytest.approx(come + passed, rel=0.01)


def test_requests_one_by_one_and_as_a_fluid_cost_the_same() -> None:
    """Tokens of a guard and its energy by both forms."""
    energy = {}
    for detail in ("fluid", "requests"):
        works = [chat(detail=detail), guard(["prompt"]) | {"detail": detail}]
        found = answer(small_layout(2, 2), workload=works).frame("services")
        energy[detail] = found.groupby("service")["energy_j"].sum()["guard"]
    assert energy["requests"] == pytest.approx(energy["fluid"], rel=0.02)


@pytest.mark.parametrize("reads", [["prompt"], ["answer"], ["prompt", "answer"]])
def test_lengths_of_the_fluid_are_those_of_the_requests(reads: list[str]) -> None:
    """Mean and spread of log-normal prompts, and of prompts with answers."""
    spread = chat(requests={"rate": "20 / s", "lengths": "azure_2023_conv"})
    asked_of = loaded(asked(small_layout(2, 2), workload=[spread, guard(reads, blocked=0.0)]))
    pool = pool_named(asked_of, "guard")
    drawn = single_requests(asked_of, pool).prompt_tokens
    law = length_law(asked_of, pool)
    assert drawn.mean() == pytest.approx(law.input_tokens, rel=0.02)
    spread_frac = np.sqrt(np.expm1(law.input_log_sigma**2))
    assert drawn.std() / drawn.mean() == pytest.approx(spread_frac, rel=0.05)


def test_a_guard_of_a_trace_reads_its_prompts(tmp_path: Path) -> None:
    trace = tmp_path / "trace.csv"
    rows = "".join(f"{k * 10},{400 + k},{50 + k}\n" for k in range(60))
    trace.write_text("arrival_s,input_tokens,output_tokens\n" + rows)
    recorded = chat(requests={"trace": trace.name}, detail="requests")
    works = [recorded, guard(["prompt"]) | {"detail": "requests"}]
    run = twin.run(written(asked(small_layout(2, 2), workload=works), tmp_path))
    found = run.frame("services").groupby("service")[["requests", "tokens_served"]].sum()
    assert found["requests"].to_dict() == {"chat": 60, "guard": 60}
    assert found.loc["guard", "tokens_served"] == 60 * VERDICT


@pytest.mark.parametrize(
    ("works", "says"),
    [
        ([chat(), guard(["prompt"], service="chta")], "did you mean 'chat'"),
        ([chat(), guard(["prompt"], service="guard")], "that is no guard"),
        ([chat(), guard(["answer"], blocked=0.1)], "blocked with prompt"),
        ([chat(), guard([])], "each once"),
        ([chat(), guard(["prompt"]) | {"window": "60 s"}], "the 300 s of chat"),
        (
            [
                chat(),
                guard(["prompt"]) | {"requests": {"guards": {"service": "chat"}, "rate": "1 / s"}},
            ],
            "guards without rate",
        ),
    ],
)
def test_guards_of_nothing_are_refused(works: list[dict[str, Any]], says: str) -> None:
    with pytest.raises(InputError, match=says):
        answer(small_layout(2, 2), workload=works)


def seen_of_chat(detail: str = "fluid", **choice: str) -> dict[str, float]:
    """Latencies of the chat in the last period, and its guard's to a whole verdict."""
    reads = ["prompt", "answer"]
    workload = [chat(detail=detail), guard(reads, **choice) | {"detail": detail}]
    found = answer(small_layout(2, 2), workload=workload).frame("services")
    last = found[found.time_s == found.time_s.max()].set_index("service")
    told = last.loc["chat"].to_dict()
    of_guard = last.loc["guard"]
    for k in ("p50", "p95", "p99"):
        between = of_guard[f"tpot_{k}_s"] * (VERDICT - 1)
        told[f"verdict_{k}_s"] = of_guard[f"ttft_{k}_s"] + between
    return told


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_a_user_whose_prompt_is_checked_first_waits_for_the_verdict_too(detail: str) -> None:
    seen = seen_of_chat(detail)
    assert seen["shown_p50_s"] == pytest.approx(seen["ttft_p50_s"] + seen["verdict_p50_s"])
    both = seen["ttft_p95_s"] + seen["verdict_p95_s"]
    assert seen["shown_p50_s"] < seen["shown_p95_s"] <= both


def test_a_prompt_checked_beside_its_answer_costs_the_longer_of_both() -> None:
    seen = seen_of_chat(prompt_check="beside")
    for k in ("p50", "p95", "p99"):
        longer = max(seen[f"ttft_{k}_s"], seen[f"verdict_{k}_s"])
        assert seen[f"shown_{k}_s"] == pytest.approx(longer)


def test_an_answer_that_is_held_is_shown_whole_and_checked() -> None:
    streamed = seen_of_chat()
    held = seen_of_chat(answer_check="held")
    whole = 119 * held["tpot_p50_s"]
    more = held["shown_p50_s"] - streamed["shown_p50_s"]
    assert more == pytest.approx(whole + held["verdict_p50_s"])


def test_without_a_guard_users_see_what_the_service_makes() -> None:
    found = answer(small_layout(2, 2), workload=[chat()]).frame("services")
    for k in ("p50", "p95", "p99"):
        assert found[f"shown_{k}_s"].equals(found[f"ttft_{k}_s"])
