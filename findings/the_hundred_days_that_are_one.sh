#!/usr/bin/env bash
# Question  A day with random faults is run a hundred times on a cluster, by the interface of the standard library's pools
#           (executor.submit and executor.map) and by dask's own ways. How many different days come back?
# Guess     A hundred by every way (that the client's own submit keeps what it has run for the same arguments was known before the run).
# Seen      Dask 2026.8.0: one, by client.submit, client.map, and by submit and map of the executor that client.get_executor() gives,
#           whose interface is that of concurrent.futures; there the same lines give a hundred. A call with the same arguments has the
#           same key, and runs once. dask.delayed, bags and get_executor(pure=False) give a hundred. And random arrays of one seed are
#           others when they are cut into other chunks, of the same size and shape.
# Matters   A Monte Carlo study that is moved to a cluster has no spread at all, and an interval of confidence of no width.
# Here      twin sends each batch of runs with its own seeds and as not repeatable; its cluster's table is byte for byte that of
#           one process: tests/contracts/test_studies.py.
source "$(dirname "$0")/run_in.sh"
run_in dask==2026.8.0 distributed==2026.8.0 numpy==2.4.6 pandas==3.1.1 <<'PYTHON'
import random
from concurrent.futures import ThreadPoolExecutor

import dask
import dask.array as da
import dask.bag
import numpy as np
from distributed import Client

TIMES = 100


def day(site):
    """Faults of a day, by chance."""
    return random.random()


def by_pool(pool):
    submitted = [pool.submit(day, "site") for _ in range(TIMES)]
    return [one.result() for one in submitted], list(pool.map(day, ["site"] * TIMES))


def main():
    with ThreadPoolExecutor(2) as pool:
        found = dict(zip(("standard submit", "standard map"), by_pool(pool)))
    with Client(n_workers=1, threads_per_worker=2, processes=False, dashboard_address=None) as client:
        submitted, mapped = by_pool(client.get_executor())
        found |= {"dask executor submit": submitted, "dask executor map": mapped}
        found["executor pure=False"] = by_pool(client.get_executor(pure=False))[1]
        found["client.submit"] = client.gather([client.submit(day, "site") for _ in range(TIMES)])
        found["client.map"] = client.gather(client.map(day, ["site"] * TIMES))
        found["delayed"] = dask.compute(*[dask.delayed(day)("site") for _ in range(TIMES)])
        found["bag"] = dask.bag.from_sequence(["site"] * TIMES).map(day).compute(scheduler="threads")
        chunks = [da.random.default_rng(1).normal(size=10, chunks=size).compute() for size in (5, 10)]
    days = {way: len(set(values)) for way, values in found.items()}
    same = bool(np.allclose(*chunks))
    print(f"different days of {TIMES}: {days}; one seed in chunks of 5 and of 10 alike: {same}")
    once = {"dask executor submit", "dask executor map", "client.submit", "client.map"}
    return same or any(count != (1 if way in once else TIMES) for way, count in days.items())


if __name__ == "__main__":
    raise SystemExit(main())
PYTHON
