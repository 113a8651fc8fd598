#!/usr/bin/env bash
# Question  A service answers 100 requests a second. Of two answers one has eleven tokens, the first after 20 ms and then one every 8 ms, the other has one token after 20 ms. How many tokens
#           a second does MLPerf's load generator count, and how long is a token on average?
# Guess     Six for each answer (11 and 1), and 8 ms: an answer of one token has no time between tokens and is left out.
# Seen      mlcommons-loadgen 6.0.17, scenario Server with token latencies: 5.5 tokens for each answer, and 4 ms. An answer of one token counts as none, and stands in the times
#           between tokens as 0 ms. The median is 8 ms, and the run is valid.
# Matters   Guard models, routers and classifiers answer in one token: their service makes no tokens, and the mean time of a token falls with each such answer, by half here, so that
#           a limit of 5 ms is kept by a service that takes 8.
# Here      A token is a token in twin, the first too; an answer of one has no time between tokens and is in no mean of them: docs/physics/workload.md, tests/validation/test_conservation.py.
source "$(dirname "$0")/run_in.sh"
run_in mlcommons-loadgen==6.0.17 numpy==2.4.6 <<'PYTHON'
import array
import re
import threading
import time
from pathlib import Path

import mlperf_loadgen as loadgen

FIRST_S, TOKEN_S, LONG, SAMPLES = 0.02, 0.008, 11, 1000
answered = []


def answer(sample):
    tokens = LONG if sample.index % 2 else 1
    space, _ = array.array("B", bytes(4 * LONG)).buffer_info()
    time.sleep(FIRST_S)
    loadgen.FirstTokenComplete([loadgen.QuerySampleResponse(sample.id, space, 4)])
    time.sleep((tokens - 1) * TOKEN_S)
    loadgen.QuerySamplesComplete([loadgen.QuerySampleResponse(sample.id, space, 4 * tokens, tokens)])
    answered.append(tokens)


def issue(samples):
    for sample in samples:
        threading.Thread(target=answer, args=(sample,)).start()


asked = loadgen.TestSettings()
asked.scenario, asked.mode = loadgen.TestScenario.Server, loadgen.TestMode.PerformanceOnly
asked.server_target_qps, asked.min_duration_ms, asked.min_query_count = 100, 15000, 100
asked.use_token_latencies, asked.ttft_latency, asked.tpot_latency = True, 100_000_000, 20_000_000
system = loadgen.ConstructSUT(issue, lambda: None)
library = loadgen.ConstructQSL(SAMPLES, SAMPLES, lambda _: None, lambda _: None)
loadgen.StartTest(system, library, asked, "")
told = Path("mlperf_log_summary.txt").read_text()


def number(name):
    return float(re.search(rf"^{re.escape(name)}\s*: ([\d.]+)", told, re.MULTILINE)[1])


each = number("Completed tokens per second") / number("Completed samples per second")
real = sum(answered) / len(answered)
long = sum(tokens for tokens in answered if tokens > 1) / len(answered)
mean, median = (number(name) / 1e6 for name in ("Mean Time per Output Token (ns)", "50.00 percentile time to output token (ns)"))
print(f"tokens for each answer: {each:.2f} said, {real:.2f} made, {long:.2f} in answers of more than one; a token takes {mean:.1f} ms on average, {median:.1f} at the median")
halved = 0.42 < mean / (TOKEN_S * 1000) < 0.58
raise SystemExit(not (abs(each - long) < 0.02 and abs(real - each) > 0.4 and halved and "Result is : VALID" in told))
PYTHON
