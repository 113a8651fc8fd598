"""Requests one by one beside vidur: `python -m tests.benchmarks.serving_peers [REQUESTS]`

Both engines serve the same requests on the same replicas, in turn, with one law of an iteration and
pieces of prompts of one size: what is timed is the engine, and what is compared is when each
request got its first and its last token.

optional: pip install vidur==0.0.26, here or where VIDUR_PYTHON points (it reads kernel profiles
from a hub; its predictor is replaced by the law here). Looked at and left out: xpyd-sim 0.5.0
answers in real time, openg2g 0.2.0 replays measured power and has no requests.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np

from twin.arrays import Array

REPLICAS = 4
PROMPT = 1155
ANSWER = 211
CHUNK = 512
MOST = 128
LOADS_PER_S = (24.0, 60.0, 90.0)
STEP_S = 0.004
TOKEN_S = 1.1e-5
CONTEXT_S = 2.2e-8
HEADS = ("engine", "arrivals/s", "CPU s", "requests/s", "mean TTFT s", "mean end to end s", "off")


class EvenLaw:
    """An iteration: a fixed time, more for each token, more for all context held."""

    def fixed_s(self, sequences: Any, prompt_tokens: Any) -> Array:
        """Seconds of what counts decide."""
        return STEP_S + TOKEN_S * (np.asarray(sequences, float) + np.asarray(prompt_tokens, float))

    def context_s(self, sequences: Any) -> Array:
        """Seconds a token of context."""
        return CONTEXT_S + 0.0 * np.asarray(sequences, float)

    def prompt_attention_s(self, prompt_tokens: Any, before_tokens: Any) -> Array:
        """Seconds for what a piece of prompt and those before it hold."""
        pieces = np.asarray(prompt_tokens, float)
        return CONTEXT_S * (pieces + np.asarray(before_tokens, float)) * (pieces > 0)


def arrivals(count: int, per_s: float) -> Array:
    """(request,) a Poisson stream."""
    return np.cumsum(np.random.default_rng(7).exponential(1.0 / per_s, count))


def by_twin(count: int, per_s: float) -> tuple[float, Array, Array]:
    """CPU seconds, first tokens and ends, compiling left out."""
    from twin.physics.serving.engine import serve
    from twin.physics.serving.law import Engine, tabulated
    from twin.physics.serving.requests import RequestList
    from twin.physics.serving.routing import Routing

    engine = Engine(1e9, MOST, CHUNK, prefix_cache=False)
    law = tabulated([EvenLaw()], engine, PROMPT + ANSWER)
    lengths = (np.full(count, PROMPT), np.full(count, ANSWER))
    asked = RequestList(arrivals(count, per_s), *lengths)
    serve(asked, law, engine, REPLICAS, Routing.ROUND_ROBIN)
    began = process_time()
    served = serve(asked, law, engine, REPLICAS, Routing.ROUND_ROBIN)
    return process_time() - began, served.ttft_s, served.progress.done_s - served.arrival_s


def by_vidur(count: int, per_s: float) -> tuple[float, Array, Array]:
    """The same, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "peer.py"
        script.write_text(_PEER, encoding="utf-8")
        np.save(Path(folder) / "arrivals.npy", arrivals(count, per_s))
        options = (REPLICAS, PROMPT, ANSWER, CHUNK, MOST, STEP_S, TOKEN_S, CONTEXT_S)
        command = [os.environ.get("VIDUR_PYTHON", sys.executable), str(script), *map(str, options)]
        quiet = os.environ | {"WANDB_MODE": "disabled"}
        subprocess.run(command, check=True, cwd=folder, env=quiet, capture_output=True)
        found = json.loads((Path(folder) / "found.json").read_text(encoding="utf-8"))
    return found["cpu_s"], np.array(found["ttft_s"]), np.array(found["e2e_s"])


