"""The scenario of a design: a day under the load it was sized for."""

from __future__ import annotations

from twin.analysis.prediction import InferencePrediction
from twin.study.design_search.power_layout import Data
from twin.study.design_search.target import Target


def scenario_of(
    name: str, target: Target, nodes: int, replica: InferencePrediction, rate: float
) -> Data:
    """A day of a design under the load it was sized for.

    rate   output tokens a second
    """
    tokens = target.tokens
    requests = {
        "rate": f"{rate / tokens.output:.6g} / s",
        "input_tokens": tokens.input,
        "output_tokens": tokens.output,
        "diurnal_amplitude": tokens.diurnal_amplitude,
    }
    service: Data = {"kind": "inference", "name": "service", "model": tokens.model, "nodes": nodes}
    service |= {
        "tensor_parallel": replica.gpus,
        "dtype": _format(replica.dtype),
        "requests": requests,
    }
    return {
        "version": 1,
        "name": name,
        "description": f"A day of {name} at the load it was sized for.",
        "layout": f"{name}.layout.yaml",
        "site": {"climate": target.site.climate, "grid": target.site.grid},
        "horizon": "24 h",
        "workload": [service | {"requests": requests}],
    }


def _format(dtype: str) -> str:
    """The number format as a run names it."""
    if "4" in dtype:
        return "fp4"
    return "fp8" if "8" in dtype else "bf16"
