#!/usr/bin/env bash
# Question  `xpyd-sim calibrate` fits the time in which a prompt's keys and values come over to nine published transfers (128 to 32,768
#           tokens, 0.54 to 31.65 ms). What does the profile say of the 500,000 tokens that long-context models take?
# Guess     About half a second, or the last value: the file keeps the range of the samples.
# Seen      xpyd-sim 0.5.0: 0 ms. The fit is a parabola, bent a little downwards by the samples' own scatter; it peaks at 234,000 tokens,
#           falls, and is cut at zero. The range is written and never read. Inside it the fit is good (31.6 ms at 32,768).
# Matters   A disaggregated design for long contexts looks as if its network were free, and better the longer the prompt.
# Here      Transfers go by a set-up time and a rate of the line, which grow with size: tests/validation/test_split_serving.py; laws of
#           kernels go on in proportion beyond their samples, and an answer there says that it is extrapolated.
source "$(dirname "$0")/run_in.sh"
run_in xpyd-sim==0.5.0 <<'PYTHON'
import subprocess
import sys
from pathlib import Path

import yaml
from xpyd_sim.profile import LatencyProfile

TOKENS = (128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768)
TOOK_MS = (0.54, 0.61, 0.92, 1.50, 2.51, 4.75, 8.84, 16.43, 31.65)

rows = [{"batch_size": n, "delay_ms": ms} for n, ms in zip(TOKENS, TOOK_MS)]
Path("samples.yaml").write_text(yaml.safe_dump({"kv_transfer": rows}))
tool = Path(sys.executable).with_name("xpyd-sim")
subprocess.run([tool, "calibrate", "--input", "samples.yaml", "--output", "profile.yaml"], check=True)
profile = LatencyProfile("profile.yaml")
said = {n: profile.kv_transfer_delay_ms(n) for n in (32768, 131072, 234000, 469000, 500000)}
for tokens, delay_ms in said.items():
    print(f"{tokens:>7,} tokens: {delay_ms:.2f} ms")
print(yaml.safe_load(Path("profile.yaml").read_text())["kv_transfer"]["x_range"])
raise SystemExit(not (31 < said[32768] < 32 and said[234000] > 100 > 1 > said[469000] and said[500000] == 0))
PYTHON
