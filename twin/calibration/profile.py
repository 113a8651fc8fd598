"""What was measured on a device, as a file: schema `twin-calibration/1`.

A measured profile keeps its raw samples beside the fits. A published profile holds fitted rates
only, with their source and residual: nobody ran this program's benchmarks on that device.
"""

from __future__ import annotations

import os
from collections import Counter
from importlib.resources import files
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import Field, ValidationError

from twin.errors import InputError, Problem, did_you_mean
from twin.physics.roofline import Remainder, Roofline
from twin.stated import Stated

SCHEMA: Literal["twin-calibration/1"] = "twin-calibration/1"
PEAK_MARGIN = 1.05
"""An implied FLOP rate above this many times the peak means a broken clock or a cached result."""
Positive = Annotated[float, Field(gt=0)]
Status = Literal["measured", "published", "vendor", "standard", "assumed"]


class Device(Stated):
    """The device and its datasheet peaks."""

    name: str
    uuid_hash: str = ""
    """First digits of a SHA-256 of the device's identifier, so that profiles can be told apart."""
    sm_count: int = Field(default=0, ge=0)
    mem_bytes: float = Field(default=0.0, ge=0)
    power_limit_w: float = Field(default=0.0, ge=0)
    max_clock_hz: float = Field(default=0.0, ge=0)
    peak_flop_s: dict[str, Positive] = Field(default_factory=dict)
    """Dense peak for each number format; empty where nobody knows it."""
    peak_bytes_s: float = Field(default=0.0, ge=0)


class Sample(Stated):
    """One measured kernel."""

    op: str
    dtype: str
    shape: dict[str, Annotated[int, Field(ge=1)]]
    t_s_median: Positive
    t_s_min: Positive
    n: int = Field(ge=1)
    flops: float = Field(ge=0)
    bytes: float = Field(ge=0)
    power_w: float | None = Field(default=None, ge=0)
    sm_clock_hz: float | None = Field(default=None, gt=0)
    temperature_degc: float | None = None
    cache: Literal["cold", "warm"] = "cold"


class Base(Stated):
    """The three numbers of the roofline."""

    t0_s: float = Field(ge=0)
    p_flops_s: Positive
    w_bytes_s: Positive


class Process(Stated):
    """The remainder's Gaussian process; `x` in log2 of the shape."""

    x: list[list[float]]
    alpha: list[float]
    length: list[Positive]
    mean: float


class Fit(Stated):
    """One fitted operation with its errors and the box it was sampled in."""

    op: str
    dtype: str
    base: Base
    gp: Process
    loo_median_frac: float = Field(ge=0)
    loo_p90_frac: float = Field(ge=0)
    domain: dict[str, tuple[Positive, Positive]] = Field(min_length=1)

    def roofline(self) -> Roofline:
        """The base law."""
        return Roofline(self.base.p_flops_s, self.base.w_bytes_s, self.base.t0_s)

    def remainder(self) -> Remainder:
        """The fitted remainder, ready to be called."""
        low, high = np.log2(np.array(list(self.domain.values()))).T
        gp = self.gp
        errors = (self.loo_median_frac, self.loo_p90_frac)
        return Remainder(
            np.array(gp.x), np.array(gp.alpha), gp.mean, np.array(gp.length), low, high, *errors
        )


class PowerFit(Stated):
    """Power law of the device: `twin.physics.chip`."""

    idle_w: float = Field(ge=0)
    max_w: Positive
    base: float = Field(ge=0)
    compute: float = Field(ge=0)
    memory: float = Field(ge=0)
    compute_exponent: Positive = 1.0
    memory_exponent: Positive = 1.0
    error_frac: float = Field(ge=0)
    """Mean absolute error on the rows it was fitted on."""
    left_out_error_frac: float | None = Field(default=None, ge=0)
    """The same with each model left out in turn."""
    status: Status = "measured"
    source: str


class Rate(Stated):
    """Effective rates for one use and number format."""

    use: Literal["kernel", "training", "serving_dense", "serving_sparse"]
    dtype: str
    flop_s: Positive
    bytes_s: Positive
    launch_s: float = Field(ge=0)
    status: Status
    source: str
    error_frac: float | None = Field(default=None, ge=0)
    """Mean absolute error on the published points it was fitted on."""
    left_out_error_frac: float | None = Field(default=None, ge=0)
    """Mean absolute error on published points it has not seen."""
    fitted_points: int = Field(default=0, ge=0)
    left_out_points: int = Field(default=0, ge=0)

    def roofline(self) -> Roofline:
        """As the physics takes it."""
        return Roofline(self.flop_s, self.bytes_s, self.launch_s)


class Check(Stated):
    """One step that was predicted, then measured."""

    kind: str
    predicted_s: Positive
    measured_s: Positive

    @property
    def error_frac(self) -> float:
        """Prediction over measurement, less one."""
        return self.predicted_s / self.measured_s - 1


