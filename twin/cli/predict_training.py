"""`twin predict training`: one training step from model, GPUs and layout, without a scenario."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from typer import Option

from twin.cli import predict_training_face, say
from twin.cli.options import Json

Model = Annotated[str, Option("--model", help="Such as Llama-3.1-405B; publishers' names do too.")]
Gpu = Annotated[str, Option("--gpu", help="Such as H100, B200, GB200 or a row of the catalogue.")]
Gpus = Annotated[int, Option("--gpus", min=1, help="GPUs of the whole job.")]
Tensor = Annotated[int, Option("--tp", min=1, help="Tensor parallel GPUs.")]
Pipeline = Annotated[int, Option("--pp", min=1, help="Pipeline stages.")]
Context = Annotated[int, Option("--cp", min=1, help="GPUs that share each sequence.")]
Expert = Annotated[int, Option("--ep", min=1, help="GPUs that share the experts.")]
Interleave = Annotated[
    int | None,
    Option("--interleave", min=1, help="Chunks a stage; the most that divides where not given."),
]
Batch = Annotated[int, Option("--global-batch", min=1, help="Sequences a step.")]
Micro = Annotated[int, Option("--micro-batch", min=1, help="Sequences in one pass.")]
Sequence = Annotated[int, Option("--sequence", min=1, help="Tokens of a sequence.")]
Recompute = Annotated[str, Option("--recompute", help="none, selective or full.")]
Dtype = Annotated[str, Option("--dtype", help="bf16, fp8, mxfp8 or nvfp4.")]
Zero = Annotated[int, Option("--zero", min=0, max=3, help="ZeRO stage; 3 is FSDP.")]
Whole = Annotated[
    bool,
    Option(
        "--sequence-parallel/--no-sequence-parallel",
        help="Whether tensor parallel GPUs share norms by tokens.",
    ),
]
Lora = Annotated[int, Option("--lora-rank", min=0, help="Of adapters beside frozen weights.")]
LoraOn = Annotated[str, Option("--lora-on", help="Products with adapters: all or attention.")]
_SETS = ", ".join(predict_training_face.WORDS["software"])
Software = Annotated[str, Option("--software", help=f"{_SETS}; by the GPU where not given.")]
Nic = Annotated[
    str | None, Option("--nic", metavar="RATE", help="Network of one GPU, such as '400 Gbit/s'.")
]
Cap = Annotated[
    str | None, Option("--power-cap", metavar="POWER", help="Of each GPU, such as 500 W.")
]
Profile = Annotated[
    Path | None, Option("--profile", metavar="FILE|NAME", help="Kernels measured on this GPU.")
]


def training(
    model: Model,
    gpu: Gpu,
    gpus: Gpus,
    tp: Tensor = 1,
    pp: Pipeline = 1,
    cp: Context = 1,
    ep: Expert = 1,
    interleave: Interleave = None,
    global_batch: Batch = 1024,
    micro_batch: Micro = 1,
    sequence: Sequence = 8192,
    recompute: Recompute = "selective",
    dtype: Dtype = "bf16",
    zero: Zero = 1,
    sequence_parallel: Whole = True,
    lora_rank: Lora = 0,
    lora_on: LoraOn = "all",
    software: Software = "",
    nic: Nic = None,
    power_cap: Cap = None,
    profile: Profile = None,
    json: Json = False,
) -> None:
    """Predict one training step, its power and where its time goes."""
    found = predict_training_face.predict(
        {
            "model": model,
            "sequence_length": sequence,
            "global_batch_sequences": global_batch,
            "micro_batch_sequences": micro_batch,
            "tensor_parallel": tp,
            "pipeline_parallel": pp,
            "context_parallel": cp,
            "expert_parallel": ep,
            "zero_stage": zero,
            "sequence_parallel": sequence_parallel,
            "lora_rank": lora_rank,
        },
        {"recompute": recompute, "dtype": dtype, "lora-on": lora_on, "software": software},
        gpu,
        gpus,
        interleave,
        nic,
        power_cap,
        profile,
    )
    if json:
        say.document(found.as_dict())
    else:
        title = f"{found.model} on {found.gpus:,} x {found.gpu}"
        say.findings(title, predict_training_face.shown(found))
