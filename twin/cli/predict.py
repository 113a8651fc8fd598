"""`twin predict`: what a model does on a GPU, with no building around it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option, Typer

from twin.cli import predict_face, say
from twin.cli.options import HELP, Json
from twin.cli.predict_training import training

predict = Typer(
    help="Tell what a model does on a GPU.", no_args_is_help=True, context_settings=HELP
)

ModelName = Annotated[str, Option("--model", metavar="NAME", help="A model of the catalogue.")]
GpuName = Annotated[str, Option("--gpu", metavar="NAME", help="A GPU of the catalogue.")]
InputTokens = Annotated[int, Option("--input", metavar="TOKENS", help="Of a request's prompt.")]
OutputTokens = Annotated[int, Option("--output", metavar="TOKENS", help="Of its answer.")]
Deviation = Annotated[
    float,
    Option("--output-deviation", metavar="TOKENS", help="Standard deviation of answers' lengths."),
]
Tensor = Annotated[
    int | None, Option("--tp", metavar="GPUS", help="GPUs that share each layer: as TPn.")
]
Cut = Annotated[
    str | None,
    Option(
        "--parallelism",
        metavar="TPn|DEPn",
        help="DEPn: n GPUs hold attention whole and share the experts; PPn behind: stages.",
    ),
]
Stages = Annotated[
    int | None, Option("--pp", metavar="N", help="Pipeline stages: as PPn behind the rest.")
]
Concurrency = Annotated[
    str, Option("--concurrency", metavar="N|max", help="Requests in flight; max: all that fit.")
]
Dtype = Annotated[str, Option("--dtype", help="auto, bf16, fp8 or fp4: format of the products.")]
KvDtype = Annotated[str, Option("--kv-dtype", help="auto, bf16 or fp8: keys and values.")]
Software = Annotated[
    str,
    Option(
        "--software", help="An engine: tensorrt-llm, vllm (to 0.13), vllm-async (0.14 on), sglang."
    ),
]
Eager = Annotated[
    bool, Option("--eager", help="No iteration is replayed as a graph: the host queues kernels.")
]
Requests = Annotated[
    int | None, Option("--requests", metavar="N", help="Of the run; else as published runs have.")
]
Budget = Annotated[
    int | None,
    Option("--token-budget", metavar="N", help="Of one iteration; else as the software ships."),
]
Most = Annotated[
    int | None,
    Option("--max-sequences", metavar="N", help="At once on a rank; else as the software ships."),
]
Context = Annotated[
    int | None,
    Option("--context", metavar="N", help="Longest request; else as the model was released for."),
]
Cached = Annotated[
    float,
    Option("--cached", metavar="N", help="Tokens of a prompt found in a prefix cache, on average."),
]
Shared = Annotated[
    int, Option("--shared", metavar="N", help="Tokens that all prompts begin with: held once.")
]
Adapters = Annotated[
    int, Option("--lora-adapters", metavar="N", help="Adapters served with the model as base.")
]
Rank = Annotated[
    int | None, Option("--lora-rank", metavar="R", help="Of each adapter; 16 otherwise.")
]
AdaptersOn = Annotated[
    str | None, Option("--lora-on", help="Products with adapters: all (otherwise) or attention.")
]
Resident = Annotated[
    int | None, Option("--lora-resident", metavar="N", help="On a GPU at once; all otherwise.")
]
Zipf = Annotated[
    float | None, Option("--lora-zipf", metavar="S", help="Shares of requests fall as 1 / rank^S.")
]
Mig = Annotated[
    str, Option("--mig", metavar="PROFILE", help="On an instance of the GPU, such as 3g.40gb.")
]
PowerCap = Annotated[
    str | None, Option("--power-cap", metavar="POWER", help="Of each GPU, such as 500 W.")
]
Profile = Annotated[
    Path | None,
    Option("--profile", metavar="FILE|NAME", help="Kernels measured on this GPU, or none."),
]
Drafts = Annotated[
    int,
    Option("--drafts", metavar="N", help="Tokens ahead that are checked; 1 for DeepSeek's own."),
]
Acceptance = Annotated[
    float | None,
    Option("--acceptance", metavar="0..1", help="Chance that a draft is accepted after others."),
]
DraftTime = Annotated[
    str | None, Option("--draft-time", metavar="TIME", help="Of each draft, such as 1 ms.")
]
Prefill = Annotated[
    str,
    Option("--prefill", metavar="TPn|DEPn", help="Prompts are read by others, which are cut so."),
]
PrefillLoad = Annotated[
    float, Option("--prefill-load", metavar="0..1", help="Share of the time in which these read.")
]
Link = Annotated[
    str,
    Option(
        "--link",
        metavar="RATE",
        help="Of a GPU's adapter: keys and values, far stages and experts.",
    ),
]
Exchange = Annotated[
    str,
    Option(
        "--expert-exchange",
        metavar="auto|gather|send",
        help="Whether ranks gather all tokens for their experts, or each is sent to its own.",
    ),
]
Redundant = Annotated[
    int, Option("--redundant-experts", metavar="N", help="Held twice, where tokens are sent.")
]
Skew = Annotated[
    float | None,
    Option("--expert-skew", metavar="0..3", help="Exponent of the law by which tokens choose."),
]
TwoBatches = Annotated[
    bool, Option("--two-batches", help="One half is sent to experts while the other is worked on.")
]
Send = Annotated[
    str, Option("--send", metavar="whole|layers", help="Of a prompt's keys and values, when read.")
]


@predict.command()
def inference(
    model: ModelName,
    gpu: GpuName,
    prompt: InputTokens,
    answer: OutputTokens,
    output_deviation: Deviation = 0.0,
    tp: Tensor = None,
    pp: Stages = None,
    parallelism: Cut = None,
    concurrency: Concurrency = "max",
    dtype: Dtype = "auto",
    kv_dtype: KvDtype = "auto",
    software: Software = "tensorrt-llm",
    eager: Eager = False,
    requests: Requests = None,
    token_budget: Budget = None,
    max_sequences: Most = None,
    context: Context = None,
    cached: Cached = 0.0,
    shared: Shared = 0,
    lora_adapters: Adapters = 0,
    lora_rank: Rank = None,
    lora_on: AdaptersOn = None,
    lora_resident: Resident = None,
    lora_zipf: Zipf = None,
    mig: Mig = "",
    power_cap: PowerCap = None,
    profile: Profile = None,
    drafts: Drafts = 0,
    acceptance: Acceptance = None,
    draft_time: DraftTime = None,
    prefill: Prefill = "",
    prefill_load: PrefillLoad = 0.7,
    link: Link = "400 Gbit/s",
    send: Send = "whole",
    expert_exchange: Exchange = "auto",
    redundant_experts: Redundant = 0,
    expert_skew: Skew = None,
    two_batches: TwoBatches = False,
    json: Json = False,
) -> None:
    """Tell tokens, times and power of a replica that serves."""
    found = predict_face.inference(
        model=model,
        gpu=gpu,
        input_tokens=prompt,
        output_tokens=answer,
        output_deviation=output_deviation,
        parallelism=predict_face.cut(tp, pp, parallelism),
        concurrency=predict_face.in_flight(concurrency),
        dtype=dtype,
        kv_dtype=kv_dtype,
        software=software,
        eager=eager,
        requests=requests,
        token_budget=token_budget,
        max_sequences=max_sequences,
        context_tokens=context,
        cached_tokens=cached,
        shared_tokens=shared,
        lora_adapters=lora_adapters,
        lora_rank=lora_rank,
        lora_on=lora_on,
        lora_resident=lora_resident,
        lora_zipf=lora_zipf,
        mig=mig,
        profile=profile,
        drafts=drafts,
        acceptance=acceptance,
        prefill=prefill,
        prefill_load=prefill_load,
        **predict_face.amounts(power_cap, draft_time, link),
        send=send,
        expert_exchange=expert_exchange,
        redundant_experts=redundant_experts,
        expert_skew=expert_skew,
        two_batches=two_batches,
    )
    if json:
        say.document(found.as_dict())
    else:
        say.findings(f"{found.model} on {found.gpus} x {found.gpu}", predict_face.shown(found))


predict.command()(training)
