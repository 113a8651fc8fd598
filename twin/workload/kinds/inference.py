"""An inference service: a pool of identical replicas under a stream of requests."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, Self

from pydantic import Field, PositiveInt, model_validator

from twin.stated import Duration, RowOf, TokenPrice, Within
from twin.workload.kind import Need, Pool, WorkloadKind
from twin.workload.lora import LoraAdapters
from twin.workload.requests import Requests
from twin.workload.serving_engine import Autoscaling, EngineOptions, PrefillNodes, Promise, Stage

USUAL_TENSOR_PARALLEL = 4
"""Where nothing is said of how a replica is cut."""


class Inference(WorkloadKind):
    """A service that answers requests from a pool of replicas."""

    kind: Literal["inference"]
    model: Annotated[str, Field(max_length=100), RowOf("models")]
    """Catalogue model, such as `llama-3.1-70b`."""
    nodes: PositiveInt = Field(le=1_000_000)
    """Nodes given to the pool."""
    tensor_parallel: PositiveInt | None = Field(default=None, le=10_000)
    """GPUs of one replica that share each layer, inside one node or NVLink domain; 4 where nothing
    is said of how a replica is cut."""
    attention_data_parallel: PositiveInt = Field(default=1, le=10_000)
    """GPUs that each hold attention whole for sequences of their own and share the experts of one
    replica (DEP8 is 8 of them); with tensor_parallel 1 alone."""
    pipeline_parallel: PositiveInt = Field(default=1, le=1000)
    """Stages of one replica that hold its layers one after another, each on GPUs of its own; in a
    scale-up domain, or over nodes of one rack that a network joins."""
    mig: Annotated[str, Field(max_length=40)] | None = None
    """Instances (MIG) that its GPUs are cut into, such as 3g.40gb: a replica stands on each, and as
    many on a GPU as the vendor allows."""
    dtype: Literal["bf16", "fp8", "fp4"] = "fp8"
    """Arithmetic and weight format."""
    lora: LoraAdapters | None = None
    """Adapters that are served with the model as their base; each request asks for one."""
    requests: Requests
    """The stream of requests."""
    window: Annotated[Duration, Within(1.0, 86_400.0, "1 s to 1 day")] = 300.0
    """Length of the windows over which arrivals are drawn."""
    patience: Duration = 60.0
    """A request that waits longer is given up: its tokens are dropped."""
    detail: Literal["fluid", "requests"] = "fluid"
    """Requests as a fluid, whose tails come from one replica; or each of them on its own."""
    engine: EngineOptions = Field(default_factory=EngineOptions)
    """Settings of the serving software."""
    prefill: PrefillNodes | None = None
    """Nodes that read the prompts, so that those of the pool only make tokens (prefill and decode
    apart); keys and values come over the network."""
    autoscale: Autoscaling | None = None
    """Wakes nodes of the pool as load asks, and lets others idle; without it all are awake."""
    slo: Promise = Field(default_factory=Promise)
    """What users are promised; the tables say which share of requests it is kept for."""
    token_price: TokenPrice = 0.0
    """Price of an output token, for the cost of what is lost."""

    @property
    def _tensor(self) -> int:
        """GPUs that share each layer."""
        whole = self.attention_data_parallel == 1 and not self.mig
        usual = USUAL_TENSOR_PARALLEL if whole else 1
        return self.tensor_parallel or usual

    @model_validator(mode="after")
    def _can_scale(self) -> Self:
        if self.autoscale is not None and self.autoscale.min_nodes > self.nodes:
            asked = self.autoscale.min_nodes
            raise ValueError(f"autoscale.min_nodes {asked}: at most the pool's {self.nodes} nodes")
        return self

    @model_validator(mode="after")
    def _on_instances(self) -> Self:
        """Instances of a GPU have no links to one another."""
        if not self.mig:
            return self
        cuts = (self._tensor, self.attention_data_parallel, self.pipeline_parallel)
        if max(cuts) > 1:
            raise ValueError(f"mig {self.mig}: replicas of one instance, which have no links")
        return self

    @model_validator(mode="after")
    def _shares_experts(self) -> Self:
        """What is said of shared experts would do nothing where none are."""
        engine = self.engine
        stated = {
            "redundant_experts": engine.redundant_experts > 0,
            "two_batches": engine.two_batches,
        }
        if self.attention_data_parallel == 1 and any(stated.values()):
            named = " and ".join(name for name, said in stated.items() if said)
            raise ValueError(f"engine.{named} with attention_data_parallel above 1")
        return self

    def pools(self) -> tuple[Pool, ...]:
        """One pool of replicas, and that which reads prompts for it."""
        pool = Pool(
            name=self.name,
            model=self.model,
            nodes=self.nodes,
            tensor_parallel=self._tensor,
            attention_ranks=self.attention_data_parallel,
            pipeline=self.pipeline_parallel,
            lora=self.lora,
            mig=self.mig or "",
            dtype=self.dtype,
            requests=self.requests,
            window_s=self.window,
            patience_s=self.patience,
            detail=self.detail,
            engine=self.engine,
            promise=self.slo,
            autoscale=self.autoscale,
        )
        if self.prefill is None:
            return (pool,)
        return (replace(pool, stage=Stage.DECODE, prefill=self._readers(pool, self.prefill)),)

    def _readers(self, pool: Pool, stated: PrefillNodes) -> Pool:
        """The pool that reads prompts: without drafts, for it makes one token of each."""
        budget = stated.token_budget or self.engine.token_budget
        engine = self.engine.model_copy(update={"drafts": 0, "token_budget": budget})
        return replace(
            pool,
            stage=Stage.PREFILL,
            autoscale=None,
            nodes=stated.nodes,
            tensor_parallel=stated.tensor_parallel or pool.tensor_parallel,
            mig="" if stated.tensor_parallel else pool.mig,
            attention_ranks=1 if stated.tensor_parallel else pool.attention_ranks,
            pipeline=1 if stated.tensor_parallel else pool.pipeline,
            engine=engine,
            sends_layers=stated.send == "layers",
        )

    def needs(self) -> tuple[Need, ...]:
        """Its model, and the lengths of its requests."""
        needs = [Need("models", self.model, ("model",))]
        if self.requests.by_row:
            needs.append(Need("requests", self.requests.lengths, ("requests", "lengths")))
        if self.engine.software is not None:
            needs.append(Need("engines", self.engine.software, ("engine", "software")))
        return tuple(needs)

    @property
    def most_nodes(self) -> int:
        """The pool, with those that read its prompts."""
        return self.nodes + (self.prefill.nodes if self.prefill else 0)

    @property
    def usd_per_token(self) -> float:
        """What a served token earns."""
        return self.token_price


KIND = Inference
