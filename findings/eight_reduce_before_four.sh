#!/usr/bin/env bash
# Question  An all-reduce of the same gigabyte on each GPU: is it sooner done among four GPUs of an H100 server, or all eight?
# Guess     Among four: in a ring each link carries 2 (n - 1) / n of the buffer, 1.5 for four and 1.75 for eight.
# Seen      Among eight. In the tables measured for aiconfigurator-core 0.12.0 (H100 SXM, TensorRT-LLM 1.3.0rc20) 2^29 values of
#           bf16 take 4.53 ms among four GPUs and 4.01 ms among eight; two take 3.24. From 2^25 values on eight are ahead; below
#           2^25 they are behind, by 1.9 times at 256 KiB.
# Matters   Reduced in the switch, a link carries (n + 1) / n of the buffer, 1.25 for four and 1.125 for eight. A rule of thumb
#           from rings ranks cuts of a model the wrong way round for long prompts and the right way for single tokens.
# Here      Serving takes every count of GPUs from its own measured row (twin/physics/kernel_surfaces/measured_exchange.py), and collectives of
#           training have both ways (twin/physics/network/collectives.py, tests/validation/test_collectives.py).
source "$(dirname "$0")/run_in.sh"
run_in aiconfigurator-core==0.12.0 pandas==3.0.3 pyarrow==25.0.0 <<'PYTHON'
from importlib.resources import files

import pandas as pd

folder = files("aiconfigurator_core") / "systems" / "data" / "h100_sxm"
table = pd.read_parquet(folder / "comm" / "trtllm" / "1.3.0rc20" / "custom_allreduce_perf.parquet")
by_gpus = table.groupby(["message_size", "num_gpus"]).latency.median().unstack()
largest = by_gpus.loc[2**29]
small = by_gpus.loc[2**17]
for gpus, ms in largest.items():
    print(f"{gpus} GPUs, 1 GiB each: {ms:.2f} ms")
ahead = [int(size) for size, row in by_gpus.iterrows() if row[8] < row[4]]
print(f"eight before four from {min(ahead):,} values on; at 256 KiB {small[8] / small[4]:.1f} times behind")
seen = (round(largest[2], 2), round(largest[4], 2), round(largest[8], 2), min(ahead))
raise SystemExit(seen != (3.24, 4.53, 4.01, 2**25))
PYTHON
