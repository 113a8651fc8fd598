"""`twin trace` tells what a file holds, and changes a trace without changing how bursty it is."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.sources import DATA
from twin.cli import main
from twin.traces import read_requests

SHARED = Path(__file__).parents[3] / "shared" / "data" / "workload"
WITHIN = 0.1
"""Of the index of dispersion, from a trace to what was made of it."""


def bursty(folder: Path, seconds: int = 7200, rate: float = 20.0) -> Path:
    """Requests whose rate is redrawn every 40 s: bursty at every scale above a second."""
    draw = np.random.default_rng(5)
    level = np.repeat(draw.gamma(4.0, rate / 4.0, seconds // 40 + 1), 40)[:seconds]
    count = draw.poisson(level)
    times_s = np.sort(np.repeat(np.arange(seconds), count) + draw.uniform(0, 1, count.sum()))
    lengths = draw.integers(1, 2000, (times_s.size, 2))
    rows = [f"{t:.6f},{a},{b}" for t, (a, b) in zip(times_s, lengths, strict=True)]
    path = folder / "bursty.csv"
    path.write_text("\n".join(["arrival_s,input_tokens,output_tokens", *rows]))
    return path


def said(capsys: Any, *words: str) -> dict[str, Any]:
    assert main(["trace", *words, "--json"]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_a_poisson_stream_has_a_dispersion_of_one(tmp_path: Path, capsys: Any) -> None:
    times_s = np.cumsum(np.random.default_rng(1).exponential(0.1, 80_000))
    path = tmp_path / "poisson.csv"
    rows = "\n".join(f"{t:.6f},10,10" for t in times_s)
    path.write_text(f"arrival_s,input_tokens,output_tokens\n{rows}\n")
    found = said(capsys, "describe", str(path))
    assert found["requests"] == 80_000
    assert found["rate_per_s"]["mean"] == pytest.approx(10.0, rel=0.02)
    assert found["interarrival_cv"] == pytest.approx(1.0, abs=0.02)
    short = {scale: found["dispersion_by_window"][scale] for scale in ("1 s", "10 s", "60 s")}
    assert short == pytest.approx(dict.fromkeys(short, 1.0), abs=0.25)
    assert set(found["dispersion_by_window"]) == {"1 s", "10 s", "60 s", "600 s"}


@pytest.mark.parametrize("rate", [4.0, 1.5, 0.5])
def test_more_or_fewer_requests_are_as_bursty_at_every_scale(
    tmp_path: Path, capsys: Any, rate: float
) -> None:
    path = bursty(tmp_path)
    before = said(capsys, "describe", str(path))
    out = tmp_path / "new.csv"
    after = said(capsys, "rescale", str(path), "--rate", str(rate), "--out", str(out))
    assert after["requests"] == pytest.approx(rate * before["requests"], rel=0.01)
    assert after["output_tokens"]["total"] == pytest.approx(
        rate * before["output_tokens"]["total"], rel=0.02
    )
    assert before["dispersion_by_window"]["600 s"] > 3 * before["dispersion_by_window"]["1 s"]
    for scale, value in before["dispersion_by_window"].items():
        assert after["dispersion_by_window"][scale] == pytest.approx(value, rel=WITHIN), scale


def test_a_trend_over_a_day_is_scaled_whole(tmp_path: Path, capsys: Any) -> None:
    draw = np.random.default_rng(2)
    hours = np.arange(86_400) / 3600.0
    count = draw.poisson(0.5 * (1.0 + 0.9 * np.cos(hours * 2 * np.pi / 24)))
    times_s = np.repeat(np.arange(86_400), count)
    path = tmp_path / "day.csv"
    rows = "\n".join(f"{t},10,10" for t in times_s)
    path.write_text(f"arrival_s,input_tokens,output_tokens\n{rows}\n")
    said(capsys, "rescale", str(path), "--rate", "3", "--out", str(tmp_path / "new.csv"))
    new = read_requests(tmp_path / "new.csv").arrival_s
    by_hour = np.bincount((new // 3600).astype(int), minlength=24)[:24]
    wanted = 3 * np.bincount(times_s // 3600, minlength=24)
    np.testing.assert_allclose(by_hour, wanted, rtol=0.12, atol=60)


def test_the_same_seed_gives_the_same_trace(tmp_path: Path, capsys: Any) -> None:
    path = bursty(tmp_path, 600)
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        out = str(tmp_path / name)
        said(capsys, "rescale", str(path), "--rate", "2", "--out", out, "--seed", seed)
    a, b, c = ((tmp_path / name).read_bytes() for name in "abc")
    assert a == b
    assert a != c


def test_a_trace_changed_in_place_is_whole_or_as_it_was(
    tmp_path: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of four requests a thousandth is none: refused, and not written over what was read."""
    path = tmp_path / "four.csv"
    path.write_text("arrival_s,input_tokens,output_tokens\n0,9,5\n1,9,5\n2,9,5\n3,9,5\n")
    before = path.read_bytes()
    assert main(["trace", "rescale", str(path), "--rate", "0.001", "--out", str(path)]) == 2
    assert "0.001 times 4 requests, which leaves none" in capsys.readouterr().err
    assert path.read_bytes() == before
    with monkeypatch.context() as full:
        full.setattr("twin.results.folder.write_through", no_space)
        assert main(["trace", "splice", str(path), str(path), "--out", str(path)]) == 1
    assert "the trace could not be written" in capsys.readouterr().err
    assert path.read_bytes() == before
    assert said(capsys, "splice", str(path), str(path), "--out", str(path))["requests"] == 8
    assert [one.name for one in tmp_path.iterdir()] == ["four.csv"]


