"""Makes the shipped kernel samples from a folder of measured kernel tables: run it as a program.

    python docs/make_kernels.py FOLDER [TABLE ...]

FOLDER holds `<device>/<group>/<software>/<version>/<operation>_perf.parquet` as published in
aiconfigurator-core 0.12.0 (Apache-2.0), folder `systems/data`. Of each operation and number format
a sample is drawn and fitted (`twin/physics/kernel_surfaces/surface_fit.py`), tried on rows that
were kept from it, and both go to `twin/data/kernels/<device>.npz`; `devices.csv` beside it says
what the devices are.
Printed is the table of errors of `docs/physics/kernel_errors.md`.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from twin.calibration.formats import FORMATS
from twin.physics.kernel_surfaces.surface_fit import fit_surface
from twin.physics.kernel_surfaces.work import AXES

OUT = Path(__file__).parents[1] / "twin" / "data" / "kernels"
PEAKS = {
    "h100_sxm": (989e12, 1979e12, 0, 3.35e12),
    "h200_sxm": (989e12, 1979e12, 0, 4.8e12),
    "b200_sxm": (2250e12, 4500e12, 9000e12, 8e12),
    "b300_sxm": (2250e12, 4500e12, 15000e12, 8e12),
    "gb200": (2500e12, 5000e12, 10000e12, 8e12),
    "gb300": (2500e12, 5000e12, 15000e12, 8e12),
    "a100_sxm": (312e12, 312e12, 0, 2.039e12),
    "rtx_pro_6000": (467.8e12, 935.6e12, 1871e12, 1.792e12),
}
"""Dense FLOP/s with 16, 8 and 4 bits, and bytes/s, by data sheet: bounds of the effective rates."""
VERSIONS = {"a100_sxm": "1.0.0"}
NCCL = {"a100_sxm": "2.27.3"}
SAMPLES = {"moe": 700, "attention_decode": 600}
MORE_EXPERTS = {"rtx_pro_6000": 1000}
"""Samples of experts where the usual many leave the median error above 9 %."""
USUAL_SAMPLES = 450
UNSEEN_KEPT = 48
"""Rows that ship beside the samples, so that anybody can try a surface on what it has not seen."""
UNSEEN_TRIED = 2000
SLACK = 1.25
SISTERS = {"b300_sxm": "b200_sxm", "gb300": "gb200"}
"""Whose kernels of experts a device is given where a library's were not collected on it."""
SIDES = ["hidden_size", "inter_size", "topk", "num_experts", "distribution"]
SHAPE = ["moe_dtype", *SIDES, "num_tokens", "moe_tp_size", "moe_ep_size"]
"""Columns of a layer of experts, and of one product of it."""
SKEWS = {"balanced": 0.0, "power_law_1.01": 1.01, "power_law_1.2": 1.2}
DTYPES = {"bfloat16": "bf16"}


@dataclass(frozen=True)
class Table:
    """Rows of one operation and number format: axes (row, axis) and seconds (row,)."""

    op: str
    dtype: str
    rows: np.ndarray
    seconds: np.ndarray


def tables(folder: Path, device: str) -> Iterator[Table]:
    """Everything of one device."""
    for group, name, reader in READERS:
        version = VERSIONS.get(device, "1.3.0rc20")
        path = folder / device / group / "trtllm" / version / f"{name}_perf.parquet"
        if path.exists():
            frame = pd.read_parquet(path)
            if name == "moe" and device in SISTERS:
                other = folder / SISTERS[device] / group / "trtllm" / version / path.name
                frame = with_sisters(frame, pd.read_parquet(other))
            yield from (t for t in reader(frame) if t.dtype in FORMATS)
    yield from exchanges(folder, device)


def _table(op: str, dtype: str, frame: pd.DataFrame, **columns: object) -> Table:
    axes = pd.DataFrame({a: columns[a] for a in AXES[op]}, index=frame.index)
    return Table(op, dtype, axes.to_numpy(float), frame.latency.to_numpy(float) * 1e-3)


def products(frame: pd.DataFrame) -> Iterator[Table]:
    """Matrix products. Sides under 128 are left out: no layer of a model has them."""
    frame = frame[(frame.n >= 128) & (frame.k >= 128)]
    for dtype, rows in frame.groupby("gemm_dtype"):
        yield _table("gemm", DTYPES.get(dtype, dtype), rows, m=rows.m, n=rows.n, k=rows.k)


