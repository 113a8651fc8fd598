#!/usr/bin/env bash
# Question  A mixture of 128 experts, of which eight work for each token, is trained for two steps of 64 tokens by the library's trainer. How many operations
#           does it note (`total_flos` in trainer_state.json), also where three of four tokens are padding, and where nothing but the head is trained?
# Guess     6 for each token and each parameter that works, 92 million; a quarter of it with the padding; about a third with all but the head frozen (forward only).
# Seen      transformers 5.24.0: 941 million in all three. Every parameter outside the embedding counts, whether its expert sleeps or not and whether it is
#           trained or not, and so does every place of a batch, padding too. Attention's own products count nowhere.
# Matters   Operations over time are the share of the boards' peak (MFU): a mixture that makes 30 % of it is said to make 310 %, and one at 3 % looks well. In batches
#           padded to their longest text the same work counts the more the worse it is packed.
# Here      Experts of a forecast count where they work, for each token, and padding is no token: twin/physics/training/work.py, docs/physics/training.md.
source "$(dirname "$0")/run_in.sh"
run_in transformers==5.24.0 accelerate==1.15.0 torch==2.14.1 numpy==2.4.6 <<'PYTHON'
import torch
from transformers import Qwen3MoeConfig, Qwen3MoeForCausalLM, Trainer, TrainingArguments

TOKENS = 32
SHAPE = Qwen3MoeConfig(
    hidden_size=64,
    moe_intermediate_size=24,
    num_hidden_layers=2,
    num_attention_heads=4,
    num_key_value_heads=2,
    head_dim=16,
    vocab_size=64,
    num_experts=128,
    num_experts_per_tok=8,
)


def noted(model, padding=0):
    real = TOKENS - padding
    row = {
        "input_ids": torch.arange(TOKENS),
        "attention_mask": torch.tensor([1] * real + [0] * padding),
        "labels": torch.tensor([*range(real), *[-100] * padding]),
    }
    asked = TrainingArguments("out", per_device_train_batch_size=2, max_steps=2, use_cpu=True, report_to=[], save_strategy="no", disable_tqdm=True)
    trainer = Trainer(model, asked, train_dataset=[row] * 4)
    trainer.train()
    return round(trainer.state.total_flos / 1e6)


model = Qwen3MoeForCausalLM(SHAPE)
sizes = {name: one.numel() for name, one in model.named_parameters() if "embed" not in name}
experts = sum(size for name, size in sizes.items() if "experts" in name)
awake = sum(sizes.values()) - experts * 120 / 128
seen = {"full": noted(model), "three quarters padding": noted(model, 24)}
model.requires_grad_(False).lm_head.requires_grad_(True)
seen["frozen"] = noted(model)
by_hand = round(6 * 4 * TOKENS * awake / 1e6)
print(seen, f"by hand, of the experts that work: {by_hand}")
raise SystemExit((seen, by_hand) != ({"full": 941, "three quarters padding": 941, "frozen": 941}, 92))
PYTHON
