"""Writes the table of serving forecasts beside published results: run it as a program.

    python docs/make_forecasts.py

Written is `docs/physics/serving_forecasts_rows.md`, which `serving_forecasts.md` is about.
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests import mlperf_v60_points  # noqa: E402
from tests.serving_points import (  # noqa: E402
    ServingPoint,
    early_forecasts,
    forecasts,
    last_forecasts,
    later_forecasts,
    mlperf_forecasts,
    stage_forecasts,
)
from tests.wide_points import ROWS as WIDE_ROWS  # noqa: E402
from tests.wide_points import forecast, rate  # noqa: E402
from twin.analysis.prediction import InferencePrediction  # noqa: E402

OUT = ROOT / "docs" / "physics" / "serving_forecasts_rows.md"
HEAD = (
    "# Serving forecasts, row by row",
    "",
    "Output tokens a second and GPU, published and forecast; what the columns mean stands in "
    "[serving forecasts](serving_forecasts.md).",
    "",
)
LATER = (
    "",
    "## Rows that came later",
    "",
    "TensorRT-LLM 1.0, tried once the times of the software stood; none fitted.",
    "",
)
LAST = ("", "## Release 1.2", "", "TensorRT-LLM 1.2, tried after all others; none fitted.", "")
STAGES = (
    "",
    "## Stages",
    "",
    "RTX PRO 6000 Blackwell Server Edition under TensorRT-LLM 1.0, 1.1 and 1.2, in this order; "
    "none fitted.",
    "",
)
EARLY = (
    "",
    "## Releases 0.20 and 0.14",
    "",
    "TensorRT-LLM 0.20, then 0.14, on A100, H100, H200 and B200; none fitted.",
    "",
)
MLPERF = (
    "",
    "## MLPerf Inference v5.1",
    "",
    "Offline, five submitters, lengths of answers with their deviation; none fitted.",
    "",
)
SIXTH = (
    "",
    "## MLPerf Inference v6.0",
    "",
    "Offline, asked by settings of v5.1, a GPU each; none fitted.",
    "",
    "| row | model | GPU | published | forecast | error |",
    "|---|---|---|---|---|---|",
)
WIDE = (
    "",
    "## Experts over several nodes",
    "",
    "Prompts read and tokens made apart; sequences of a rank, copies of experts held twice, and "
    "two batches or one; none fitted.",
    "",
    "| system | model | GPU | cut | format | in | of a rank | copies | batches | unit | published "
    "| forecast | error |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
)
COLUMNS = (
    "| model | GPU | cut | format | in / out | published | forecast | error |",
    "|---|---|---|---|---|---|---|---|",
)


def row(point: ServingPoint, found: InferencePrediction, fitted: bool) -> str:
    """One line of the table."""
    error = found.output_tokens_per_s_per_gpu / point.tokens_per_s_per_gpu - 1
    cells = (
        found.model,
        point.gpu,
        found.parallelism,
        found.dtype,
        f"{point.input_tokens} / {point.output_tokens}",
        f"{point.tokens_per_s_per_gpu:,.0f}",
        f"{found.output_tokens_per_s_per_gpu:,.0f}",
        f"{error:+.1%}" + (" fitted" if fitted else ""),
    )
    return f"| {' | '.join(cells)} |"


def sixth_row(row: dict[str, str]) -> str:
    """One line of the table of MLPerf v6.0."""
    found = mlperf_v60_points.forecast(row["model"], row["gpu"]).output_tokens_per_s_per_gpu
    published = float(row["tokens_per_s"]) / int(row["gpus"])
    numbers = (f"{published:,.0f}", f"{found:,.0f}", f"{found / published - 1:+.1%}")
    return f"| {' | '.join((row['id'], row['model'], row['gpu'], *numbers))} |"


def wide_row(row: dict[str, str]) -> str:
    """One line of the table of experts over several nodes."""
    found = rate(row, forecast(row["id"]))
    published = float(row["published"])
    cells = (
        row["system"],
        row["model"],
        row["gpu"],
        f"DEP{row['ranks']}",
        row["dtype"],
        row["input_tokens"],
        row["per_rank"],
        row["redundant"],
        "2" if row["two_batches"] == "1" else "1",
        row["unit"],
        f"{published:,.0f}",
        f"{found:,.0f}",
        f"{found / published - 1:+.1%}",
    )
    return f"| {' | '.join(cells)} |"


def lines() -> list[str]:
    """The whole page."""
    fitted = [row(point, found, point.fitted) for point, found in forecasts()]
    later = [row(point, found, False) for point, found in later_forecasts()]
    stages = [row(point, found, False) for point, found in stage_forecasts()]
    return [*HEAD, *COLUMNS, *fitted, *LATER, *COLUMNS, *later, *STAGES, *COLUMNS, *stages, *last()]


def last() -> list[str]:
    """The parts of release 1.2, of the early ones, of MLPerf and of experts over nodes."""
    early = [row(*one, False) for release in ("0.20", "0.14") for one in early_forecasts(release)]
    last = [row(*one, False) for one in last_forecasts()]
    mlperf = [row(*one, False) for one in mlperf_forecasts()]
    parts = [*LAST, *COLUMNS, *last, *EARLY, *COLUMNS, *early]
    sixth = [sixth_row(one) for one in mlperf_v60_points.ROWS]
    wide = [wide_row(one) for one in WIDE_ROWS]
    return [*parts, *MLPERF, *COLUMNS, *mlperf, *SIXTH, *sixth, *WIDE, *wide, ""]


if __name__ == "__main__":
    OUT.write_text("\n".join(lines()), encoding="utf-8")
