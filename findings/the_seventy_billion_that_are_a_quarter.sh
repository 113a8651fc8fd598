#!/usr/bin/env bash
# Question  A model of 69 billion parameters is made without memory (on the device "meta"), as one does with a model that fits nowhere. How much memory does each of 64
#           GPUs need by ZeRO stage 2 and 3, by the function that takes a model?
# Guess     Expected, by hand: 20.4 GB by stage 3 (18 bytes of each parameter over 64 GPUs, and 4 of the largest layer's); the function that takes a model
#           counts what the model has.
# Seen      deepspeed 0.19.8: 262 M parameters, 1.1 GB a GPU by stage 3, 0.6 by stage 2. Parameters are counted by where they lie in memory, so that
#           shared ones count once, and all that lie nowhere lie at 0: the last one alone, the head over 32,000 words, is the model. By the function that takes numbers
#           (`_all_cold`) it is 20.4 GB. A small model with memory is counted right.
# Matters   The answer looks like one of a small model, and is a twentieth: one GPU instead of a rack. With a tied head it is the last norm: 8,192 parameters.
# Here      Parameters of a forecast come from published widths and are held against the published sum: tests/validation/test_model_facts.py.
source "$(dirname "$0")/run_in.sh"
run_in deepspeed==0.19.8 transformers==5.24.0 torch==2.14.1 numpy==2.4.6 <<'PYTHON'
import contextlib
import io
import re

import torch
from deepspeed.runtime.zero.stage3 import estimate_zero3_model_states_mem_needs, estimate_zero3_model_states_mem_needs_all_live
from deepspeed.runtime.zero.stage_1_and_2 import estimate_zero2_model_states_mem_needs_all_live
from transformers import LlamaConfig, LlamaForCausalLM


def said(estimate, model):
    """Parameters in millions, and GB of each GPU where nothing is offloaded."""
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        estimate(model, num_gpus_per_node=8, num_nodes=8)
    last = told.getvalue().strip().splitlines()[-1]
    return int(re.search(r"(\d+)M total", told.getvalue())[1]), float(last.split("|")[1].strip(" GB"))


WIDTHS = {"hidden_size": 8192, "intermediate_size": 28672, "num_hidden_layers": 80, "num_attention_heads": 64}
with torch.device("meta"):
    large = LlamaForCausalLM(LlamaConfig(**WIDTHS, num_key_value_heads=8, vocab_size=32000))
small = LlamaForCausalLM(LlamaConfig(hidden_size=512, intermediate_size=1024, num_hidden_layers=4, num_attention_heads=8, vocab_size=8000))
parameters = sum(one.numel() for one in large.parameters())
largest = large.lm_head.weight.numel()
by_hand = 4 * largest + 18 * parameters / 64
_, cold, _ = estimate_zero3_model_states_mem_needs(parameters, largest, 8, 8, cpu_offload=False, cpu_offload_params=False)
seen = {
    "stage 3": said(estimate_zero3_model_states_mem_needs_all_live, large),
    "stage 2": said(estimate_zero2_model_states_mem_needs_all_live, large),
    "in numbers, GB": round(cold / 1e9, 1),
    "small, M": said(estimate_zero3_model_states_mem_needs_all_live, small)[0],
}
print(seen, f"by hand {by_hand / 1e9:.1f} GB of {parameters / 1e9:.1f} billion; small {sum(p.numel() for p in small.parameters()) / 1e6:.1f} M")
raise SystemExit(seen != {"stage 3": (262, 1.05), "stage 2": (262, 0.56), "in numbers, GB": 20.4, "small, M": 18})
PYTHON
