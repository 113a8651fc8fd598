"""`twin predict inference`: keys, relations that must hold, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from conftest import ROOT

from twin import InputError, predict_inference
from twin.cli import main

KEYS = {
    "output_tokens_per_s", "output_tokens_per_s_per_gpu", "ttft_s", "tpot_s", "gpu_power_w",
    "joules_per_token", "step_s", "mfu", "bound_by", "uncertainty_frac", "extrapolated",
}  # fmt: skip
Ask = Callable[..., dict[str, Any]]
LLAMA = ("--model", "meta-llama/Llama-3.3-70B-Instruct", "--input", "1000", "--output", "500")


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    def answer(*options: str) -> dict[str, Any]:
        assert main(["predict", "inference", *options, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return answer


def test_what_it_prints(ask: Ask) -> None:
    found = ask(*LLAMA, "--gpu", "h200", "--tp", "2", "--dtype", "fp8")
    assert found.keys() >= KEYS
    assert found["gpu"] == "H200-SXM-141GB"
    per_gpu = found["output_tokens_per_s_per_gpu"]
    assert found["output_tokens_per_s"] == pytest.approx(2 * per_gpu)
    assert found["joules_per_token"] == pytest.approx(found["gpu_power_w"] / per_gpu)
    assert 75 < found["gpu_power_w"] <= 700 * (1 + 1e-5)
    assert "--profile none" in found["notes"][0]
    assert found["bound_by"] in ("compute", "memory", "communication", "host")


def test_more_in_flight_makes_more_tokens_and_slower_ones(ask: Ask) -> None:
    few, many = (
        ask(*LLAMA, "--gpu", "H100", "--tp", "4", "--concurrency", n) for n in ("4", "128")
    )
    assert many["output_tokens_per_s"] > 8 * few["output_tokens_per_s"]
    assert many["tpot_s"] > few["tpot_s"]
    assert many["joules_per_token"] < few["joules_per_token"]
    # Little's law: a request is in flight from its place to its last token.
    for found in (few, many):
        flight_s = found["ttft_s"] + (found["output_tokens"] - 1) * found["tpot_s"]
        rate = found["output_tokens_per_s"] / found["output_tokens"]
        assert rate * flight_s == pytest.approx(found["concurrency"], rel=0.05)


@pytest.mark.parametrize("output", ["1", "2"])
def test_a_gpu_that_reads_one_prompt_after_another_never_rests(output: str, ask: Ask) -> None:
    """On one stage; on four with one prompt of one piece each works a quarter of the time."""
    asked = (*LLAMA[:2], "--gpu", "H200", "--tp", "2", "--concurrency", "1", "--output", output)
    full_w = 700.0
    assert ask(*asked, "--input", "32000")["gpu_power_w"] == pytest.approx(full_w, rel=0.01)
    if output == "1":
        by_turns = ask(*asked, "--input", "2000", "--pp", "4")
        held_w = 120.0
        assert by_turns["gpu_power_w"] == pytest.approx((full_w + 3 * held_w) / 4, rel=0.01)


def test_a_gpu_without_tables_says_so(ask: Ask) -> None:
    found = ask(*LLAMA, "--gpu", "MI300X", "--dtype", "bf16")
    assert found["extrapolated"]
    assert found["uncertainty_frac"] >= 0.25
    assert "carried over" in found["source"]


def test_a_power_cap_takes_clock_and_tokens(ask: Ask) -> None:
    options = (*LLAMA, "--gpu", "H200", "--dtype", "fp8", "--tp", "2", "--profile", "none")
    full, capped = ask(*options), ask(*options, "--power-cap", "450 W")
    assert full["clock_frac"] == 1.0
    assert 0.4 < capped["clock_frac"] < 0.95
    assert capped["gpu_power_w"] == pytest.approx(450, rel=0.01)
    fewer = capped["output_tokens_per_s"] / full["output_tokens_per_s"]
    assert capped["clock_frac"] < fewer < 1.0  # what streams does not slow down
    assert capped["joules_per_token"] < full["joules_per_token"]


def test_every_name_that_is_wrong_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    wrong = ["--model", "lama", "--gpu", "H101", "--software", "vlm", "--input", "0"]
    assert main(["predict", "inference", *wrong, "--output", "5", "--parallelism", "PP2"]) == 2
    told = capsys.readouterr().err
    assert all(part in told for part in ("--model", "--gpu", "--software", "--input", "PP2"))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--gpu", "H100", "--tp", "1", "--dtype", "bf16"), "2 GPUs hold it as --parallelism TP2;"),
        (("--gpu", "H100", "--tp", "3"), "divisor"),
        (("--gpu", "H100", "--tp", "3", "--dtype", "bf16"), "it is held by TP2, TP4, TP8\n"),
        (("--gpu", "L40S", "--dtype", "bf16"), "4 GPUs hold it as --parallelism TP1PP4;"),
        (("--gpu", "H100", "--parallelism", "DEP4", "--dtype", "bf16"), "TP2, TP4, TP8\n"),
        (("--gpu", "H100", "--tp", "2", "--dtype", "fp4"), "bf16, fp8"),
        (("--gpu", "H101"), "H100"),
        (("--gpu", "H100", "--parallelism", "XP4"), "DEP"),
        (("--gpu", "H100", "--parallelism", "DEP4"), "experts"),
        (("--gpu", "H100", "--tp", "2", "--parallelism", "TP4"), "one of them"),
        (("--gpu", "H100", "--concurrency", "-3"), "max"),
        (("--gpu", "H100", "--concurrency", "0"), "or max: as many as fit"),
        (("--gpu", "H100", "--tp", "2", "--software", "vlm"), "vllm"),
        (("--gpu", "H100", "--tp", "2", "--kv-dtype", "fp4"), "fp8"),
        (("--gpu", "H100", "--tp", "16", "--dtype", "fp8"), "scale-up domain"),
        (("--gpu", "H100", "--tp", "4", "--input", "200000"), "at most the 131,072 tokens that"),
        (("--gpu", "H100", "--tp", "4", "--cached", "1000"), "at most 999"),
        (("--gpu", "H100", "--tp", "4", "--cached", "nan"), "at least 0"),
    ],
)
def test_what_cannot_be_is_refused_with_its_cure(
    options: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "inference", *LLAMA, *options]) == 2
    assert said in capsys.readouterr().err


def test_every_quantity_without_its_unit_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    """All at once, each at its option; and how long `twin ride-through` is to watch."""
    asked = ("--gpu", "H200", "--power-cap", "300", "--link", "fast", "--draft-time", "5 W")
    assert main(["predict", "inference", *LLAMA, *asked]) == 2
    said = capsys.readouterr().err
    assert [line.split(":")[0] for line in said.splitlines()] == [
        "--power-cap",
        "--draft-time",
        "--link",
    ]
    assert "'300' has none" in said
    design = str(ROOT / "layouts" / "edge_200kw.yaml")
    assert main(["ride-through", design, "--lose", "inrow_1", "--for", "5"]) == 2
    assert "--for" in capsys.readouterr().err


def test_drafts_are_asked_as_a_service_has_them(ask: Ask) -> None:
    one = (*LLAMA, "--gpu", "h200", "--tp", "2", "--dtype", "fp8", "--concurrency", "1")
    plain = ask(*one)
    ahead = ask(*one, "--drafts", "3", "--acceptance", "0.7")
    paid = ask(*one, "--drafts", "3", "--acceptance", "0.7", "--draft-time", "1 ms")
    assert plain["tokens_per_step"] == 1.0
    assert ahead["tokens_per_step"] == pytest.approx(1 + 0.7 + 0.49 + 0.343)
    assert ahead["output_tokens_per_s"] > paid["output_tokens_per_s"] > plain["output_tokens_per_s"]
    assert ahead["notes"]


def test_answers_that_differ_hold_more_context(
    ask: Ask, capsys: pytest.CaptureFixture[str]
) -> None:
    """As many in flight, of whom the longer ones stay: 1,000 and half of 500, or of 500 times
    1 + 1.2 squared. Almost alike is as alike.
    """
    asked = (*LLAMA, "--gpu", "H100", "--tp", "4", "--dtype", "fp8", "--concurrency", "128")
    alike, almost, apart = (ask(*asked, "--output-deviation", n) for n in ("0", "1", "600"))
    assert alike == ask(*asked)
    assert almost["output_tokens_per_s"] == pytest.approx(alike["output_tokens_per_s"], rel=3e-3)
    assert 0.97 < apart["output_tokens_per_s"] / alike["output_tokens_per_s"] < 0.995
    held = (1000 + 250 * (1 + 1.2**2)) / 1250
    assert 1.01 < apart["tpot_apart_s"] / alike["tpot_apart_s"] < held
    for wrong in ("-1", "inf", "5001"):
        asked_wrong = ["predict", "inference", *asked, "--output-deviation", wrong]
        assert main(asked_wrong) == 2
        assert "0 to 10 times --output" in capsys.readouterr().err


def test_drafts_without_a_chance_are_refused(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["predict", "inference", *LLAMA, "--gpu", "h200", "--tp", "2", "--drafts", "1"]
    assert main(asked) == 2
    assert "--acceptance" in capsys.readouterr().err


SPLIT = (
    *LLAMA[:2], "--input", "4000", "--output", "400", "--gpu", "h200", "--dtype", "fp8",
    "--profile", "none",
)  # fmt: skip


def test_prompts_read_by_others_leave_the_pace_of_tokens_to_themselves(ask: Ask) -> None:
    together = ask(*SPLIT, "--tp", "4", "--concurrency", "64")
    apart = ask(*SPLIT, "--tp", "4", "--concurrency", "64", "--prefill", "TP4")
    assert apart["tpot_s"] < 0.7 * together["tpot_s"]
    read_alone = ask(*SPLIT, "--tp", "4", "--concurrency", "1")["ttft_s"]
    assert apart["prefill_s"] == pytest.approx(read_alone, rel=0.03)


def test_the_readers_are_as_many_as_their_load_asks(ask: Ask) -> None:
    half = ask(
        *SPLIT, "--tp", "4", "--concurrency", "64", "--prefill", "TP4", "--prefill-load", "0.5"
    )
    full = ask(
        *SPLIT, "--tp", "4", "--concurrency", "64", "--prefill", "TP4", "--prefill-load", "0.9"
    )
    prompts_per_s = half["output_tokens_per_s"] / 400
    assert half["prefill_gpus"] == pytest.approx(prompts_per_s * half["prefill_s"] / 0.5 * 4)
    wait_s = full["ttft_s"] - half["ttft_s"]
    queue = 0.9 / (2 * 0.1) - 0.5 / (2 * 0.5)
    assert wait_s == pytest.approx(queue * half["prefill_s"], rel=1e-6)
    total = half["output_tokens_per_s"] / half["output_tokens_per_s_per_gpu"]
    assert total == pytest.approx(4 + half["prefill_gpus"])


def test_layers_sent_while_they_are_computed_leave_one_to_wait_for(ask: Ask) -> None:
    """Over a fast link the last of 80 layers; over a slow one all but what reading hides."""
    asked = (*SPLIT, "--tp", "4", "--concurrency", "8", "--prefill", "TP4")
    for link in ("400 Gbit/s", "8 Gbit/s"):
        whole = ask(*asked, "--link", link)
        layers = ask(*asked, "--link", link, "--send", "layers")
        assert layers["transfer_s"] == whole["transfer_s"]
        hidden_s = whole["ttft_s"] - layers["ttft_s"]
        most_s = (1 - 1 / 80) * min(whole["transfer_s"], whole["prefill_s"])
        assert hidden_s == pytest.approx(most_s, rel=1e-6)


def test_prompts_wait_for_lines_that_others_use(ask: Ask) -> None:
    """A line that is faster than a reader reads is waited for by those alone who come from others;
    a slower one as if it read, and one that carries less than is read is refused with its number.
    """
    asked = (*SPLIT, "--tp", "4", "--concurrency", "8", "--prefill", "TP4", "--link")
    fast = ask(*asked, "400 Gbit/s")
    slow = ask(*asked, "8 Gbit/s")
    read_s = fast["prefill_s"]
    reading_s = 0.7 * read_s / (2 * 0.3)
    load = 0.7 / read_s * slow["transfer_s"]
    sending_s = load * slow["transfer_s"] / (2 * (1 - load))
    assert slow["transfer_s"] > read_s
    assert slow["wait_s"] == pytest.approx(sending_s, rel=1e-6)
    few = fast["output_tokens_per_s"] / 400 * fast["transfer_s"]
    behind_s = few * fast["transfer_s"] / (2 * (1 - few))
    assert fast["wait_s"] == pytest.approx(reading_s + behind_s, rel=1e-6)
    with pytest.raises(InputError, match=r"above 6\.72 Gbit/s, for so many keys and values"):
        predict_inference(
            "llama-3.1-70b", "h200", 4000, 400, dtype="fp8", parallelism="TP4", concurrency=8,
            prefill="TP4", link_bit_s=5e9, profile="none",
        )  # fmt: skip


def test_a_tenth_of_the_link_takes_ten_times_as_long(ask: Ask) -> None:
    fast = ask(*SPLIT, "--tp", "4", "--concurrency", "8", "--prefill", "TP4")
    slow = ask(*SPLIT, "--tp", "4", "--concurrency", "8", "--prefill", "TP4", "--link", "40 Gbit/s")
    keys_and_values = 4000 * 80 * 8 * 128 * 2
    assert fast["transfer_s"] == pytest.approx(0.45e-3 + keys_and_values / (0.72 * 4 * 50e9))
    assert slow["transfer_s"] - 0.45e-3 == pytest.approx(10 * (fast["transfer_s"] - 0.45e-3))


def test_a_pool_apart_makes_what_the_prediction_says(ask: Ask) -> None:
    """The service of a run, at the load where as many are in flight, against the forecast."""
    from planner import asked, ran

    requests = {
        "rate": "30 / s", "input_tokens": 2000, "output_tokens": 400, "diurnal_amplitude": 0,
        "burstiness": 1.0,
    }  # fmt: skip
    work = {
        "kind": "inference", "name": "chat", "model": "Llama-3.1-70B", "nodes": 2,
        "tensor_parallel": 4, "dtype": "fp8", "requests": requests, "window": "30 s",
        "prefill": {"nodes": 4}, "engine": {"software": "tensorrt_llm", "max_sequences": 64},
    }  # fmt: skip
    rows = ran(asked(workload=[work], horizon="10 min")).frame("services")
    said = ask(
        "--model", "Llama-3.1-70B", "--gpu", "gb200", "--tp", "4", "--dtype", "fp8", "--input",
        "2000", "--output", "400", "--concurrency", "64", "--prefill", "TP4",
    )  # fmt: skip
    made = rows["capacity_tokens_per_s"].iloc[-1] / 2
    assert made == pytest.approx(said["output_tokens_per_s"], rel=0.01)


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--prefill", "XP2"), "--prefill"),
        (("--prefill", "TP3"), "--prefill"),
        (("--prefill", "TP2", "--prefill-load", "1"), "--prefill-load"),
        (("--prefill", "TP2", "--link", "0 bit/s"), "--link"),
    ],
)
def test_readers_that_cannot_be_are_refused(
    options: tuple[str, ...], named: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["predict", "inference", *SPLIT, "--tp", "4", *options]) == 2
    assert named in capsys.readouterr().err


def test_people_see_nothing_of_what_they_did_not_ask(capsys: pytest.CaptureFixture[str]) -> None:
    """Pools apart only where prompts are read by others; bytes of weights in GB."""
    asked = ["predict", "inference", *SPLIT, "--tp", "4", "--concurrency", "8"]
    assert main(asked) == 0
    plain = capsys.readouterr().out
    assert "GB" in plain
    assert "prefill" not in plain
    assert main([*asked, "--prefill", "TP4"]) == 0
    assert "prefill gpus" in capsys.readouterr().out
