"""An inference service: a pool of identical replicas under a stream of requests."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from twin.stated import Duration, RowOf, TokenPrice, Within
from twin.workload.kind import Need, Pool, WorkloadKind
from twin.workload.requests import Requests


class Inference(WorkloadKind):
    """A service that answers requests from a pool of replicas."""

    kind: Literal["inference"]
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

    def pools(self) -> tuple[Pool, ...]:
        """One pool of replicas."""
        return (
            Pool(
                name=self.name,
                model=self.model,
                nodes=self.nodes,
                tensor_parallel=self.tensor_parallel,
                dtype=self.dtype,
                requests=self.requests,
                window_s=self.window,
                patience_s=self.patience,
            ),
        )

    def needs(self) -> tuple[Need, ...]:
        """Its model, and the lengths of its requests."""
        return (
            Need("models", self.model, ("model",)),
            Need("requests", self.requests.lengths, ("requests", "lengths")),
        )

    @property
    def most_nodes(self) -> int:
        """The pool."""
        return self.nodes

    @property
    def usd_per_token(self) -> float:
        """What a served token earns."""
        return self.token_price


KIND = Inference