class Profile(Stated):
    """A calibrated device."""

    schema_: Literal["twin-calibration/1"] = Field(default=SCHEMA, alias="schema")
    status: Literal["measured", "published"]
    device: Device
    software: dict[str, str] = Field(default_factory=dict)
    date_utc: str
    conditions: dict[str, str | float | bool | None] = Field(default_factory=dict)
    samples: list[Sample] = Field(default_factory=list)
    fits: list[Fit] = Field(default_factory=list)
    rates: list[Rate] = Field(default_factory=list)
    power_fit: PowerFit | None = None
    validation: list[Check] = Field(default_factory=list)

    def rate(self, use: str, dtype: str) -> Rate:
        """The rates for a use and number format. Raises InputError where the profile has none."""
        for rate in self.rates:
            if (rate.use, rate.dtype) == (use, dtype):
                return rate
        allowed = ", ".join(f"{rate.use} {rate.dtype}" for rate in self.rates)
        raise InputError(
            [Problem(self.device.name, f"{use} {dtype}", allowed or "no rates in this profile")]
        )

    def fit_of(self, op: str, dtype: str) -> Fit:
        """The fit of an operation. Raises InputError where the profile has none."""
        for fit in self.fits:
            if (fit.op, fit.dtype) == (op, dtype):
                return fit
        allowed = ", ".join(f"{fit.op} {fit.dtype}" for fit in self.fits)
        raise InputError(
            [Problem(self.device.name, f"{op} {dtype}", allowed or "no fits in this profile")]
        )


def load_profile(path: Path | str) -> Profile:
    """Read a profile and refuse what cannot be true.

    Raises InputError with every problem: unknown schema, times that are no positive numbers, a fit
    without domain, fewer than three samples of an operation, a FLOP rate above 1.05 times the peak.
    """
    file = str(path)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            [Problem("", "no readable file", "a calibration profile", str(error), file=file)]
        ) from error
    return _parse(text, file)


def save_profile(profile: Profile, path: Path | str) -> None:
    """Write a profile in one move: a reader sees the old file or the new one, never half of it."""
    target = Path(path)
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    scratch.write_text(
        profile.model_dump_json(by_alias=True, indent=1, exclude_none=True) + "\n", encoding="utf-8"
    )
    scratch.replace(target)


def published_names() -> tuple[str, ...]:
    """Devices that ship with a published profile."""
    folder = files("twin") / "data" / "profiles"
    return tuple(
        sorted(
            entry.name.removesuffix(".json")
            for entry in folder.iterdir()
            if entry.name.endswith(".json")
        )
    )


def published_profile(gpu: str) -> Profile:
    """The shipped profile of a GPU, by catalogue name. Raises InputError where there is none."""
    if gpu not in (names := published_names()):
        raise InputError([Problem("gpu", repr(gpu), ", ".join(names), did_you_mean(gpu, names))])
    entry = files("twin") / "data" / "profiles" / f"{gpu}.json"
    return _parse(entry.read_text(encoding="utf-8"), f"{gpu}.json")


def _parse(text: str, file: str) -> Profile:
    try:
        profile = Profile.model_validate_json(text)
    except ValidationError as error:
        problems = [
            Problem(".".join(map(str, e["loc"])), str(e["input"])[:80], e["msg"], file=file)
            for e in error.errors()
        ]
        raise InputError(problems) from error
    if problems := [*_impossible(profile, file), *_too_few(profile, file)]:
        raise InputError(problems)
    return profile


def _impossible(profile: Profile, file: str) -> list[Problem]:
    """Samples and rates faster than the device's peak."""
    peak = profile.device.peak_flop_s
    seen = [(f"samples.{i}", s.dtype, s.flops / s.t_s_min) for i, s in enumerate(profile.samples)]
    seen += [(f"rates.{i}", r.dtype, r.flop_s) for i, r in enumerate(profile.rates)]
    return [
        Problem(
            where,
            f"{flop_s:.4g} FLOP/s",
            f"at most {PEAK_MARGIN} x peak {peak[dtype]:.4g}",
            file=file,
        )
        for where, dtype, flop_s in seen
        if flop_s > PEAK_MARGIN * peak.get(dtype, float("inf"))
    ]


def _too_few(profile: Profile, file: str) -> list[Problem]:
    """Fits that do not stand on three samples."""
    samples = Counter((s.op, s.dtype) for s in profile.samples)
    groups = samples | Counter({(fit.op, fit.dtype): 0 for fit in profile.fits})
    needed = {
        key: samples.get(key, 0) for key in {*groups, *((f.op, f.dtype) for f in profile.fits)}
    }
    return [
        Problem(f"samples of {op} {dtype}", str(count), "at least 3", file=file)
        for (op, dtype), count in sorted(needed.items())
        if count < 3
    ]
