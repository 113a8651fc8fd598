"""One benchmark case in a process of its own: `python -m tests.benchmarks.cases '{"scenario":
"first_factory"}'`.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from pathlib import Path
from time import perf_counter
from typing import Any

import twin

ROOT = Path(__file__).parents[2]
DAY_S = 86_400.0


def measured(**case: object) -> dict[str, float]:
    """What a case costs, measured in a fresh process."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.cases", json.dumps(case)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def asked(case: dict[str, Any]) -> twin.Scenario:
    """The scenario of a case."""
    if "layout" in case:
        return twin.load(ROOT / "layouts" / f"{case['layout']}.yaml")
    scenario = twin.load(ROOT / "scenarios" / f"{case['scenario']}.yaml")
    if "horizon_s" in case:
        scenario = scenario.with_(horizon=f"{case['horizon_s']} s")
    if "jobs" in case:
        scenario = scenario.with_(workload__0__count=case["jobs"])
    return multiplied(scenario, case["times"]) if case.get("times", 1) > 1 else scenario


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


def run(case: dict[str, Any]) -> dict[str, float]:
    """Build and simulate, and say what it took."""
    scenario = asked(case)
    began = perf_counter()
    facility = twin.build(scenario)
    built = perf_counter()
    result = twin.simulate(facility)
    return {
        "build_s": built - began,
        "simulate_s": perf_counter() - built,
        "events": result.summary["events"],
        "nodes": facility.racks.node_count,
        "components": len(facility.components.id),
    }


def failures(name: str) -> dict[str, float]:
    """The redundancy analysis of a layout."""
    from twin.analysis.redundancy import redundancy
    from twin.facility.dependency import dependency
    from twin.seeds import stream

    facility = twin.build(twin.load(ROOT / "layouts" / f"{name}.yaml"))
    began = perf_counter()
    report = redundancy(dependency(facility), rng=stream(1, "redundancy"))
    return {
        "redundancy_s": perf_counter() - began,
        "components": report.components,
        "pairs": report.n_minus_2["cases"],
    }


def main(text: str) -> None:
    """Run one case and print what was found."""
    case = json.loads(text)
    found = failures(case["redundancy_of"]) if "redundancy_of" in case else run(case)
    found["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1])
