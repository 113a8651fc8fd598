#!/usr/bin/env bash
# Question  A model of 69 billion parameters is trained with Adam in mixed precision. How much memory does the library's own estimate say, and how much does the
#           library then hold for each parameter?
# Guess     16 bytes by both: weights, gradients and two moments of Adam in 32 bits (4 + 4 + 8), as in full precision.
# Seen      accelerate 1.15.0: 8 bytes (552 GB) where it is asked for 16-bit training, 16 (1,104 GB) for 32-bit. It then holds 16 in both: a model
#           trained for one step by `Accelerator(mixed_precision="bf16")` has weights, gradients and moments in 32 bits. The estimate of 32 bits adds
#           the parts up, that of 16 bits takes the largest of them, the moments alone.
# Matters   On boards of 80 GB the weights, gradients and moments need 14 of them, and 7 are bought; nothing is said of activations, which come on top.
# Here      A forecast adds up weights, gradients and moments in the bytes that each really has: docs/physics/training.md, twin/physics/training/memory.py.
source "$(dirname "$0")/run_in.sh"
run_in accelerate==1.15.0 transformers==5.24.0 torch==2.14.1 numpy==2.4.6 <<'PYTHON'
import torch
from accelerate import Accelerator
from accelerate.commands.estimate import estimate_training_usage
from accelerate.utils import calculate_maximum_sizes
from transformers import LlamaConfig, LlamaForCausalLM

WIDTHS = {"hidden_size": 8192, "intermediate_size": 28672, "num_hidden_layers": 80, "num_attention_heads": 64}
with torch.device("meta"):
    large = LlamaForCausalLM(LlamaConfig(**WIDTHS, num_key_value_heads=8, vocab_size=32000))
parameters = sum(one.numel() for one in large.parameters())
total, _ = calculate_maximum_sizes(large)
said = {bits: max(estimate_training_usage(total, bits).values()) for bits in ("float32", "float16")}
print({bits: f"{told / 1e9:.0f} GB" for bits, told in said.items()}, f"of {parameters / 1e9:.1f} billion")


def held(precision):
    model = LlamaForCausalLM(LlamaConfig(hidden_size=64, intermediate_size=128, num_hidden_layers=2, num_attention_heads=4, vocab_size=100))
    accelerator = Accelerator(cpu=True, mixed_precision=precision)
    model, adam = accelerator.prepare(model, torch.optim.AdamW(model.parameters()))
    tokens = torch.arange(8)[None]
    accelerator.backward(model(input_ids=tokens, labels=tokens).loss)
    adam.step()
    weights = list(model.parameters())
    moments = [one for weight in weights for one in adam.optimizer.state[weight].values() if one.dim()]
    kept = [*weights, *(weight.grad for weight in weights), *moments]
    return sum(one.numel() * one.element_size() for one in kept) / sum(weight.numel() for weight in weights)


seen = {
    "said": {bits: round(told / parameters, 2) for bits, told in said.items()},
    "held": {"no": held("no")},
}
from accelerate.state import AcceleratorState

AcceleratorState._reset_state()
seen["held"]["bf16"] = held("bf16")
print(seen)
raise SystemExit(seen != {"said": {"float32": 16.0, "float16": 8.0}, "held": {"no": 16.0, "bf16": 16.0}})
PYTHON
