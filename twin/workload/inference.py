"""An inference service: a pool of identical replicas under a stream of requests."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat, PositiveInt

from twin.stated import Duration, Fraction, Rate, Stated, TokenPrice


class Requests(Stated):
    """The request stream: how many, when in the day, how long."""

    rate: Rate = Field(le=1e9)
    """Mean arrivals a second over a day."""
    lengths: str = "azure_2023_conv"
    """Catalogue row with the published length statistics."""
    diurnal_amplitude: Fraction = 0.5
    """Peak over mean, minus one, of the daily sinusoid."""
    peak_hour: float = Field(default=14.0, ge=0, lt=24)
    """Local hour of the daily peak."""
    burstiness: PositiveFloat = 4.0
    """Variance of the arrivals in a window over their mean; 1 is Poisson."""


class Inference(Stated):
    """A service that answers requests from a pool of replicas."""

    kind: Literal["inference"]
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """Name of the service, used in tables and reports."""
    model: str
    """Catalogue model, such as `llama-3.1-70b`."""
    nodes: PositiveInt
    """Nodes given to the pool."""
    tensor_parallel: PositiveInt = 4
    """GPUs of one replica; stays inside one node or NVLink domain."""
    dtype: Literal["bf16", "fp8", "fp4"] = "fp8"
    """Arithmetic and weight format."""
    requests: Requests
    """The stream of requests."""
    window: Duration = Field(default=300.0, ge=1.0)
    """Length of the windows over which arrivals are drawn."""
    patience: Duration = 60.0
    """A request that waits longer is given up: its tokens are dropped."""
    token_price: TokenPrice = 0.0
    """Price of an output token, for the cost of what is lost."""
