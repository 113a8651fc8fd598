#!/usr/bin/env bash
# Question  128 answers are made at once (context 1,024) on two H100 by a model of 16 experts of which each token takes two (Phi-3.5-MoE, 42 billion parameters, bf16).
#           How long does an iteration take at least?
# Guess     Expected, by hand: 11.4 ms, as its weights are 38.9 GiB a GPU and all are read once. 128 tokens find all 16 experts.
# Seen      genz-llm 0.0.16: 5.07 ms, 25,249 tokens/s, 2.3 times what its own bandwidth lets through. Of the experts two are read, however many ask: "Unused Weights" is 32.8 of 38.9 GiB a GPU for one answer and for 128, which is right for one. Mixtral 8x7B on four: 4.3
#           ms where weights alone take 6.4. Dense models are never below their weights.
# Matters   Models of experts seem to serve up to twice as many tokens a GPU as they can, the more so the more experts they have; a fleet is bought at half its size.
# Here      An iteration reads as many experts as its tokens find: tests/relations/test_experts_of_a_batch.py, docs/physics/serving_forecasts.md.
source "$(dirname "$0")/run_in.sh"
run_in genz-llm==0.0.16 numpy==2.4.6 <<'PYTHON'
from GenZ import decode_moddeling
from GenZ.LLM_inference.utils import get_inference_system

H100 = {"system_name": "H100_GPU", "bits": "bf16"}
BANDWIDTH = get_inference_system(**H100).offchip_mem_bw
MODELS = {"microsoft/Phi-3.5-MoE": 2, "mixtral_8x7b": 4, "meta-llama/Llama-3.1-70B": 4}

seen = {}
for model, gpus in MODELS.items():
    for answers in (1, 128):
        found = decode_moddeling(model=model, batch_size=answers, input_tokens=1024, Bb=1, tensor_parallel=gpus, **H100)
        sums = found["summary_table"].iloc[0]
        all_weights_ms = 1e3 * sums["Total Weights (MB)"] * 2**20 / BANDWIDTH
        seen[model, answers] = tuple(round(float(one), 1) for one in (found["Latency"], all_weights_ms, sums["Unused Weights (MB)"] / 1024))
        print(f"{model}, {answers} at once: {found['Latency']:.2f} ms, {found['Throughput']:,.0f} tokens/s; all weights {all_weights_ms:.2f} ms, {seen[model, answers][2]} GiB unused")
stated = {
    ("microsoft/Phi-3.5-MoE", 1): (2.5, 11.4, 32.8),
    ("microsoft/Phi-3.5-MoE", 128): (5.1, 11.4, 32.8),
    ("mixtral_8x7b", 1): (2.8, 6.4, 15.8),
    ("mixtral_8x7b", 128): (4.3, 6.4, 15.8),
    ("meta-llama/Llama-3.1-70B", 1): (11.3, 9.5, 0.0),
    ("meta-llama/Llama-3.1-70B", 128): (15.4, 9.5, 0.0),
}
raise SystemExit(seen != stated)
PYTHON
