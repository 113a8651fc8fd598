"""An inference service: a pool of identical replicas under a stream of requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from twin.stated import Duration, Fraction, Rate, RowOf, Stated, TokenPrice, Within


class Requests(Stated):
    """The request stream: how many, when in the day, how long."""

    rate: Rate
    """Mean arrivals a second over a day."""
    lengths: Annotated[str, Field(max_length=100), RowOf("requests")] = "azure_2023_conv"
    """Catalogue row with the published length statistics."""
    diurnal_amplitude: Fraction = 0.5
    """Peak over mean, minus one, of the daily sinusoid."""
    peak_hour: float = Field(default=14.0, ge=0, lt=24)
    """Local hour of the daily peak."""
    burstiness: float = Field(default=4.0, ge=0.01, le=1e4)
    """Variance of the arrivals in a window over their mean; 1 is Poisson."""


class Inference(Stated):
    """A service that answers requests from a pool of replicas."""

    kind: Literal["inference"]
    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    """Name of the service, used in tables and reports."""
    model: Annotated[str, Field(max_length=100), RowOf("models")]
    """Catalogue model, such as `llama-3.1-70b`."""
    nodes: PositiveInt = Field(le=1_000_000)
    """Nodes given to the pool."""
    tensor_parallel: PositiveInt = Field(default=4, le=10_000)
    """GPUs of one replica; stays inside one node or NVLink domain."""
    dtype: Literal["bf16", "fp8", "fp4"] = "fp8"
    """Arithmetic and weight format."""
    requests: Requests
    """The stream of requests."""
    window: Annotated[Duration, Within(1.0, 86_400.0, "1 s to 1 day")] = 300.0
    """Length of the windows over which arrivals are drawn."""
    patience: Duration = 60.0
    """A request that waits longer is given up: its tokens are dropped."""
    token_price: TokenPrice = 0.0
    """Price of an output token, for the cost of what is lost."""
