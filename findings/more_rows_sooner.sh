#!/usr/bin/env bash
# Question  Does a matrix product on an H100 take longer when one of its sides grows and nothing else changes?
# Guess     Yes, or as long: more rows are more work, and libraries choose among kernels so that nobody is the worse for it.
# Seen      In the bf16 products measured for aiconfigurator-core 0.12.0 (TensorRT-LLM 1.3.0rc20, H100 SXM) one step in twelve
#           from a number of rows to the next measured one is more than 5 % faster with MORE rows: 225 rows of a 4096 x 4096
#           layer take 21.5 us and 256 take 18.7; 193 rows of 51200 x 512 take 61 us and 224 take 34, 1.78 times less.
# Matters   A batch of 225 requests is served slower than one of 256. Engines that pad batches to captured sizes gain by it,
#           and a law of time over batch that can only rise is wrong on both sides of such a step.
# Here      Surfaces of kernels are rooflines with a process on what they leave over, not monotone fits (docs/physics/kernel_errors.md
#           states what they miss); their rough kernel lets neighbours differ.
source "$(dirname "$0")/run_in.sh"
run_in aiconfigurator-core==0.12.0 pandas==3.0.3 pyarrow==25.0.0 <<'PYTHON'
from importlib.resources import files

import pandas as pd

folder = files("aiconfigurator_core") / "systems" / "data" / "h100_sxm"
table = pd.read_parquet(folder / "gemm" / "trtllm" / "1.3.0rc20" / "gemm_perf.parquet")
bf16 = table[table.gemm_dtype == "bfloat16"]
by_rows = bf16.groupby(["n", "k", "m"]).latency.median().unstack()
steps = faster = 0
for _, row in by_rows.iterrows():
    times = row.dropna().to_numpy()
    steps += len(times) - 1
    faster += int((times[:-1] > 1.05 * times[1:]).sum())
square = by_rows.loc[(4096, 4096)] * 1e3
wide = by_rows.loc[(51200, 512)] * 1e3
print(f"{faster} of {steps:,} steps to more rows are over 5 % faster")
print(f"4096 x 4096: 225 rows {square[225]:.1f} us, 256 rows {square[256]:.1f} us")
print(f"51200 x 512: 193 rows {wide[193]:.1f} us, 224 rows {wide[224]:.1f} us")
seen = (faster, round(square[225], 1), round(square[256], 1), round(wide[193], 1), round(wide[224], 1))
raise SystemExit(seen != (2939, 21.5, 18.7, 61.5, 34.5))
PYTHON
