"""Which number format every tensor of a model has as it is served on a GPU."""

from __future__ import annotations

from twin.catalogue.rows import Gpu, Model
from twin.errors import InputError, Problem, did_you_mean
from twin.physics.kernels import KernelFormats
from twin.physics.transformer import bytes_per_value

AUTO = "auto"
_NAMES = {
    "bf16": "bf16", "bfloat16": "bf16", "fp16": "bf16", "float16": "bf16", "half": "bf16",
    "fp8": "fp8", "float8": "fp8", "e4m3": "fp8", "mxfp8": "fp8",
    "fp4": "fp4", "nvfp4": "fp4", "mxfp4": "fp4",
}  # fmt: skip
_KERNELS = {"bf16": "bf16", "fp8": "fp8", "fp4": "nvfp4"}
_ATTENTION = {"bf16": "bf16", "fp8": "bf16_kv_fp8"}
_WEIGHTS = {"fp8_block": "fp8", "w4a8_mxfp4_mxfp8": "mxfp4", "w4a16_mxfp4": "mxfp4"}
"""Format of the weights, where a kernel's has another name."""


def plain_format(text: str, option: str) -> str:
    """`bf16`, `fp8` or `fp4` for any of their names. InputError for others."""
    name = text.strip().lower().removeprefix("torch.").replace("_", "").replace("-", "")
    if name in _NAMES:
        return _NAMES[name]
    allowed = ", ".join((AUTO, *_KERNELS))
    raise InputError([Problem(option, repr(text), allowed, did_you_mean(text, _NAMES))])


def served_formats(model: Model, gpu: Gpu, dtype: str, kv_dtype: str) -> tuple[str, KernelFormats]:
    """The format of the products, and of every tensor.

    Experts that were released with 4 bits (gpt-oss) stay so whatever is asked: with products of 16
    bits where the GPU has none of 4, of 8 bits where it has. Latent attention keeps 16 bits beside
    4-bit experts, but for the product that attention ends with (NVIDIA's DeepSeek-R1-0528-NVFP4-v2;
    its first such release kept that one wide too), and blocks of 128 x 128 beside 8-bit ones.
    InputError where the GPU lacks the format.
    """
    released = model.format_experts or model.format
    asked = _released(released) if dtype == AUTO else plain_format(dtype, "--dtype")
    if released == "mxfp4" and model.experts:
        return _experts_of_four_bits(gpu, kv_dtype)
    _has(gpu, asked)
    kv = _kv(kv_dtype, "bf16" if asked == "bf16" else "fp8")
    if model.latent_rank and asked != "bf16":
        return asked, _latent(asked, kv)
    kernel = _KERNELS[asked]
    return asked, _formats(kernel, kernel, kernel, kernel, kv)


def _released(name: str) -> str:
    return _NAMES.get(name, "bf16")


def _kv(asked: str, usual: str) -> str:
    kind = usual if asked == AUTO else plain_format(asked, "--kv-dtype")
    if kind not in _ATTENTION:
        raise InputError([Problem("--kv-dtype", repr(asked), "auto, bf16, fp8")])
    return kind


def _has(gpu: Gpu, asked: str) -> None:
    if asked not in gpu.peak_flop_s:
        allowed = ", ".join(gpu.peak_flop_s)
        raise InputError([Problem("--dtype", f"{asked} on {gpu.name}", allowed)])


def _formats(
    projections: str, output: str, feed_forward: str, experts: str, kv: str
) -> KernelFormats:
    return KernelFormats(
        projections,
        feed_forward,
        experts,
        _ATTENTION[kv],
        output=output,
        projection_bytes=_weight_bytes(projections),
        output_bytes=_weight_bytes(output),
        feed_forward_bytes=_weight_bytes(feed_forward),
        expert_bytes=_weight_bytes(experts),
        kv_bytes=bytes_per_value(kv),
    )


def _weight_bytes(form: str) -> float:
    return bytes_per_value(_WEIGHTS.get(form, form))


def _experts_of_four_bits(gpu: Gpu, kv_dtype: str) -> tuple[str, KernelFormats]:
    narrow = gpu.fp4_flop_s is not None
    kv = _kv(kv_dtype, "fp8" if narrow else "bf16")
    experts = "w4a8_mxfp4_mxfp8" if narrow else "w4a16_mxfp4"
    return "mxfp4", _formats("bf16", "bf16", "bf16", experts, kv)


def _latent(asked: str, kv: str) -> KernelFormats:
    if asked == "fp4":
        return _formats("bf16", "nvfp4", "nvfp4", "nvfp4", kv)
    return _formats("fp8_block", "fp8_block", "fp8_block", "fp8_block", kv)