_PEER = """
import json, sys, time
import numpy as np
from vidur.config import SimulationConfig
from vidur.execution_time_predictor.execution_time_predictor_registry import (
    ExecutionTimePredictorRegistry as Registry,
)
from vidur.types import ExecutionTimePredictorType as Kind

replicas, prompt, answer, chunk, most = map(int, sys.argv[1:6])
step_s, token_s, context_s = map(float, sys.argv[6:9])
arrivals = np.load("arrivals.npy")


class Took:
    def __init__(self, seconds):
        self.total_time = self.model_time = seconds


class EvenPredictor:
    def __init__(self, *_, **__):
        self._cache_dir = "cache"

    def get_execution_time(self, batch, stage):
        parts = list(batch.batch_mapping.values()) if hasattr(batch, "batch_mapping") else [batch]
        tokens = sum(sum(part.num_q_tokens) for part in parts)
        held = sum(sum(part.num_kv_tokens) for part in parts)
        return Took(step_s + token_s * tokens + context_s * held)


for kind in Kind:
    Registry._registry[kind] = EvenPredictor
sys.argv = [
    "vidur", "--replica_config_model_name", "meta-llama/Llama-3-8B",
    "--cluster_config_num_replicas", str(replicas), "--replica_config_num_pipeline_stages", "1",
    "--global_scheduler_config_type", "round_robin", "--replica_scheduler_config_type", "sarathi",
    "--sarathi_scheduler_config_chunk_size", str(chunk),
    "--sarathi_scheduler_config_batch_size_cap", str(most),
    "--synthetic_request_generator_config_num_requests", str(arrivals.size),
    "--length_generator_config_type", "fixed", "--interval_generator_config_type", "poisson",
    "--fixed_request_length_generator_config_prefill_tokens", str(prompt),
    "--fixed_request_length_generator_config_decode_tokens", str(answer),
    "--no-metrics_config_write_metrics", "--no-metrics_config_store_plots",
    "--no-metrics_config_write_json_trace", "--no-metrics_config_enable_chrome_trace",
]
from vidur.simulator import Simulator

run = Simulator(SimulationConfig.create_from_cli_args())
requests = sorted((event._request for _, event in run._event_queue), key=lambda one: one.id)
events = sorted((event for _, event in run._event_queue), key=lambda one: one._request.id)
for event, at_s in zip(events, arrivals):
    event._request._arrived_at = float(at_s)
    event._time = float(at_s)
    event._priority_number = event._get_priority_number()
run._event_queue = sorted((event._priority_number, event) for event in events)
began = time.process_time()
run.run()
spent = time.process_time() - began
json.dump({
    "cpu_s": spent,
    "ttft_s": [one.prefill_completed_at - one.arrived_at for one in requests],
    "e2e_s": [one.completed_at - one.arrived_at for one in requests],
}, open("found.json", "w"))
"""


def rows(count: int) -> Iterator[tuple[object, ...]]:
    """Each engine's speed and means; how far its end to end times are off twin's on average."""
    for per_s in LOADS_PER_S:
        cpu_s, ttft_s, own_s = by_twin(count, per_s)
        yield ("twin", per_s, *_told(count, cpu_s, ttft_s, own_s), "")
        if find_spec("vidur") is None and "VIDUR_PYTHON" not in os.environ:
            yield ("vidur 0.0.26", per_s, "not installed", "", "", "", "")
            continue
        cpu_s, ttft_s, e2e_s = by_vidur(count, per_s)
        off = f"{float(np.abs(e2e_s / own_s - 1).mean()):.1%}"
        yield ("vidur 0.0.26", per_s, *_told(count, cpu_s, ttft_s, e2e_s), off)


def _told(count: int, cpu_s: float, ttft_s: Array, e2e_s: Array) -> tuple[str, ...]:
    rate = f"{count / cpu_s:,.0f}"
    return f"{cpu_s:.3f}", rate, f"{ttft_s.mean():.4f}", f"{e2e_s.mean():.4f}"


if __name__ == "__main__":
    from tests.benchmarks.__main__ import table

    asked = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    table("Requests one by one", HEADS, rows(asked))
