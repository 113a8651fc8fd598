"""Names of number formats: one for each, whatever a library calls it."""

from __future__ import annotations

from twin.errors import InputError, Problem
from twin.physics.kernel_surfaces.work import Format

_SAME = {
    "bfloat16": "bf16", "float16": "fp16", "half": "fp16", "f16": "fp16", "float32": "fp32",
    "float": "fp32", "f32": "fp32", "float8": "fp8", "fp8_e4m3": "fp8", "float8_e4m3fn": "fp8",
    "float8_e4m3": "fp8", "e4m3": "fp8", "fp4": "nvfp4", "nv_fp4": "nvfp4", "e2m1": "nvfp4",
    "float4_e2m1fn_x2": "nvfp4", "mxfp4": "w4a16_mxfp4",
}  # fmt: skip

FORMATS = {
    "fp32": Format(4.0, 4.0, 4.0, 4.0),
    "bf16": Format(2.0, 2.0),
    "fp16": Format(2.0, 2.0),
    "fp8": Format(1.0, 1.0, 1.0),
    "fp8_block": Format(1.0, 1.0, 1.0),
    "nvfp4": Format(0.5625, 0.5625, 1.0),
    "w4a16_mxfp4": Format(0.53125, 2.0),
    "w4a8_mxfp4_mxfp8": Format(0.53125, 1.03125),
    "bf16_kv_fp8": Format(2.0, 2.0, 1.0),
}
"""Bytes of an element by the name a surface has. `fp8` has one scale a tensor, `fp8_block` one for
every 128 x 128 weights; 4-bit formats carry a scale for every 16 (nvfp4) or 32 (mxfp4) elements."""
BITS = {
    "fp32": 32, "bf16": 16, "fp16": 16, "bf16_kv_fp8": 16, "w4a16_mxfp4": 16, "fp8": 8,
    "fp8_block": 8, "w4a8_mxfp4_mxfp8": 8, "nvfp4": 4,
}  # fmt: skip
"""Bits in which a kernel of each format multiplies: what its peak goes by."""


def number_format(dtype: str) -> str:
    """The name a surface has for a number format: `BF16`, `bfloat16` and `bf16` are one."""
    name = dtype.strip().lower().removeprefix("torch.").replace("-", "_")
    return _SAME.get(name, name)


def form_of(dtype: str) -> Format:
    """Bytes of each tensor's elements in a number format. Raises InputError for an unknown one."""
    name = number_format(dtype)
    if name not in FORMATS:
        raise InputError([Problem("dtype", repr(dtype), ", ".join(FORMATS))])
    return FORMATS[name]


def peak_of(dtype: str, peak_flop_s: dict[str, float]) -> float | None:
    """The data sheet's FLOP/s for a format, whatever either calls it; None where it has none."""
    known = {number_format(name): rate for name, rate in peak_flop_s.items()}
    name = number_format(dtype)
    if name in known:
        return known[name]
    same = [rate for other, rate in known.items() if BITS.get(other) == BITS.get(name, 0)]
    return max(same, default=None)
