"""What was measured on a device, as a file: schema `twin-calibration/2`.

A measured profile keeps its raw samples beside the fits. A published profile holds fitted rates
only, with their source and residual: nobody ran this program's benchmarks on that device.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from twin.calibration.formats import form_of, number_format
from twin.errors import InputError, Problem
from twin.physics.chip import ActivityLaw
from twin.physics.kernel_surfaces.surface import Ceilings, Departure, KernelSurface
from twin.physics.roofline import Roofline
from twin.stated import Stated

SCHEMA: Literal["twin-calibration/2"] = "twin-calibration/2"
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
    launch: Literal["eager", "graph"] = "eager"
    """Called one by one, or replayed as a graph of the device."""
    backend: str = ""
    """Which attention kernel was pinned."""
    throttle: list[str] = Field(default_factory=list)
    """Why the clock was held down just after, as the driver says."""


class Base(Stated):
    """Ceilings of a kernel: launch, rates, time of a block of work, sharpness of the corner."""

    t0_s: float = Field(ge=0)
    p_flops_s: Positive
    w_bytes_s: Positive
    unit_s: float = Field(default=0.0, ge=0)
    sharpness: float = Field(default=14.0, ge=1)


class Process(Stated):
    """The departure's Gaussian process; `x` holds features of `physics/kernel_surfaces/work.py`."""

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
    clock_frac: float = Field(default=1.0, gt=0, le=1)
    """Mean clock of the samples over the full one, at which `base` and `gp` stand; 1 where no clock
    was read."""
    domain: dict[str, tuple[Positive, Positive]] = Field(min_length=1)

    def roofline(self) -> Roofline:
        """The base law at the clocks that the samples had."""
        flop_s = self.base.p_flops_s * self.clock_frac
        return Roofline(flop_s, self.base.w_bytes_s, self.base.t0_s)

    def surface(self) -> KernelSurface:
        """Ready to be asked, as `kernel_tables.kernel_surface` is, at the full clock.

        Raises InputError for a number format that is not known.
        """
        base = self.base
        gp = self.gp
        ceilings = Ceilings(base.p_flops_s, base.w_bytes_s, base.t0_s, base.unit_s, base.sharpness)
        departure = Departure(np.array(gp.x), np.array(gp.alpha), gp.mean, np.array(gp.length))
        return KernelSurface(self.op, form_of(self.dtype), ceilings, departure)


class PowerFit(Stated):
    """Power law of the device: `twin.physics.chip`."""

    idle_w: float = Field(ge=0)
    max_w: Positive
    base: float = Field(ge=0)
    compute: float = Field(ge=0)
    memory: float = Field(ge=0)
    compute_exponent: Positive = 1.0
    memory_exponent: Positive = 1.0
    most: Positive = 1.0
    """Highest activity; above 1 where work at the full clock would draw more than `max_w`, so that
    the board lowers its clock."""
    error_frac: float = Field(ge=0)
    """Mean absolute error on the rows it was fitted on."""
    left_out_error_frac: float | None = Field(default=None, ge=0)
    """The same with each model left out in turn."""
    status: Status = "measured"
    source: str

    def law(self) -> ActivityLaw:
        """As the physics takes it."""
        exponents = (self.compute_exponent, self.memory_exponent)
        return ActivityLaw(self.base, self.compute, self.memory, *exponents, self.most)


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

    schema_: Literal["twin-calibration/1", "twin-calibration/2"] = Field(
        default=SCHEMA, alias="schema"
    )
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
    marks: list[str] = Field(default_factory=list)
    """What disturbed the measurement: a hot chip, another process. Scenarios refuse these."""
    measured: dict[str, Any] = Field(default_factory=dict)
    """What else was measured: host times, power held and stepped, collectives."""

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
            if (fit.op, number_format(fit.dtype)) == (op, number_format(dtype)):
                return fit
        allowed = ", ".join(f"{fit.op} {fit.dtype}" for fit in self.fits)
        raise InputError(
            [Problem(self.device.name, f"{op} {dtype}", allowed or "no fits in this profile")]
        )
