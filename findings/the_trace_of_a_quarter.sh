#!/usr/bin/env bash
# Question  Two requests of the Mooncake trace, with prompts of 6,955 and 6,472 tokens and answers of 52 and 26, are replayed by a serving engine's load generator.
#           How many tokens does each prompt that it sends have?
# Guess     6,955 and 6,472, within a few tokens.
# Seen      sglang 0.5.23 (`--dataset-name mooncake`): 1,840 and 1,708, 26 % of the trace, by Mistral's tokenizer; answers are asked as in the trace, and come when the trace says.
#           A prompt is made of the trace's hashes alone: for each block of 512 tokens its number and 128 times "hi".
#           `input_length` is not read, so that a last block of 299 tokens is a whole one.
# Matters   A cluster that keeps up with this replay has read a quarter of the trace, holds a quarter of its keys and values, and shares as much of a quarter: four times as many GPUs are
#           needed for what was recorded. The share of blocks that a cache holds is the trace's, so all looks right.
# Here      A trace's `input_length` is what is read, block by block and the last one in part: docs/traces.md, tests/validation/test_traces_replayed.py.
source "$(dirname "$0")/run_in.sh"
ALONE="sglang==0.5.23"
run_in mistral-common==1.11.2 <<'PYTHON'
import asyncio
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import mistral_common
from mistral_common.tokens.tokenizers.tekken import Tekkenizer

# The package starts with a GPU's libraries: only its replay is loaded, with names of types and of a download in place of the rest.
PLACE = Path(sysconfig.get_paths()["purelib"])
for name in ("sglang", "sglang.benchmark", "sglang.benchmark.datasets", "sglang.benchmark.utils", "transformers"):
    module = sys.modules[name] = ModuleType(name)
    module.__path__ = [str(PLACE.joinpath(*name.split(".")))]
sys.modules["sglang.benchmark.utils"].download_and_cache_file = None
sys.modules["transformers"].PreTrainedTokenizerBase = object
from sglang.benchmark.datasets.mooncake import get_mooncake_request_over_time

TEKKEN = Tekkenizer.from_file(Path(mistral_common.__file__).parent / "data" / "tekken_240911.json")
SHARED = [46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57]
TRACE = [
    {"timestamp": 27482, "input_length": 6955, "output_length": 52, "hash_ids": [*SHARED, 2353, 2354]},
    {"timestamp": 27500, "input_length": 6472, "output_length": 26, "hash_ids": [*SHARED, 2366]},
]


class Tokenizer:
    """A model without a chat template: roles are written before the text."""

    def encode(self, text):
        return TEKKEN.encode(text, bos=False, eos=False)

    def apply_chat_template(self, *_, **__):
        raise ValueError("no template")


async def replayed():
    return [(one.prompt_len, one.output_len) async for one in get_mooncake_request_over_time(list(TRACE), Tokenizer(), 1.0, 1)]


seen = asyncio.run(replayed())
print(seen, [f"{sent / one['input_length']:.0%}" for (sent, _), one in zip(seen, TRACE)])
raise SystemExit(seen != [(1840, 52), (1708, 26)])
PYTHON
