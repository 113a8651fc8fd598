"""Steps of a net that no sample knows: predicted from the samples, beside what was measured."""

from __future__ import annotations

from typing import Any

from twin.calibration.prediction import predict_transformer_step
from twin.calibration.profile import Check, Profile
from twin.calibration.sustained import sustained_step
from twin.calibration.unseen import UNSEEN


def checked(profile: Profile, steps: list[dict[str, Any]]) -> list[Check]:
    """Each measured step with its prediction; nothing of the steps enters the fits.

    On a GPU an eager step takes the longer of its kernels and its host, a graph only its kernels,
    either at the clock that the board's power leaves where that was measured.
    On a CPU, which others may share, the fastest readings meet the fastest.
    """
    device = "cpu" if profile.device.name.startswith("CPU") else "cuda"
    return [
        Check(
            kind=f"{row['kind']} batch {row['batch']} tokens {row['tokens']} {row['launch']}",
            predicted_s=_predicted_s(profile, device, row),
            measured_s=row["t_s_min" if device == "cpu" else "t_s_median"],
        )
        for row in steps
    ]


def _predicted_s(profile: Profile, device: str, row: dict[str, Any]) -> float:
    net = UNSEEN[device]
    predict = sustained_step if profile.power_fit else predict_transformer_step
    kernels = predict(profile, net, row["batch"], row["tokens"], row["kind"])
    host = profile.measured.get("host", {})
    if device == "cpu" or not host:
        return kernels.time_s
    if row["launch"] == "graph":
        return kernels.time_s + float(host.get("graph_launch_s", 0.0))
    passes = (
        3 if row["kind"] == "train" else 1
    )  # the backward pass queues twice what the first does
    host_s = host["host_step_s"] + passes * net.layers * host["host_layer_s"]
    return max(kernels.time_s, float(host_s))
