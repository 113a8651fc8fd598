"""Proof: a run stopped at any instant, stored and taken up by another process gives the same bytes.

`python -m tests.proof.forks` takes every shipped scenario and two projects of a planner's own,
stops each at 200 random instants (a third of them exactly at an event, where what is due has yet to
come, a third just after one, a third anywhere), and compares every table, the summary and the
metadata with the run that never stopped. All resumes of a case share one new process, which holds
nothing of the run; the first few get a process each.

With `--steps` each goes on to the next instant only, where it must stand, to the last bit, as the
run that never was taken up stood there; the last goes on to the end. As the run that was stored on
its way must give the bytes of the run that never stopped, that shows the same in a hundredth of the
time.

`--instants N`, `--seed N`, `--horizon NAME=DURATION` (may be repeated), and names of cases.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import twin

from .cases import OWN, ROOT, SHIPPED, scenario_file
from .continued import hashes, stands

ALONE = 4
"""Resumes that get a process of their own."""


@dataclass(frozen=True)
class Found:
    """What one case showed."""

    name: str
    horizon_s: float
    events: int
    instants: int
    states: int
    """Different states among the instants: two between the same events are one."""
    wrong: tuple[str, ...]
    """What differed: the instant and the name of each file."""
    stored_bytes: int
    """The largest stored run."""
    wall_s: float


def instants(events: list[float], horizon_s: float, count: int, seed: int) -> list[float]:
    """Moments at which to stop: exactly at events, just after events, and anywhere."""
    draw = random.Random(seed)
    third = min(count // 3, len(events))
    at = draw.sample(events, third)
    after = [math.nextafter(moment, math.inf) for moment in draw.sample(events, third)]
    anywhere = [draw.uniform(0.0, horizon_s) for _ in range(count - 2 * third)]
    return sorted([*at, *after, *anywhere])


def lived(facility: twin.Facility) -> tuple[dict[str, str], list[float]]:
    """Hashes of the run that never stops, from event to event, and the moments of its events."""
    moments: list[float] = []
    run = twin.start(facility)
    setattr(run._loop.quiet, "live_through", lambda _: False)  # noqa: B010
    run.until(progress=lambda _, now_s: moments.append(now_s))
    return hashes(run.result()), sorted(set(moments[:-1]))


def stored(
    facility: twin.Facility, moments: list[float], folder: Path
) -> tuple[list[Path], twin.Run]:
    """One run that is stored at every moment on its way, and that run."""
    run = twin.start(facility)
    paths = [run.until(t).save(folder / f"{n:04}.twin") for n, t in enumerate(moments)]
    return paths, run.until()


def taken_up(paths: list[Path], *more: str) -> Iterator[dict[str, str]]:
    """What became of stored runs in one new process."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OPENBLAS_NUM_THREADS": "1"}
    command = [
        sys.executable,
        str(Path(__file__).with_name("continued.py")),
        *more,
        *map(str, paths),
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    yield from (json.loads(line) for line in done.stdout.splitlines())


def proved(
    name: str,
    folder: Path,
    count: int,
    seed: int = 1,
    horizon: str = "",
    alone: int = ALONE,
    steps: bool = False,
) -> Found:
    """Stop a case at `count` instants, take each up in a new process, and compare."""
    began = perf_counter()
    changes = {"horizon": horizon} if horizon else {}
    facility = twin.build(twin.load(scenario_file(name, folder / name), changes))
    whole, events = lived(facility)
    horizon_s = facility.scenario.horizon
    moments = instants(events, horizon_s, count, seed)
    paths, stopped = stored(facility, moments, folder)
    wrong = _differences("the run that was stored", whole, hashes(stopped.result()))
    if steps:
        asked = [*map(stands, paths[1:]), whole]
        found = list(taken_up(paths, "--steps", json.dumps(moments[1:])))
    else:
        asked = [whole] * len(paths)
        found = [one for path in paths[:alone] for one in taken_up([path])]
        found += taken_up(paths[alone:]) if paths[alone:] else []
    for moment, expected, one in zip(moments, asked, found, strict=True):
        wrong += _differences(f"{moment!r} s", expected, one)
    largest = max(path.stat().st_size for path in paths)
    states = len({sum(event < moment for event in events) for moment in moments})
    spent_s = perf_counter() - began
    return Found(name, horizon_s, len(events), count, states, tuple(wrong), largest, spent_s)


def _differences(when: str, whole: dict[str, str], other: dict[str, str]) -> list[str]:
    names = [name for name in whole.keys() | other.keys() if whole.get(name) != other.get(name)]
    return [f"{when}: {name}" for name in sorted(names)]


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.forks", description=__doc__)
    parser.add_argument("cases", nargs="*", default=[*SHIPPED, *OWN])
    parser.add_argument("--instants", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--steps", action="store_true", help="each to the next instant only")
    parser.add_argument("--horizon", action="append", default=[], metavar="NAME=DURATION")
    return parser.parse_args()


def main() -> int:
    """Print a row a case; 1 where anything differed."""
    asked = _asked()
    horizons = dict(text.split("=", 1) for text in asked.horizon)
    print("| case | horizon h | moments with events | instants | states | stored MB | s | differ |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    failed = 0
    for name in asked.cases:
        with tempfile.TemporaryDirectory() as folder:
            horizon = horizons.get(name, "")
            found = proved(
                name, Path(folder), asked.instants, asked.seed, horizon, steps=asked.steps
            )
        numbers = f"{found.horizon_s / 3600:g} | {found.events} | {found.instants} | {found.states}"
        costs = f"{found.stored_bytes / 1e6:.2f} | {found.wall_s:.0f}"
        print(f"| {name} | {numbers} | {costs} | {len(found.wrong)} |", flush=True)
        print(*found.wrong[:40], sep="\n", end="\n" if found.wrong else "")
        failed += bool(found.wrong)
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
