"""Seconds a token of an engine without graphs: the generate loop of transformers, random weights.

    python tests/device/eager_library.py OUT.json

Needs torch and transformers.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import torch
import transformers

CASES = ((1, 128), (1, 1024), (16, 1024), (64, 1024))
"""Sequences and tokens of a prompt."""
FEW = 8
MANY = 40


def generated_s(model: object, batch: int, prompt: int, tokens: int) -> float:
    """Wall seconds of a prompt and so many tokens."""
    ids = torch.randint(1000, 100000, (batch, prompt), device="cuda")
    torch.cuda.synchronize()
    start_s = time.perf_counter()
    model.generate(  # type: ignore[attr-defined]
        ids, attention_mask=torch.ones_like(ids), max_new_tokens=tokens, min_new_tokens=tokens,
        do_sample=False, pad_token_id=0,
    )  # fmt: skip
    torch.cuda.synchronize()
    return time.perf_counter() - start_s


def main(out: Path) -> int:
    """Measure; 0."""
    config = transformers.LlamaConfig(
        vocab_size=128256, hidden_size=4096, intermediate_size=14336, num_hidden_layers=32,
        num_attention_heads=32, num_key_value_heads=8, max_position_embeddings=131072,
    )  # fmt: skip
    torch.set_default_dtype(torch.bfloat16)
    with torch.device("cuda"):
        model = transformers.LlamaForCausalLM(config).eval()
    rows = []
    with torch.inference_mode():
        generated_s(model, 1, 16, 2)
        for batch, prompt in CASES:
            few_s = min(generated_s(model, batch, prompt, FEW) for _ in range(2))
            many_s = min(generated_s(model, batch, prompt, MANY) for _ in range(2))
            token_s = (many_s - few_s) / (MANY - FEW)
            rows.append({"batch": batch, "prompt": prompt, "token_s": token_s,
                         "first_s": few_s - FEW * token_s,
                         "library": f"transformers {transformers.__version__}"})  # fmt: skip
            out.write_text(json.dumps(rows), encoding="utf-8")
            sys.stderr.write(f"{rows[-1]}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
