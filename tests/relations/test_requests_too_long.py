"""Services and forecasts refuse alike what a model was not released for, and take what their
engine ships with on their GPU.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import small_layout
from planner import answer, asked, loaded, written

import twin
from twin.cli import main

LIMIT = "at most the 8,192 tokens that Llama-3-8B was released for, prompt and answer together"


def service(requests: dict[str, Any], engine: dict[str, Any] | None = None) -> dict[str, Any]:
    """A service of a model that was released for 8,192 tokens."""
    return {
        "kind": "inference", "name": "chat", "model": "Llama-3-8B", "nodes": 2,
        "tensor_parallel": 1, "requests": requests, "engine": engine or {},
    }  # fmt: skip


def codes(scenario: dict[str, Any]) -> dict[str, str]:
    """What a review says, by its code."""
    return {row["code"]: row["says"] for row in twin.check(loaded(scenario))["findings"]}


TOO_LONG = {"rate": "1 / s", "input_tokens": 8000, "output_tokens": 193}


@pytest.mark.parametrize("verb", [["check"], ["run", "--overwrite"]])
def test_one_token_too_many_is_refused_at_its_line(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the reviewer and before a run, with the cure; one fewer is taken."""
    path = written(asked(workload=[service(TOO_LONG)]), tmp_path)
    assert main([verb[0], str(path), *verb[1:]]) == 2
    said = capsys.readouterr().err
    line = path.read_text(encoding="utf-8").split('"requests"')[0].count("\n") + 1
    assert f"scenario.yaml:{line}:" in said
    assert LIMIT in said
    assert "engine.context_tokens" in said
    fits = service(TOO_LONG | {"output_tokens": 192})
    assert "requests_too_long" not in codes(asked(workload=[fits]))


def test_a_forecast_refuses_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    """And takes it where the engine is set to stretched positions."""
    ask = ["predict", "inference", "--model", "Llama-3-8B", "--gpu", "H100", "--concurrency", "4"]
    assert main([*ask, "--input", "8000", "--output", "192"]) == 0
    assert main([*ask, "--input", "8000", "--output", "193"]) == 2
    said = capsys.readouterr().err
    assert LIMIT in said
    assert "--context 8193" in said
    assert main([*ask, "--input", "8000", "--output", "193", "--context", "8193"]) == 0
    assert main([*ask, "--input", "800", "--output", "193", "--context", "900"]) == 2


def test_an_engine_may_be_set_otherwise() -> None:
    """Longer for stretched positions, shorter to keep memory."""
    longer = codes(asked(workload=[service(TOO_LONG, {"context_tokens": 16_384})]))
    assert not {"requests_too_long", "some_requests_too_long"} & set(longer)
    short = service(TOO_LONG | {"input_tokens": 900}, {"context_tokens": 1024})
    assert "the engine is set to" in codes(asked(workload=[short]))["requests_too_long"]


def test_some_of_a_trace_are_told(tmp_path: Path) -> None:
    """Of 40 recorded requests one is too long: it is told with its length, and answered."""
    lines = [f"{i},{1000 if i else 8100},100" for i in range(40)]
    trace = tmp_path / "asked.csv"
    trace.write_text("\n".join(["arrival_s,input_tokens,output_tokens", *lines]), encoding="utf-8")
    path = written(asked(workload=[service({"trace": trace.name})]), tmp_path)
    said = {row["code"]: row["says"] for row in twin.check(path)["findings"]}
    assert said["some_requests_too_long"].startswith("2.5 % of its requests are longer, up to 8,2")


def test_the_older_scheduler_says_what_it_is() -> None:
    """`vllm` stays what it was; its later releases have a row of their own."""
    stream = {"rate": "1 / s"}
    for software, told in (("vllm", True), ("vllm_async", False), ("tensorrt_llm", False)):
        found = codes(asked(workload=[service(stream, {"software": software})]))
        assert ("older_scheduler" in found) is told


@pytest.mark.parametrize(
    ("rack", "limits"), [("dgx_a100_x4", (256, 2048)), ("dgx_h100_x4", (1024, 8192))]
)
def test_a_service_has_what_its_engine_ships_with_there(rack: str, limits: tuple[int, int]) -> None:
    """VLLM's API server allows less on an A100: as if the planner had stated it."""
    layout = small_layout(liquid=0)
    layout["halls"][0]["rows"][0]["racks"] = f"1 x {rack}"
    stated = {"software": "vllm", "max_sequences": limits[0], "token_budget": limits[1]}
    stream = {"rate": "200 / s", "input_tokens": 200, "output_tokens": 300}
    served = []
    for engine in ({"software": "vllm"}, stated):
        work = service(stream, engine) | {"dtype": "bf16"}
        result = answer(layout, workload=[work], horizon="20 min")
        served.append(result.frame("services").to_csv())
    assert served[0] == served[1]


def learner(**rollouts: Any) -> dict[str, Any]:
    """A job that learns from its own answers."""
    made = {"samples": 64, "output_tokens": 1000} | rollouts
    return {
        "kind": "training", "name": "rl", "model": "Llama-3-8B", "nodes": 2, "zero_stage": 3,
        "global_batch_sequences": 64, "sequence_length": 4096, "rollouts": made,
    }  # fmt: skip


def test_answers_that_a_job_learns_from_are_as_long_as_its_model_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Prompt and longest answer together, refused at their line; taken where the engine is set."""
    fits = learner(prompt_tokens=4192)
    assert "requests_too_long" not in codes(asked(workload=[fits]))
    path = written(asked(workload=[learner(prompt_tokens=4193)]), tmp_path)
    assert main(["check", str(path)]) == 2
    said = capsys.readouterr().err
    line = path.read_text(encoding="utf-8").split('"rollouts"')[0].count("\n") + 1
    assert f"scenario.yaml:{line}:" in said
    assert "cut at 4,000 tokens (`longest_output`) behind 4,193 of a prompt" in said
    assert LIMIT in said
    stretched = learner(prompt_tokens=4193, context_tokens=16_384)
    assert "requests_too_long" not in codes(asked(workload=[stretched]))


def test_training_on_longer_sequences_is_told_and_done() -> None:
    """It teaches positions; a forecast says the same."""
    longer = learner() | {"sequence_length": 16_384}
    del longer["rollouts"]
    says = "sequences of 16,384 tokens; Llama-3-8B was released for 8,192"
    assert codes(asked(workload=[longer]))["sequences_stretched"] == says
    found = twin.predict_training("Llama-3-8B", "H100", 8, sequence_length=16_384, zero_stage=3)
    assert says in found.notes
