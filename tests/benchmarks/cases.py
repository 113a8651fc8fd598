"""One benchmark case in a process of its own: `python -m tests.benchmarks.cases '{"scenario":
"first_factory"}'`.

A case may name the tree whose scenarios it runs (`root`); which twin it runs is the first on the
path, so that two builds can be measured by the same lines.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, TypeVar

import twin

T = TypeVar("T")

ROOT = Path(__file__).parents[2]
DAY_S = 86_400.0


LIMIT_S = 900.0
"""A case that takes longer is said to take longer."""


COMPILED = Path(tempfile.gettempdir()) / "twin-benchmarks-compiled"
"""Where byte code of all that is measured is kept. A shell that writes none
(PYTHONDONTWRITEBYTECODE) has every process compile some 600 files anew: 0.6 s of CPU that a planner
pays once, more for the build that has more files.
"""


def measured(tree: Path = ROOT, **case: object) -> dict[str, float]:
    """What a case costs in a build of twin, measured in a fresh process that finds its byte code
    compiled, as a planner's second run does; empty past the limit.
    """
    asked_for = json.dumps(case | {"root": str(tree)})
    compiled(tree)
    done = subprocess.run(
        [sys.executable, str(Path(__file__)), asked_for],
        cwd=tree,
        env=_environment(tree),
        check=True,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


@cache
def compiled(tree: Path) -> None:
    """Have a build of twin, and all that its command loads, compiled before anything is timed."""
    with tempfile.TemporaryDirectory() as folder:
        words = ["run", "scenarios/first_factory.yaml", "--out", f"{folder}/out"]
        line = [sys.executable, "-m", "twin", *words]
        subprocess.run(line, cwd=tree, env=_environment(tree), check=True, capture_output=True)


def _environment(tree: Path) -> dict[str, str]:
    own = {"PYTHONPATH": str(tree), "PYTHONPYCACHEPREFIX": str(COMPILED)}
    mine = {**os.environ, **own, "OPENBLAS_NUM_THREADS": "1"}
    mine.pop("PYTHONDONTWRITEBYTECODE", None)
    return mine


def asked(case: dict[str, Any]) -> twin.Scenario:
    """The scenario of a case."""
    root = Path(case.get("root", ROOT))
    if "hall" in case:
        return twin.Scenario.model_validate(hall(case["hall"]))
    if "layout" in case:
        scenario = twin.load(root / "layouts" / f"{case['layout']}.yaml")
    else:
        scenario = twin.load(root / "scenarios" / f"{case['scenario']}.yaml")
    if "horizon_s" in case:
        scenario = scenario.with_(horizon=f"{case['horizon_s']} s")
    if "period_s" in case:
        scenario = scenario.with_(outputs__period=f"{case['period_s']} s")
    if "jobs" in case:
        scenario = scenario.with_(workload__0__count=case["jobs"])
    return multiplied(scenario, case["times"]) if case.get("times", 1) > 1 else scenario


def hall(racks: int) -> dict[str, Any]:
    """One hall of this many DGX racks in rows of a hundred, for an hour of training and of jobs."""
    rows = max(1, racks // 100)
    units = max(1, racks // 16)
    groups = [
        {"name": "utility", "type": "utility_feed"},
        {
            "name": "mv",
            "type": "mv_switchgear_30mw",
            "count": -(-racks // 700),
            "fed_by": "utility",
        },
        {"name": "trafo", "type": "transformer_4000", "count": -(-racks // 80), "fed_by": "mv"},
        {"name": "board", "type": "switchboard_4000", "count": -(-racks // 80)},
        {"name": "panel", "type": "rpp_500", "count": units},
    ]
    groups[3]["fed_by"] = {"source": "trafo", "pairing": "matched"}
    groups[4]["fed_by"] = {"source": "board", "pairing": "spread"}
    air = {"name": "wall", "type": "fanwall_500", "count": -(-racks // 14), "hall": "hall"}
    plant = {"name": "chiller", "type": "chiller_water_3500", "count": -(-racks // 90)}
    row = {
        "name": "row",
        "racks": f"{rows} x {min(racks, 100)} x dgx_b200_x2",
        "at": ["3 m", "3 m"],
    }
    size = ["80 m", f"{6 + 3 * rows} m", "6 m"]
    feed = {"source": "panel", "pairing": "spread"}
    layout = {
        "name": f"hall_of_{racks}",
        "halls": [{"name": "hall", "size": size, "rows": [row | {"fed_by": feed}]}],
        "power": groups,
        "cooling": {
            "air": [air | {"fed_by": "board", "plant": "chiller"}],
            "plant": [
                plant | {"fed_by": "board", "supply_temperature": "16 °C", "volume": "400 m^3"}
            ],
        },
    }
    job = {"kind": "training", "name": "train", "model": "Llama-3.1-70B", "nodes": racks}
    jobs = {"kind": "batch", "name": "job", "count": 200, "span": "1 h", "nodes_max": 256}
    return {
        "name": layout["name"],
        "layout": layout,
        "site": {"climate": "baltimore", "grid": "virginia"},
        "horizon": "1 h",
        "workload": [job | {"global_batch_sequences": racks * 8, "tensor_parallel": 8}, jobs],
    }


def multiplied(scenario: twin.Scenario, times: int) -> twin.Scenario:
    """The same factory with every group, both workloads and the hall's length multiplied."""
    data = scenario.model_dump(mode="json")
    layout = data["layout"]
    hall = layout["halls"][0]
    hall["size"] = [f"{16 * times} m", *hall["size"][1:]]
    for row in hall["rows"]:
        count, of = row["racks"].split(" x ")
        row["racks"] = f"{int(count) * times} x {of}"
    groups = [
        *layout["power"],
        *layout["cooling"]["loops"],
        *layout["cooling"]["air"],
        *layout["cooling"]["plant"],
    ]
    for group in groups:
        group["count"] *= times
    for work in data["workload"]:
        work["nodes"] *= times
    data["workload"][0]["requests"]["rate"] = f"{950 * times} / s"
    data["workload"][1]["global_batch_sequences"] *= times
    return twin.Scenario.model_validate(data)


