#!/usr/bin/env bash
# Question  A server makes a token for each of 64 users every 50 ms, for a minute, without a pause. What are the mean, the median and the 95th percentile
#           of its output in tokens a second?
# Guess     1,280 each, within a tenth.
# Seen      guidellm 0.8.1: where all 64 arrive at one instant, 1,280, 1,280 and 1,280. Where they arrive within 2 ms, as a network has it, 1,280, 124.6 and
#           332; within 10 ms 1,280, 98 and 7,850. A rate is taken for every token, one over half the way to its neighbours, and weighed by that
#           time, so that the pause between two steps, most of the time, counts as a rate of one or two tokens; times closer
#           than 0.1 ms are merged. Requests that come by chance, 10 a second, have a median of 7.5. The report's tables show means;
#           percentiles of rates are in its JSON, for outputs, prompts and requests.
# Matters   A median of 125 tokens a second of a server that makes 1,280 measures the network's jitter. Two servers, or two versions,
#           cannot be compared by it, and capacity planned on it is tenfold.
# Here      A rate in twin is the tokens of a period over the period, and only times have percentiles: tests/validation/test_conservation.py.
source "$(dirname "$0")/run_in.sh"
run_in guidellm==0.8.1 numpy==2.4.6 <<'PYTHON'
import numpy as np
from guidellm.schemas import DistributionSummary

STEP_S, USERS, STEPS = 0.05, 64, 1200
random = np.random.default_rng(1)


def rates(times_s, end_s):
    found = DistributionSummary.rate_distribution_from_timings(np.sort(times_s), start_time=0.0, end_time=end_s)
    return [round(found.mean, 1), round(found.median, 1), round(found.percentiles.p95)]


seen = {}
for spread_ms in (0, 2, 10):
    times_s = np.arange(STEPS)[:, None] * STEP_S + random.uniform(0, spread_ms / 1e3, (STEPS, USERS))
    seen[spread_ms] = rates(times_s.ravel(), STEPS * STEP_S)
    print(f"64 tokens a step within {spread_ms} ms: mean {seen[spread_ms][0]:,}, median {seen[spread_ms][1]:,}, 95th {seen[spread_ms][2]:,} tokens/s")
by_chance = rates(random.uniform(0, 600, 6000), 600.0)
print(f"10 requests a second by chance: mean {by_chance[0]}, median {by_chance[1]}")
right = all(found[0] == 1280.0 for found in seen.values()) and seen[0] == [1280.0, 1280.0, 1280]
wrong = np.allclose(seen[2][1:], [124.6, 332], rtol=0.02) and np.allclose(seen[10][1:], [97.9, 7850], rtol=0.03)
raise SystemExit(not (right and wrong and abs(by_chance[1] - 7.5) < 0.2))
PYTHON
