#!/usr/bin/env bash
# Question  How many parameters has Llama-2-70B by a planner's library that knows it by name, and Llama-3-8B by its published configuration? How many answers of 2,048
#           tokens are made at once on two GPUs of 80 GB?
# Guess     69.0 billion and 8.0, as published. Expected, by hand: 138 GB of weights leave 34 GB of twice 80 GiB, room for 50.
# Seen      llm-analysis 0.2.2 (configuration read by transformers 4.30.2): 55.3 billion and 6.2, and room for 91. A block's feed-forward part is always two matrices of
#           four widths; these models have three, of 3.5 widths (28,672 of 8,192, 14,336 of 4,096), and `intermediate_size` is not read. Llama-65B, with three of
#           2.7 widths, has 64.7 of 65.3, so that the 70B has fewer than the 65B. Grouped key and value heads are counted right, and no word is said.
# Matters   A fifth of the weights is missing: nearly twice as many requests fit on the same GPUs, and time, energy and the number of GPUs of a model's training
#           and of each of its prompts are a fifth short.
# Here      Parameters are worked out from the published widths and held against the published sum: tests/validation/test_model_facts.py.
source "$(dirname "$0")/run_in.sh"
run_in llm-analysis==0.2.2 transformers==4.30.2 numpy==1.26.4 <<'PYTHON'
import json
import logging
from pathlib import Path

logging.disable(logging.WARNING)
from llm_analysis.analysis import LLMAnalysis
from llm_analysis.config import ParallelismConfig, get_dtype_config_by_name, get_gpu_config_by_name, get_model_config_by_name, get_model_config_from_hf

Path("llama-3-8b").mkdir()
WIDTHS = {"hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 8}
Path("llama-3-8b/config.json").write_text(json.dumps({"model_type": "llama", "vocab_size": 128256, "max_position_embeddings": 8192} | WIDTHS))
models = {
    "Llama-2-7B": get_model_config_by_name("NousResearch_Llama-2-7b-hf"),
    "Llama-65B": get_model_config_by_name("decapoda-research_llama-65b-hf"),
    "Llama-2-70B": get_model_config_by_name("upstage_Llama-2-70b-instruct-v2"),
    "Llama-3-8B": get_model_config_from_hf("./llama-3-8b"),
}
PUBLISHED = {"Llama-2-7B": 6.74, "Llama-65B": 65.3, "Llama-2-70B": 69.0, "Llama-3-8B": 8.03}


def on_two_gpus(model):
    gpu, types = get_gpu_config_by_name("a100-sxm-80gb"), get_dtype_config_by_name("w16a16e16")
    return LLMAnalysis(model, gpu, types, ParallelismConfig(tp_size=2, pp_size=1, dp_size=1, sp_size=1), flops_efficiency=1, hbm_memory_efficiency=1)


billions = {name: round(on_two_gpus(model).get_num_params_total() / 1e9, 1) for name, model in models.items()}
print({name: f"{found} of {PUBLISHED[name]} billion" for name, found in billions.items()})
served = on_two_gpus(models["Llama-2-70B"]).inference(batch_size_per_gpu=1, seq_len=2048, num_tokens_to_generate=1, use_kv_cache=True)
a_token = served["kv_cache_memory_per_gpu"] * 2 / 2049
by_hand = int((2 * 80 * 2**30 - 2 * PUBLISHED["Llama-2-70B"] * 1e9) / (a_token * 2049))
print(f"{a_token:,.0f} bytes a token; room for {served['decode_max_batch_size_per_gpu']} answers, by hand {by_hand}")
raise SystemExit(
    billions != {"Llama-2-7B": 6.6, "Llama-65B": 64.7, "Llama-2-70B": 55.3, "Llama-3-8B": 6.2}
    or (round(a_token), served["decode_max_batch_size_per_gpu"]) != (327_680, 91)
)
PYTHON