AGAIN_WITHIN_S = 30.0
"""Cases that take longer are not run a second time."""


def run(case: dict[str, Any]) -> dict[str, float]:
    """Build and simulate, and say what it took; and once more in the same process, where forecasts
    of steps and laws of iterations are known, as in a notebook or a study.
    """
    scenario = asked(case)
    began = perf_counter()
    began_cpu = process_time()
    facility = twin.build(scenario)
    built = perf_counter()
    result = twin.simulate(facility)
    found = {
        "seconds": perf_counter() - began,
        "cpu_s": process_time() - began_cpu,
        "build_s": built - began,
        "simulate_s": perf_counter() - built,
        "events": result.summary.get("instants", result.summary["events"]),
        "nodes": facility.racks.node_count,
        "components": len(facility.components.id),
    }
    if found["seconds"] <= AGAIN_WITHIN_S:
        began_cpu = process_time()
        twin.simulate(twin.build(scenario))
        found["again_cpu_s"] = process_time() - began_cpu
    return found


def failures(name: str, root: Path) -> dict[str, float]:
    """The redundancy analysis of a layout."""
    from twin.analysis.redundancy import redundancy
    from twin.seeds import stream

    facility = twin.build(twin.load(root / "layouts" / f"{name}.yaml"))
    began = perf_counter()
    report = redundancy(facility, rng=stream(1, "redundancy"))
    return {
        "redundancy_s": perf_counter() - began,
        "components": report.components,
        "pairs": report.n_minus_2["cases"],
    }


def engines(halls: int, years: float) -> dict[str, float]:
    """Every engine of redundancy on a campus of so many halls, seconds of CPU each."""
    import numpy as np

    from tests.benchmarks.campus import campus
    from twin.facility.dependency import dependency, power_overloads
    from twin.physics.reliability import bdd, contingency, monte_carlo

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "campus.json"
        path.write_text(json.dumps(campus(halls)), encoding="utf-8")
        spent: dict[str, float] = {}
        facility = timed(spent, "build_s", lambda: twin.build(twin.load(path)))
    timed(spent, "overloads_s", lambda: power_overloads(facility))
    gates = timed(spent, "graph_s", lambda: dependency(facility))
    timed(spent, "compile_s", lambda: (gates.thresholds, gates.consumers, gates.fewest_lost))
    singles = timed(spent, "n_minus_1_s", lambda: contingency.single_failures(gates))
    pairs = timed(spent, "n_minus_2_s", lambda: contingency.double_failures(gates, singles))
    diagram = timed(spent, "diagram_s", lambda: bdd.failure_diagram(gates))
    timed(spent, "exact_s", lambda: bdd.exact(gates, diagram))
    rng = np.random.default_rng(1)
    timed(spent, "years_s", lambda: monte_carlo.yearly(gates, rng, years))
    return spent | {"components": gates.components.size, "pairs": pairs.cases}


def timed(spent: dict[str, float], name: str, work: Callable[[], T]) -> T:
    """Do it and note the CPU time that it took."""
    began = process_time()
    found = work()
    spent[name] = process_time() - began
    return found


def snapshot(case: dict[str, Any]) -> dict[str, float]:
    """A run stopped half-way, kept and taken up again: seconds of each and the bytes kept."""
    run = twin.start(twin.build(asked(case)))
    run.until("12:00")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "half.twin"
        began = perf_counter()
        run.save(path)
        saved = perf_counter()
        twin.resume(path)
        resumed = perf_counter()
        forked = run.fork()
        del forked
        parts = [each for each in [path, *path.rglob("*")] if each.is_file()]
        return {
            "seconds": saved - began,
            "resume_s": resumed - saved,
            "fork_s": perf_counter() - resumed,
            "kept_mb": sum(part.stat().st_size for part in parts) / 1e6,
        }


def command(words: list[str]) -> dict[str, float]:
    """A command line of twin in a fresh folder: seconds and the peak memory of its process."""
    with tempfile.TemporaryDirectory() as folder:
        began = perf_counter()
        subprocess.run(
            [sys.executable, "-m", "twin", *words, "--out", f"{folder}/out"],
            check=True,
            capture_output=True,
        )
        spent = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpu_s = spent.ru_utime + spent.ru_stime
        return {"seconds": perf_counter() - began, "cpu_s": cpu_s}


def main(text: str) -> None:
    """Run one case and print what was found."""
    case = json.loads(text)
    who = resource.RUSAGE_SELF
    if "redundancy_of" in case:
        found = failures(case["redundancy_of"], Path(case.get("root", ROOT)))
    elif "campus" in case:
        found = engines(case["campus"], case["years"])
    elif "command" in case:
        found = command(case["command"])
        who = resource.RUSAGE_CHILDREN
    elif case.get("snapshot"):
        found = snapshot(case) if hasattr(twin, "start") else {}
    else:
        found = run(case)
    print(json.dumps(found | {"peak_mb": resource.getrusage(who).ru_maxrss / 1024}))


if __name__ == "__main__":
    main(sys.argv[1])