def _pair(compute: str, cache: str) -> str:
    name = DTYPES.get(compute, compute)
    return "bf16_kv_fp8" if (name, cache) == ("bf16", "fp8") else name


def attention(op: str) -> Callable[[pd.DataFrame], Iterator[Table]]:
    """Attention of prompts or of single tokens; a step is the tokens already held, less one."""

    def read(frame: pd.DataFrame) -> Iterator[Table]:
        for (compute, cache), r in frame.groupby(["attn_dtype", "kv_cache_dtype"]):
            yield _table(
                op, _pair(compute, cache), r, batch=r.batch_size, heads=r.num_heads,
                tokens=r.isl if op == "attention_prefill" else r.step + 1, before_tokens=0,
                kv_heads=r.num_key_value_heads, head_dim=r.head_dim, window=r.window_size,
            )  # fmt: skip

    return read


def latent(op: str) -> Callable[[pd.DataFrame], Iterator[Table]]:
    """Latent attention of prompts or of single tokens."""

    def read(frame: pd.DataFrame) -> Iterator[Table]:
        for (compute, cache), r in frame.groupby(["mla_dtype", "kv_cache_dtype"]):
            tokens = r.isl if op == "mla_prefill" else r.step + 1
            yield _table(
                op, _pair(compute, cache), r, batch=r.batch_size, tokens=tokens, before_tokens=0,
                heads=r.num_heads,
            )  # fmt: skip

    return read


def with_sisters(own: pd.DataFrame, sister: pd.DataFrame) -> pd.DataFrame:
    """Kernels of experts, and those of libraries that were collected on the sister alone, in a
    number format that both have: their times there by the median ratio of what both measured.

    So carried from B200 to GB200, where they were collected too, they miss by 3.1 % at the median,
    and by 0.03 % as a whole.
    """
    found = [own]
    for dtype, rows in sister.groupby("moe_dtype"):
        mine = own[own.moe_dtype == dtype]
        lacking = rows[~rows.kernel_source.isin(mine.kernel_source)]
        both = mine.merge(rows, on=[*SHAPE, "kernel_source"], suffixes=("", "_there"))
        ratio = (both.latency / both.latency_there).median()
        found.append(lacking.assign(latency=lacking.latency * ratio))
    return pd.concat(found, ignore_index=True)


def experts(frame: pd.DataFrame) -> Iterator[Table]:
    """Gated experts; where two kernels were measured at one shape, the faster one counts."""
    frame = frame[~frame.kernel_source.str.contains("nongated")]
    frame = frame.groupby(SHAPE, as_index=False).latency.min()
    for dtype, rows in frame.groupby("moe_dtype"):
        r = rows.reset_index(drop=True)
        r = r[_plausible(r)]
        yield _table(
            "moe", DTYPES.get(dtype, dtype), r, tokens=r.num_tokens, hidden=r.hidden_size,
            inter=r.inter_size, topk=r.topk, experts=r.num_experts, tp=r.moe_tp_size,
            ep=r.moe_ep_size, skew=r.distribution.map(SKEWS),
        )  # fmt: skip


def _plausible(frame: pd.DataFrame) -> np.ndarray:
    """Rows that take no longer than a quarter above a larger product of the same model.

    Where a share of the experts takes three times as long as all of them, the library had chosen a
    wrong kernel when it was measured.
    """
    kept = np.ones(len(frame), bool)
    for _, group in frame.groupby(SIDES):
        tokens = group.num_tokens.to_numpy()
        split = group.moe_tp_size.to_numpy()
        share = group.moe_ep_size.to_numpy()
        took = group.latency.to_numpy()
        larger = (tokens >= tokens[:, None]) & (split <= split[:, None])
        larger &= share <= share[:, None]
        kept[group.index] = took <= SLACK * np.where(larger, took, np.inf).min(axis=1)
    return kept


def exchanges(folder: Path, device: str) -> Iterator[Table]:
    """Collectives; sizes are counts of 16-bit numbers."""
    root = folder / device / "comm"
    own = root / "trtllm" / VERSIONS.get(device, "1.3.0rc20") / "custom_allreduce_perf.parquet"
    if own.exists():
        yield from _exchange("all_reduce", pd.read_parquet(own))
    nccl = root / "nccl" / NCCL.get(device, "2.29.2") / "nccl_perf.parquet"
    frame = pd.read_parquet(nccl)
    for op, rows in frame[frame.nccl_dtype == "half"].groupby("op_name"):
        yield from _exchange("nccl_" + op.replace("alltoall", "all_to_all"), rows)


