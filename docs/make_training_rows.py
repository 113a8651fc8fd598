"""Writes the table of training steps beside published ones: run it as a program.

    python docs/make_training_rows.py

Written is `docs/physics/training_rows.md`, which `training.md` is about.
"""

from __future__ import annotations

import sys
from pathlib import Path
from statistics import fmean

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.validation.test_training_points import ROWS, predicted, tokens_error  # noqa: E402

OUT = ROOT / "docs" / "physics" / "training_rows.md"
HEAD = (
    "# Training steps, row by row",
    "",
    "Tokens a second and GPU, published and forecast; layouts, options and sources as in "
    "`tests/data/workload/training_steps.csv`. What the columns mean stands in "
    "[training](training.md#errors). No number was chosen on the rows that came later, which had "
    "been seen when the exchange with experts was corrected twice.",
)
PARTS = (
    ("dense", "Dense models"),
    ("sparse", "Models of experts"),
    ("sparse_later", "Models of experts that came later"),
    ("mlperf", "Steps of MLPerf Training v5.1"),
    ("tuning", "Fine-tuning with adapters, MLPerf Training v5.1"),
    ("sparse_ab", "One model of experts, one option changed at a time"),
)
COLUMNS = (
    "| row | GPUs | format | software | published | forecast | error | as `plain` | error "
    "| clock |",
    "|---|---|---|---|---|---|---|---|---|---|",
)


def cells(row: dict[str, str]) -> list[str]:
    """One line of the table."""
    found = predicted(row)
    plain = predicted(row, "plain") if row["software"] != "megatron_2022" else None
    published = row["tokens_per_s_per_gpu"]
    told = f"{float(published):,.0f}" if published else f"{row['tflop_s_per_gpu']} TFLOP/s"
    rate = f"{found.tokens_per_s_per_gpu:,.0f}"
    return [
        f"`{row['id']}`",
        f"{int(row['gpus']):,} {row['gpu']}",
        row["dtype"],
        f"`{row['software']}`",
        told,
        rate if published else f"{found.tflop_s_per_gpu:.0f} TFLOP/s",
        f"{100 * tokens_error(row, found):+.1f} %",
        f"{plain.tokens_per_s_per_gpu:,.0f}" if plain and published else "–",
        f"{100 * tokens_error(row, plain):+.1f} %" if plain and published else "–",
        f"{found.clock_frac:.2f}",
    ]


def part(kind: str, title: str) -> list[str]:
    """One chapter: its mean, its table."""
    rows = [row for row in ROWS if row["kind"] == kind]
    found = [tokens_error(row, predicted(row)) for row in rows]
    mean = f"{len(rows)} rows, {100 * fmean(map(abs, found)):.1f} % off on average, bias "
    told = [f"{mean}{100 * fmean(found):+.1f} %."]
    table = [f"| {' | '.join(cells(row))} |" for row in rows]
    return ["", f"## {title}", "", *told, "", *COLUMNS, *table]


def lines() -> list[str]:
    """The whole page."""
    return [*HEAD, *(line for one in PARTS for line in part(*one)), ""]


if __name__ == "__main__":
    OUT.write_text("\n".join(lines()), encoding="utf-8")
