"""Claim: published request traces are read as they are published, and what is wrong in one is told
at its line.

Formats: Azure/AzurePublicDataset (2023: seven digits of a second, no end of the last line; 2024:
an offset, and no fraction where it is zero), HPMLL/BurstGPT (failed requests have no response
tokens), kvcache-ai/Mooncake (milliseconds, block hashes of 512 tokens), AIPerf's
profile_export.jsonl, and vllm bench serve --save-detailed.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from twin.errors import InputError
from twin.traces import RequestTrace, read_requests

SHARED = Path(__file__).parents[3] / "shared" / "data" / "workload"
AZURE = """TIMESTAMP,ContextTokens,GeneratedTokens
2023-11-16 18:15:46.6805900,374,44
2023-11-16 18:15:50.9951690,396,109
2023-11-16 18:15:51.2225670,879,55"""
AZURE_2024 = """TIMESTAMP,ContextTokens,GeneratedTokens
2024-05-12 00:00:00+00:00,100,10
2024-05-12 00:00:00.009930+00:00,200,20
2024-05-12 00:00:20+00:00,300,30
"""
BURSTGPT = """Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type
5,ChatGPT,472,18,490,Conversation log
45,ChatGPT,1087,0,1087,Conversation log
118,GPT-4,417,276,693,API log
"""
BURSTGPT_3 = """Timestamp,Session ID,Elapsed time,Model,Request tokens,Response tokens,\
Total tokens,Log Type
19440110.0,1722ac82,43,GPT-4,906,446,1352,Conversation log
19440161.0,d5983bf9,2,ChatGPT,36,29,65,Conversation log
"""
MOONCAKE = [
    {"timestamp": 0, "input_length": 1100, "output_length": 50, "hash_ids": [0, 1, 2]},
    {"timestamp": 0, "input_length": 600, "output_length": 7, "hash_ids": [0, 3]},
    {"timestamp": 3500, "input_length": 512, "output_length": 9, "hash_ids": [0]},
]


def read(folder: Path, text: str) -> RequestTrace:
    path = folder / "trace"
    path.write_text(text, encoding="utf-8")
    return read_requests(path)


def lines(rows: list[dict[str, object]]) -> str:
    return "\n".join(json.dumps(row) for row in rows)


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    return [str(one).replace(str(folder), "") for one in caught.value.problems]


def test_azure_2023_has_seven_digits_of_a_second_and_no_last_end_of_line(tmp_path: Path) -> None:
    trace = read(tmp_path, AZURE)
    assert trace.arrival_s == pytest.approx([0.0, 4.3145790, 4.5419770], abs=5e-8)
    assert trace.input_tokens.tolist() == [374, 396, 879]
    assert trace.output_tokens.tolist() == [44, 109, 55]
    assert trace.block_tokens == 0


def test_azure_2024_has_an_offset_and_sometimes_no_fraction(tmp_path: Path) -> None:
    assert read(tmp_path, AZURE_2024).arrival_s == pytest.approx([0.0, 0.00993, 20.0], abs=5e-8)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_ends_of_lines_and_a_byte_order_mark_change_nothing(tmp_path: Path, end: str) -> None:
    trace = read(tmp_path, "\ufeff" + AZURE.replace("\n", end) + end + end)
    assert len(trace) == 3


def test_failed_requests_of_burstgpt_stay_as_load_and_are_counted(tmp_path: Path) -> None:
    trace = read(tmp_path, BURSTGPT)
    assert trace.arrival_s.tolist() == [0.0, 40.0, 113.0]
    assert trace.output_tokens.tolist() == [18, 0, 276]
    (skip,) = trace.skipped
    assert (skip.count, skip.first_line) == (1, 3)
    assert "kept as load" in skip.why


def test_burstgpt_with_sessions_counts_from_its_first_request(tmp_path: Path) -> None:
    trace = read(tmp_path, BURSTGPT_3)
    assert trace.arrival_s.tolist() == [0.0, 51.0]
    assert trace.input_tokens.tolist() == [906, 36]


def test_mooncake_is_in_milliseconds_with_blocks_of_512_tokens(tmp_path: Path) -> None:
    trace = read(tmp_path, lines(MOONCAKE))
    assert trace.arrival_s.tolist() == [0.0, 0.0, 3.5]
    assert trace.block_tokens == 512
    assert [trace.hashes_of(n).tolist() for n in range(3)] == [[0, 1, 2], [0, 3], [0]]


def test_records_of_aiperf_are_sorted_and_warm_up_and_failures_left_out(tmp_path: Path) -> None:
    def record(start_ns: int, phase: str = "profiling", **more: object) -> dict[str, object]:
        metrics = {
            "input_sequence_length": {"value": 550, "unit": "tokens"},
            "output_sequence_length": {"value": 30, "unit": "tokens"},
        }
        head = {"request_start_ns": start_ns, "benchmark_phase": phase}
        return {"metadata": head, "metrics": metrics, "error": None} | more

    rows = [
        record(9_000_000_000),
        record(1_000_000_000, "warmup"),
        record(8_500_000_000),
        record(8_600_000_000, error={"code": 500}, metrics={}),
    ]
    trace = read(tmp_path, lines(rows))
    assert trace.arrival_s.tolist() == [0.0, 0.5]
    assert [(one.count, one.first_line) for one in trace.skipped] == [(1, 2), (1, 4)]


def test_a_detailed_log_of_vllm_is_read_and_one_without_details_is_refused_with_the_cure(
    tmp_path: Path,
) -> None:
    log = {
        "num_prompts": 2,
        "total_input_tokens": 30,
        "request_throughput": 1.0,
        "input_lens": [10, 20],
        "output_lens": [5, 0],
        "start_times": [100.5, 100.25],
        "errors": ["", "timeout"],
    }
    trace = read(tmp_path, json.dumps(log))
    assert trace.arrival_s.tolist() == [0.0, 0.25]
    assert trace.input_tokens.tolist() == [20, 10]
    assert trace.output_tokens.tolist() == [0, 5]
    del log["start_times"]
    assert "--save-detailed" in refused(tmp_path, json.dumps(log))[0]


def test_every_fault_is_told_at_its_line(tmp_path: Path) -> None:
    told = refused(
        tmp_path,
        AZURE.replace("374,44", "-374,44").replace("396,109", "396") + "\n"
        "2023-11-16 18:15:40.0000000,10,10\n2023-11-16 25:15:40.0000000,10,10\n"
        "2023-11-16 18:15:59.0000000,1e400,nan\n2023-11-16 18:16",
    )
    assert [one.split(": ")[0] for one in told] == [f"/trace:{n}:1" for n in (2, 3, 5, 6, 7, 7, 8)]
    assert "before that of the row above" in told[2]
    assert "cut off here" in told[-1]


def test_a_mooncake_file_with_faults_tells_them_all(tmp_path: Path) -> None:
    rows = [MOONCAKE[0], MOONCAKE[1] | {"output_length": -1}, MOONCAKE[2] | {"hash_ids": "x"}]
    told = refused(tmp_path, lines(rows) + '\n{"timestamp": 4')
    assert [one.split(": ")[0] for one in told] == ["/trace:2:1", "/trace:3:1", "/trace:4:1"]
    fell = [MOONCAKE[2], MOONCAKE[0]]
    assert "3.5 s before" in refused(tmp_path, lines(fell))[0]
    misfit = [MOONCAKE[0], MOONCAKE[2] | {"hash_ids": [0, 1]}]
    assert "fit no size of blocks" in refused(tmp_path, lines(misfit))[0]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "an empty file"),
        (b"\x1f\x8b\x08", "a gzip file"),
        (b"a,b\n1,2\n", "the columns a, b"),
        (AZURE.encode() + b"\n\xff\xfe", "the byte 0xff"),
        (AZURE.split("\n")[0].encode(), "no requests"),
        (AZURE.encode() + b'\n"2023', "broken CSV"),
        (b"{" * 100_000, "the columns"),
        (b"[" * 100_000, "the columns"),
        (AZURE.encode() + b"\n" + b"x" * 9_000_000, "a line of more than 4 MB"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "trace"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_requests(path)
    assert told in str(caught.value)


def test_thousands_of_faults_are_counted_and_fifty_listed(tmp_path: Path) -> None:
    told = refused(tmp_path, "arrival_s,input_tokens,output_tokens\n" + "x,1,1\n" * 5000)
    assert len(told) == 51
    assert "4,950 more" in told[-1]


def test_blocks_of_a_long_file_join_without_a_seam(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "".join(f"{n / 8},{n % 97 + 1},{n % 31}\n" for n in range(500))
    text = "arrival_s,input_tokens,output_tokens\n" + rows
    whole = read(tmp_path, text)
    monkeypatch.setattr("twin.traces.lines.BLOCK_BYTES", 37)
    parts = read(tmp_path, text)
    for one, other in zip(
        (whole.arrival_s, whole.input_tokens, whole.output_tokens),
        (parts.arrival_s, parts.input_tokens, parts.output_tokens),
        strict=True,
    ):
        np.testing.assert_array_equal(one, other)


@pytest.mark.skipif(not SHARED.exists(), reason="the supplied traces are not beside this project")
def test_the_supplied_traces_have_the_counts_that_are_published() -> None:
    conv = read_requests(SHARED / "trace_azure2023_conv.csv")
    assert (len(conv), round(conv.span_s, 1)) == (10_108, 1799.9)
    assert round(float(conv.input_tokens.mean()), 1) in (1243.2, 1243.3)
    assert round(float(conv.output_tokens.mean()), 1) == 217.3
    assert (np.median(conv.input_tokens), np.median(conv.output_tokens)) == (1033, 134)
    code = read_requests(SHARED / "trace_azure2023_code.csv")
    assert len(code) == 5_740
    assert (np.median(code.input_tokens), np.median(code.output_tokens)) == (1459.5, 13)
    talk = read_requests(SHARED / "trace_mooncake_conversation.jsonl")
    assert (len(talk), talk.block_tokens) == (3_000, 512)
