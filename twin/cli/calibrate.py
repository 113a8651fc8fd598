"""`twin calibrate`: measure this machine's device and keep it as a profile."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from typer import Option

from twin.cli import face, say


class Device(StrEnum):
    """What can be measured."""

    cpu = "cpu"
    cuda = "cuda"


Out = Annotated[Path, Option("--out", metavar="PROFILE.json", help="Where the profile goes.")]
Quick = Annotated[bool, Option("--quick", help="Fewer shapes, in seconds and not minutes.")]


def calibrate(
    out: Out,
    quick: Quick = False,
    device: Annotated[Device, Option(help="What is measured.")] = Device.cpu,
) -> None:
    """Measure this machine's device as a profile.

    Needs torch. The profile holds the samples, what was fitted to them, and steps that were first
    predicted and then measured.
    """
    say.writable(out.parent)
    with say.progress("measuring") as told:
        profile = face.calibrate(device.value, quick, out, told)
    say.findings(str(profile["device"]["name"]), _errors(profile), stderr=True)
    say.line(str(out))


def _errors(profile: dict[str, Any]) -> dict[str, Any]:
    fits = [
        {key: fit[key] for key in ("op", "dtype", "loo_median_frac", "loo_p90_frac")}
        for fit in profile["fits"]
    ]
    return {"samples": len(profile["samples"]), "fits": fits, "validation": profile["validation"]}
