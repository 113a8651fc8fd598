"""Makes the shipped samples of the kernels of experts that vLLM and SGLang run: run as a program.

    python docs/make_expert_kernels.py FOLDER [TABLE ...]

FOLDER is that of `docs/make_kernels.py`, of the same publication. Each engine has products of
experts of its own (Triton, CUTLASS, FlashInfer), which were measured beside those of TensorRT-LLM;
they go to `twin/data/kernels/<device>.<engine>.npz`. Printed is the table of errors of
`docs/physics/kernel_errors.md`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from make_kernels import OUT, PEAKS, Table, experts, packed

from twin.calibration.formats import FORMATS

VERSIONS = {"vllm": "0.24.0", "sglang": "0.5.14"}
OLDER = {("a100_sxm", "vllm"): "0.14.0", ("a100_sxm", "sglang"): "0.5.10"}
FOLDERS = {"rtx_pro_6000": "rtx_pro_6000_server"}
LENT = ("vllm", "sglang", "w4a8_mxfp4_mxfp8", "flashinfer_trtllm")
"""vLLM runs gpt-oss in 8 bits on FlashInfer's kernels for Blackwell; SGLang alone was measured so
on its shape."""


def engine_tables(folder: Path, device: str, engine: str) -> Iterator[Table]:
    """Experts of one engine on one device, by number format."""
    frame = _read(folder, device, engine)
    taker, lender, dtype, library = LENT
    if engine == taker:
        other = _read(folder, device, lender)
        lent = (other.moe_dtype == dtype) & other.kernel_source.str.contains(library)
        frame = pd.concat([frame, other[lent]], ignore_index=True)
    frame = frame[_run(frame)].reset_index(drop=True)
    yield from (t for t in experts(frame) if t.dtype in FORMATS)


def _run(frame: pd.DataFrame) -> pd.Series:
    """Rows of kernels that published runs have used.

    Left out are products of 8 bits by tensors, which were measured on CUTLASS for ModelOpt's
    checkpoints (Qwen's have blocks, Meta's channels), and those of 16 bits on FlashInfer, which
    came later than the runs; of 8 bits in blocks on Blackwell FlashInfer's alone count.
    """
    flashinfer = frame.kernel_source.str.contains("flashinfer")
    blocks = frame.moe_dtype == "fp8_block"
    cutlass = frame.kernel_source.str.contains("flashinfer_cutlass")
    left = (frame.moe_dtype == "fp8") | ((frame.moe_dtype == "bfloat16") & flashinfer)
    if (blocks & flashinfer & ~cutlass).any():
        left |= blocks & ~flashinfer
    return ~left


def _read(folder: Path, device: str, engine: str) -> pd.DataFrame:
    version = OLDER.get((device, engine), VERSIONS[engine])
    root = folder / FOLDERS.get(device, device) / "moe" / engine / version
    return pd.read_parquet(root / "moe_perf.parquet")


def main() -> None:
    """Write every device and engine, print every error."""
    folder = Path(sys.argv[1])
    for device in sys.argv[2:] or PEAKS:
        for engine in VERSIONS:
            arrays: dict[str, np.ndarray] = {}
            for table in engine_tables(folder, device, engine):
                made, line = packed(device, table)
                arrays |= made
                sys.stdout.write(line.replace("| moe |", f"| moe, {engine} |") + "\n")
                sys.stdout.flush()
            np.savez_compressed(OUT / f"{device}.{engine}.npz", **arrays)


if __name__ == "__main__":
    main()
