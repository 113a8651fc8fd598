#!/usr/bin/env bash
# Question  A server exports gen_ai.server.time_to_first_token in seconds, as the conventions ask, through the histogram of the OpenTelemetry SDK. 99 answers came after
#           0.2 s, one after 4 s. What are the median and the 99th percentile that a dashboard can read from it?
# Guess     0.2 s and up to 4 s, coarsely: the unit "s" is stated, so buckets are of milliseconds to seconds.
# Seen      opentelemetry-sdk 1.45.2: 2.5 s and 4.95 s; 0.2 s and 4 s are in one bucket, 0 to 5 s, and the line through it is all that is left.
#           Bounds are 5, 10, 25 ... 10,000 whatever the unit; they were made for milliseconds. The same with every answer in
#           0.2 s, or every one in 4 s: 2.5 and 4.95. With explicit_bucket_boundaries_advisory 0.2 s and 4 s are told apart.
#           prometheus_client 0.26.0 starts at 0.005 and ends at 10.
# Matters   A limit of half a second to the first token is broken, or kept, on every dashboard alike; a pool twice as fast shows nothing.
# Here      twin writes percentiles of requests and no histogram (table `services`); limits on latency are held on those.
source "$(dirname "$0")/run_in.sh"
run_in opentelemetry-sdk==1.45.2 opentelemetry-api==1.45.2 prometheus-client==0.26.0 <<'PYTHON'
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from prometheus_client import Histogram

FINE = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0]


def exported(wait_s, **how):
    reader = InMemoryMetricReader()
    meter = MeterProvider(metric_readers=[reader]).get_meter("serving")
    histogram = meter.create_histogram("gen_ai.server.time_to_first_token", unit="s", **how)
    for value in wait_s:
        histogram.record(value)
    point = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics[0].data.data_points[0]
    return list(point.explicit_bounds), list(point.bucket_counts)


def quantile(share, bounds, counts):
    """By a straight line within its bucket, as dashboards have it."""
    wanted = share * sum(counts)
    below = 0.0
    for place, count in enumerate(counts):
        if below + count >= wanted:
            low = bounds[place - 1] if place else 0.0
            return low + (bounds[place] - low) * (wanted - below) / count
        below += count
    return bounds[-1]


CASES = {"99 of 0.2 s, one of 4 s": [0.2] * 99 + [4.0], "all 0.2 s": [0.2] * 100, "all 4 s": [4.0] * 100}
seen = {}
for name, wait_s in CASES.items():
    seen[name] = [round(quantile(share, *exported(wait_s)), 2) for share in (0.5, 0.99)]
    print(f"{name}: median {seen[name][0]} s, 99th percentile {seen[name][1]} s")
told = exported(CASES["99 of 0.2 s, one of 4 s"], explicit_bucket_boundaries_advisory=FINE)
print("advised:", dict(zip(told[0], told[1])))
apart = told[1][2] == 99 and told[1][6] == 1
bounds = Histogram.DEFAULT_BUCKETS
raise SystemExit(not (set(map(tuple, seen.values())) == {(2.5, 4.95)} and apart and bounds[0] == 0.005 and bounds[-2] == 10))
PYTHON