def _exchange(op: str, frame: pd.DataFrame) -> Iterator[Table]:
    seen = frame.groupby(["num_gpus", "message_size"], as_index=False).latency.min()
    rows = np.column_stack([seen.num_gpus, 2.0 * seen.message_size])
    yield Table(op, "bf16", rows, seen.latency.to_numpy(float) * 1e-3)


READERS = (
    ("gemm", "gemm", products),
    ("attention", "context_attention", attention("attention_prefill")),
    ("attention", "generation_attention", attention("attention_decode")),
    ("mla", "context_mla", latent("mla_prefill")),
    ("mla", "generation_mla", latent("mla_decode")),
    ("moe", "moe", experts),
)


def peak_of(device: str, op: str, dtype: str) -> tuple[float, float]:
    """What the data sheet allows a kernel. Weight-only formats compute in 16 bits."""
    half, eight, four, bytes_s = PEAKS[device]
    rates = {"fp8": eight, "fp8_block": eight, "nvfp4": four, "w4a8_mxfp4_mxfp8": eight}
    return rates.get(dtype, half), bytes_s


def packed(device: str, table: Table) -> tuple[dict[str, np.ndarray], str]:
    """The arrays that ship and the line of the table of errors."""
    key = f"{table.op}/{table.dtype}"
    rng = np.random.default_rng(seed_of(f"{device}/{key}"))
    order = rng.permutation(len(table.rows))
    if table.op not in AXES:
        return {f"{key}/rows": table.rows.astype("f4"), f"{key}/seconds": f4(table.seconds)}, ""
    many = SAMPLES | ({"moe": MORE_EXPERTS[device]} if device in MORE_EXPERTS else {})
    size = min(many.get(table.op, USUAL_SAMPLES), len(order) * 2 // 3)
    rows = table.rows.astype("f4").astype(float)
    used = order[:size]
    unseen = order[size : size + UNSEEN_TRIED]
    axes = dict(zip(AXES[table.op], rows.T, strict=True))
    form = FORMATS[table.dtype]
    surface = fit_surface(
        table.op, {a: x[used] for a, x in axes.items()}, table.seconds[used], form,
        peak_of(device, table.op, table.dtype),
    )  # fmt: skip
    predicted, _ = surface.time_s(**{a: x[unseen] for a, x in axes.items()})
    error = np.abs(predicted / table.seconds[unseen] - 1)
    found = (float(np.median(error)), float(np.quantile(error, 0.9)), float(len(unseen)))
    weights = np.zeros(size)
    weights[surface.departure.kept] = surface.departure.weights
    c = surface.ceilings
    law = [c.flop_s, c.bytes_s, c.launch_s, c.unit_s, c.sharpness, surface.departure.mean, *found]
    line = (
        f"| {device} | {table.op} | {table.dtype} | {size} | {len(unseen)} "
        f"| {100 * found[0]:.1f} | {100 * found[1]:.1f} |"
    )
    return {
        f"{key}/rows": rows[used].astype("f4"),
        f"{key}/seconds": f4(table.seconds[used]),
        f"{key}/unseen": rows[unseen[:UNSEEN_KEPT]].astype("f4"),
        f"{key}/unseen_s": f4(table.seconds[unseen[:UNSEEN_KEPT]]),
        f"{key}/weights": f4(weights),
        f"{key}/law": np.array([*law, *surface.departure.length]),
    }, line


def f4(values: np.ndarray) -> np.ndarray:
    """As stored."""
    return values.astype("f4")


def seed_of(name: str) -> int:
    """A seed that is the same on every machine."""
    return zlib.crc32(name.encode())


def main() -> None:
    """Write every device, print every error."""
    folder = Path(sys.argv[1])
    for device in sys.argv[2:] or PEAKS:
        arrays: dict[str, np.ndarray] = {}
        for table in tables(folder, device):
            made, line = packed(device, table)
            arrays |= made
            if line:
                sys.stdout.write(line + "\n")
        np.savez_compressed(OUT / f"{device}.npz", **arrays)


if __name__ == "__main__":
    main()