def test_a_trace_behind_a_link_is_changed_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "there.csv"
    path.write_text("arrival_s,input_tokens,output_tokens\n0,9,5\n1,9,5\n", encoding="utf-8")
    link = tmp_path / "link.csv"
    link.symlink_to("there.csv")
    assert main(["trace", "splice", str(link), str(link), "--out", str(link)]) == 0
    assert link.is_symlink()
    assert path.read_text(encoding="utf-8").count("\n") == 5


def no_space(handle: int, data: bytes) -> None:
    """A disk that fills in the middle of a file."""
    os.write(handle, data[: len(data) // 2])
    raise OSError(errno.ENOSPC, "No space left on device")


def test_traces_one_after_another_keep_requests_tokens_and_reuse(
    tmp_path: Path, capsys: Any
) -> None:
    rows = [
        {"timestamp": 0, "input_length": 1024, "output_length": 5, "hash_ids": [7, 8]},
        {"timestamp": 1000, "input_length": 1024, "output_length": 5, "hash_ids": [7, 9]},
    ]
    path = tmp_path / "m.jsonl"
    path.write_text("\n".join(json.dumps(row) for row in rows))
    alone = said(capsys, "describe", str(path))
    assert alone["prefix_reuse_frac"] == 0.25
    out = tmp_path / "two.jsonl"
    both = said(capsys, "splice", str(path), str(path), "--out", str(out))
    assert (both["requests"], both["span_s"], both["block_tokens"]) == (4, 3.0, 512)
    assert both["input_tokens"]["total"] == 2 * alone["input_tokens"]["total"]
    assert both["prefix_reuse_frac"] == 0.25


def test_a_list_of_jobs_is_described_with_the_time_that_its_ends_took(capsys: Any) -> None:
    found = said(capsys, "describe", str(DATA / "cases" / "job_list" / "jobs.swf"))
    assert found["format"] == "Standard Workload Format"
    assert (found["jobs"], found["users"], found["span_s"]) == (5, 3, 1800.0)
    assert found["mean_busy"] == 50_400 / 1800
    assert found["left_out"] == [
        {"why": "cancelled before it ran", "rows": 1, "first": "jobs.swf:12"}
    ]


def test_what_is_no_trace_is_refused_with_what_is_known(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    assert main(["trace", "describe", str(path)]) == 2
    told = capsys.readouterr().err
    assert "other.csv:1:1: found the columns a, b" in told
    for known in ("Azure", "BurstGPT", "Mooncake", "sacct", "Standard Workload Format"):
        assert known in told


@pytest.mark.skipif(not SHARED.exists(), reason="the supplied traces are not beside this project")
def test_prefixes_of_the_mooncake_trace_are_reused_as_published(capsys: Any) -> None:
    found = said(capsys, "describe", str(SHARED / "trace_mooncake_conversation.jsonl"))
    assert found["prefix_reuse_frac"] == pytest.approx(0.314, abs=0.0005)
    pods = said(capsys, "describe", str(SHARED / "trace_alibaba2023_pods.csv"))
    assert pods["jobs"] + sum(row["rows"] for row in pods["left_out"]) == 5_434
    assert pods["fractional_gpu_jobs"] > 1_000
