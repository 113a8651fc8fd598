"""Writes the golden numbers anew, and tells which changed by how much."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from conftest import SHIPPED, shipped_result  # noqa: E402

from twin import Result  # noqa: E402

FOLDER = Path(__file__).parent
NOT_ANSWERS = ("wall_s", "_residual_frac")
"""What tells of the machine, and rounding that has its own test."""


def golden(result: Result) -> dict[str, Any]:
    """What a run answered: headline numbers, what happened, and losses by cause and workload."""
    happened = result.frame("events").groupby("what").size()
    losses = result.frame("losses").groupby(["cause", "workload"]).tokens.sum()
    energy = result.frame("energy")
    return {
        "summary": {k: _plain(v) for k, v in result.summary.items() if not k.endswith(NOT_ANSWERS)},
        "events": {str(what): int(count) for what, count in happened.items()},
        "losses": {" ".join(map(str, key)): float(tokens) for key, tokens in losses.items()},
        "energy_j": {f"{s} > {t}": float(e) for s, t, e in energy.itertuples(index=False)},
    }


def _plain(value: Any) -> float | None:
    return None if value != value else float(value)


def main() -> None:
    """One JSON a shipped scenario."""
    for name in SHIPPED:
        path = FOLDER / f"{name}.json"
        now = golden(shipped_result(name))
        before = json.loads(path.read_text()) if path.is_file() else {}
        path.write_text(json.dumps(now, indent=1) + "\n")
        for part, values in now.items():
            for key, value in values.items():
                was = before.get(part, {}).get(key)
                if was != value:
                    print(f"{name} {part} {key}: {was} -> {value}")


if __name__ == "__main__":
    main()
