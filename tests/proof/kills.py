"""Proof: a run killed at any moment, and resumed, gives the bytes of one that was never killed.

`python -m tests.proof.kills` kills `twin run --checkpoint-every` at random moments of its life,
from its start to its report, resumes it, kills that again, and compares every table of what comes
out. `--kills N`, `--seed N`, and the name of a shipped scenario.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import twin

from .cases import ROOT, shipped
from .continued import hashes


def begun(scenario: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    """The command, in a process group of its own."""
    command = [sys.executable, "-m", "twin", "run", str(scenario), "--out", str(out), *more]
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def killed(running: subprocess.Popen[bytes], delay_s: float) -> bool:
    """Kill a run and all its processes after a delay; whether it still lived."""
    time.sleep(delay_s)
    if running.poll() is not None:
        return False
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    return True


def tables(result: twin.Result) -> dict[str, str]:
    """Hashes of the tables."""
    return {name: sha for name, sha in hashes(result).items() if name.startswith("tables/")}


def chain(scenario: Path, folder: Path, every: str, draw: random.Random, span_s: float) -> int:
    """Kill a run and its resumes until one gets through; how often it was killed."""
    out = folder / "out"
    count = 0
    more = ["--checkpoint-every", every]
    while True:
        file = folder / ".out.checkpoint"
        running = begun(scenario, out, *more, *(["--resume"] if file.exists() else []))
        if not killed(running, draw.uniform(0.5, span_s)):
            return count
        count += 1
        if count % 4 == 0:
            span_s *= 1.5  # let it get through in the end


def main() -> int:
    """Print a line a chain; 1 where a result differs."""
    parser = argparse.ArgumentParser(prog="python -m tests.proof.kills", description=__doc__)
    parser.add_argument("scenario", nargs="?", default="utility_outage")
    parser.add_argument("--every", default="5min")
    parser.add_argument("--kills", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    draw = random.Random(asked.seed)
    began = time.monotonic()
    whole = tables(twin.run(shipped(asked.scenario)))
    span_s = 2.0 + (time.monotonic() - began)
    done = wrong = 0
    while done < asked.kills:
        with tempfile.TemporaryDirectory() as folder:
            count = chain(shipped(asked.scenario), Path(folder), asked.every, draw, span_s)
            same = tables(twin.Result.load(Path(folder) / "out")) == whole
        done += count
        wrong += not same
        print(
            f"{asked.scenario}: killed {count} times, {'the same' if same else 'OTHER'} bytes",
            flush=True,
        )
    print(f"{done} kills, {wrong} results that differ")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
