#!/usr/bin/env bash
# Question  A server guesses ahead: each of 16 users gets four tokens at once every 40 ms, 401 in all. What are the output in tokens a second, its peak, and the times between tokens,
#           by the engine's own load generator?
# Guess     1,600 tokens a second while all are served and a peak of as many; 10 ms between tokens.
# Seen      vllm 0.33.0 (`vllm bench serve`, streamed completions): some 1,600 tokens a second on average and a *peak* of about 400, a quarter; the time of a
#           token (TPOT) is 10 ms, that between tokens (ITL) 40, mean and median. Tokens are counted by the server, and whatever comes in one message is one token for peak and ITL.
# Matters   A peak below the mean is seen to be wrong; where load comes and goes it is not, and ITL is the number that limits are set on: guessing ahead, which made tokens come four times
#           as fast, leaves it as it was. Blocks of a gateway do the same.
# Here      Time between tokens of twin is the time of a token, also where several come at once: docs/physics/workload.md, tests/unit/test_drafts.py.
source "$(dirname "$0")/run_in.sh"
ALONE="vllm==0.33.0"
run_in aiohttp==3.14.5 numpy==2.4.6 tqdm==4.70.1 regex==2026.11.19 <<'PYTHON'
import asyncio
import json
import sys
import sysconfig
from pathlib import Path
from types import ModuleType
from unittest.mock import MagicMock
from urllib.parse import urlunsplit

import aiohttp
from aiohttp import web

# The package starts with a GPU's libraries; its load generator needs of them names alone, which are stood in for.
PLACE = Path(sysconfig.get_paths()["purelib"])
for name in ("vllm", "vllm.benchmarks"):
    sys.modules[name] = ModuleType(name)
    sys.modules[name].__path__ = [str(PLACE.joinpath(*name.split(".")))]
for name in ("benchmarks.datasets", "benchmarks.lib.ready_checker", "tokenizers", "utils", "utils.argparse_utils", "utils.gc_utils", "utils.network_utils"):
    sys.modules[f"vllm.{name}"] = MagicMock()
from vllm.benchmarks.lib.endpoint_request_func import RequestFuncInput, async_request_openai_completions
from vllm.benchmarks.serve import calculate_metrics

USERS, MESSAGES, AT_ONCE, PAUSE_S = 16, 101, 4, 0.04
TOKENS = 1 + (MESSAGES - 1) * AT_ONCE


async def stream(request):
    answer = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
    await answer.prepare(request)
    begun = asyncio.get_running_loop().time()
    for n in range(MESSAGES):
        text = "a" if n == 0 else " and so it goes"
        await answer.write(f"data: {json.dumps({'choices': [{'text': text}]})}\n\n".encode())
        await asyncio.sleep(max(0, begun + (n + 1) * PAUSE_S - asyncio.get_running_loop().time()))
    await answer.write(f"data: {json.dumps({'choices': [], 'usage': {'completion_tokens': TOKENS}})}\n\ndata: [DONE]\n\n".encode())
    return answer


async def measured():
    site = web.Application()
    site.router.add_post("/v1/completions", stream)
    runner = web.AppRunner(site)
    await runner.setup()
    listener = web.TCPSite(runner, "127.0.0.1", 0)
    await listener.start()
    port = listener._server.sockets[0].getsockname()[1]
    asked = RequestFuncInput(prompt="go", api_url=urlunsplit(("http", f"127.0.0.1:{port}", "/v1/completions", "", "")), prompt_len=1, output_len=TOKENS, model="m")
    async with aiohttp.ClientSession() as session:
        answers = await asyncio.gather(*(async_request_openai_completions(asked, session) for _ in range(USERS)))
    await runner.cleanup()
    return answers


answers = asyncio.run(measured())
took = max(one.start_time + one.latency for one in answers) - min(one.start_time for one in answers)
metrics, _ = calculate_metrics([], answers, took, None, [99.0], {})
mean, peak = metrics.output_throughput, metrics.max_output_tokens_per_s
print(f"{mean:.0f} tokens/s on average, peak {peak:.0f}; TPOT {metrics.median_tpot_ms:.1f} ms, ITL {metrics.mean_itl_ms:.1f} mean, {metrics.median_itl_ms:.1f} median")
quarter = 0.2 < peak / mean < 0.32
raise SystemExit(not (1400 < mean < 1700 and quarter and 9 < metrics.median_tpot_ms < 12 and 36 < metrics.median_itl_ms < 48))
PYTHON
