"""How fast, how much memory, how it grows: `python -m tests.benchmarks` prints markdown tables.

`--quick` takes the small cases alone, `--against PATH` measures an earlier build (a checkout of it)
beside this one, `--repeats N` takes medians of N runs, `--limits` prints that comparison and the
snapshots alone.

Every case runs in a process of its own, so that its peak memory is its own. Nothing here asserts a
time.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from time import perf_counter

from tests.benchmarks import against, climate, peers, radial
from tests.benchmarks.cases import DAY_S, measured

SHIPPED = ("first_factory", "superpod_day", "chiller_loss", "frontier_idle", "frontier_day")


def say(text: str = "") -> None:
    """One line."""
    print(text, flush=True)


def table(title: str, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    """A markdown table, each row printed once it is known."""
    say(f"\n### {title}\n")
    say("| " + " | ".join(heads) + " |")
    say("|" + "---|" * len(heads))
    for row in rows:
        say(
            "| "
            + " | ".join(
                f"{value:,.3g}" if isinstance(value, float) else str(value) for value in row
            )
            + " |"
        )


def run_row(label: str, **case: object) -> tuple[object, ...]:
    """One row of a table of runs."""
    found = measured(**case)
    return (
        label,
        f"{found['nodes']:,.0f}",
        f"{found['components']:,.0f}",
        f"{found['events']:,.0f}",
        found["build_s"],
        found["simulate_s"],
        f"{found['peak_mb']:,.0f}",
    )


RUN_HEADS = ("case", "nodes", "components", "events", "import and build s", "simulate s", "peak MB")


def shipped() -> Iterator[tuple[object, ...]]:
    """The shipped scenarios, and a layout at rest."""
    yield run_row("gb200_su at rest, 24 h", layout="gb200_su")
    for name in SHIPPED:
        yield run_row(f"{name}, 24 h", scenario=name)


def by_size(factors: Iterable[int]) -> Iterator[tuple[object, ...]]:
    """first_factory with everything in its layout multiplied."""
    for factor in factors:
        yield run_row(f"first_factory x {factor}", scenario="first_factory", times=factor)


def by_days(days: Iterable[int]) -> Iterator[tuple[object, ...]]:
    """first_factory for more days, the first day's faults only."""
    for count in days:
        yield run_row(
            f"first_factory, {count} d", scenario="first_factory", horizon_s=count * DAY_S
        )


def by_jobs(counts: Iterable[int]) -> Iterator[tuple[object, ...]]:
    """frontier_day with more jobs of the same shape."""
    for count in counts:
        yield run_row(f"frontier_day, {count} jobs", scenario="frontier_day", jobs=count)


def redundancy() -> Iterator[tuple[object, ...]]:
    """The failure analysis of shipped layouts."""
    for name in ("gb200_su", "superpod_b200", "frontier", "campus_20mw"):
        found = measured(redundancy_of=name)
        counts = (f"{found['components']:,.0f}", f"{found['pairs']:,.0f}")
        yield (name, *counts, found["redundancy_s"], f"{found['peak_mb']:,.0f}")


STAGES = ("graph_s", "n_minus_1_s", "n_minus_2_s", "diagram_s", "exact_s", "years_s")


def campuses(halls: Iterable[int]) -> Iterator[tuple[object, ...]]:
    """Engines of redundancy against the size of a campus; seconds of CPU."""
    for count in halls:
        found = measured(campus=count, years=1000.0)
        counts = (f"{found['components']:,.0f}", f"{found['pairs']:,.0f}")
        yield (f"{count} halls", *counts, *(found[s] for s in STAGES), f"{found['peak_mb']:,.0f}")


def seconds(*command: str) -> float:
    """The best of five runs of a command."""
    times = []
    for _ in range(5):
        began = perf_counter()
        subprocess.run([sys.executable, *command], check=True, capture_output=True, env=cached())
        times.append(perf_counter() - began)
    return min(times)


def cached() -> dict[str, str]:
    """An environment in which Python keeps what it compiled, as an installed program does."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}


def starts() -> Iterator[tuple[object, ...]]:
    """What a process pays before it works."""
    bare = seconds("-c", "pass")
    yield ("python, nothing imported", bare)
    for label, command in (
        ("import twin", ("-c", "import twin")),
        ("twin --help", ("-m", "twin", "--help")),
        ("twin check first_factory", ("-m", "twin", "check", "scenarios/first_factory.yaml")),
        (
            "twin.load, twin.build and twin.simulate imported",
            ("-c", "import twin; twin.load, twin.build, twin.simulate"),
        ),
    ):
        yield (label, seconds(*command))


def asked_for() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small cases only")
    parser.add_argument(
        "--against", type=Path, metavar="PATH", help="a checkout of an earlier build"
    )
    parser.add_argument("--repeats", type=int, default=3, help="runs a median is taken over")
    parser.add_argument("--limits", action="store_true", help="the comparison and snapshots alone")
    return parser.parse_args()


def main(args: argparse.Namespace) -> None:
    """Print every table."""
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    say(f"{machine}; one process and one thread a case; medians of {args.repeats}.")
    earlier = args.against.resolve() if args.against else None
    compared = against.rows(earlier, args.repeats, args.quick)
    table("What limits are stated for", against.HEADS, compared)
    table("A run stopped and kept", against.SNAPSHOT_HEADS, against.snapshots(args.repeats))
    if not args.limits:
        growth(args.quick)


def growth(quick: bool) -> None:
    """How cost grows with size, days, jobs and components, and what a start costs."""
    table("Shipped scenarios", RUN_HEADS, shipped())
    table("Growth with size", RUN_HEADS, by_size((1, 2, 4) if quick else (1, 2, 4, 8)))
    table("Growth with days", RUN_HEADS, by_days((1, 3) if quick else (1, 3, 10, 30)))
    table("Growth with jobs", RUN_HEADS, by_jobs((250, 1000) if quick else (250, 1000, 4000)))
    table("Failure analysis", ("layout", "components", "pairs tried", "s", "peak MB"), redundancy())
    heads = ("campus", "components", "pairs", "graph", "N-1", "N-2", "diagram", "exact")
    stages = (*heads, "1,000 years", "peak MB")
    table("Engines of redundancy, s", stages, campuses((1, 2) if quick else (1, 2, 5, 10)))
    table("The year", climate.HEADS, climate.rows(5, 30 if quick else 366))
    table("Radial load flow", radial.HEADS, radial.rows(*((500, 24) if quick else ())))
    table("Start", ("what", "s"), starts())
    heads = ("program", "what it does", "s")
    table("Beside others, one day of 144 nodes in the same run", heads, peers.rows())


if __name__ == "__main__":
    main(asked_for())
