#!/usr/bin/env bash
# Question  Two serving engines are measured by their own load generators with the same flags, `--dataset-name random --random-input-len 1024 --random-output-len 128`.
#           How many tokens have prompts and answers on average, without and with `--random-range-ratio 0.5`?
# Guess     1,024 and 128 by both; with 0.5 half as much to half more, 1,024 and 128 on average, by both.
# Seen      vllm 0.33.0: 1,024 and 128, each request alike; with 0.5 512 to 1,536 and 64 to 192. sglang 0.5.23: 513 and 64, any length from one token up; with 0.5
#           768 and 96, from half up to the whole. There the length is the longest and the ratio what the shortest has of it, here the length is the middle and the ratio how far
#           it spreads. All alike is 0 here and 1 there, where vllm refuses 1.
# Matters   Of one command, one engine has half of the other's tokens to read and to write: requests a second look twice as good, and the first token comes
#           sooner. Tokens a second differ too, as the long ones wait for nobody. Compare by the token counts that both print, or state 1 and 0.
# Here      `twin predict inference` takes lengths, and says how to ask for those of either generator: docs/physics/serving_forecasts.md.
source "$(dirname "$0")/run_in.sh"
ALONE="vllm==0.33.0 sglang==0.5.23"
run_in numpy==2.4.6 <<'PYTHON'
import importlib.util
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import numpy as np

# Both packages start with a GPU's libraries, so the two files that draw lengths are loaded alone; they need numpy and one name for a type.
sys.modules["vllm.tokenizers"] = ModuleType("vllm.tokenizers")
sys.modules["vllm.tokenizers"].TokenizerLike = object


def loaded(path):
    spec = importlib.util.spec_from_file_location(Path(path).stem, Path(sysconfig.get_paths()["purelib"]) / path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


vllm = loaded("vllm/benchmarks/datasets/utils.py")
sglang = loaded("sglang/benchmark/datasets/common.py")


class Tokenizer:
    vocab_size = 32000

    def num_special_tokens_to_add(self):
        return 0


def lengths(ratio):
    np.random.seed(1)
    read, write, _ = vllm.get_sampling_params(np.random.default_rng(1), 400_000, ratio, 1024, 128, Tokenizer())
    drawn = {"vllm": (read, write), "sglang": tuple(sglang.compute_random_lens(longest, ratio, 400_000) for longest in (1024, 128))}
    return {name: [(int(min(some)), round(float(np.mean(some)) / longest, 2), int(max(some))) for longest, some in zip((1024, 128), both)] for name, both in drawn.items()}


seen = {ratio: lengths(ratio) for ratio in (0.0, 0.5)}
for ratio, drawn in seen.items():
    print(ratio, drawn)
stated = {
    0.0: {"vllm": [(1024, 1.0, 1024), (128, 1.0, 128)], "sglang": [(1, 0.5, 1024), (1, 0.5, 128)]},
    0.5: {"vllm": [(512, 1.0, 1536), (64, 1.0, 192)], "sglang": [(512, 0.75, 1024), (64, 0.75, 128)]},
}
raise SystemExit(seen != stated)
PYTHON
