#!/usr/bin/env bash
# Question  How many operations are in one encoder layer (64 wide, 4 heads, 2 x 32 tokens), as trained and as served, and in one product of a
#           matrix with a vector, by the counter that comes with the library?
# Guess     As many served as trained, without dropout; a vector counts as a matrix of one row, 8,192.
# Seen      torch 2.14.1 on a CPU: 6,291,456 after train(), 0 after eval() without gradients: the layer then is one fused operator that has no
#           formula, and an operator without one counts as nothing. Matrix times vector is 0, and so is attention itself
#           (scaled_dot_product_attention), whole or causal.
# Matters   Served models are counted in eval(), and decode is vectors. A part without a formula is missing without a word.
# Here      No module of twin imports flop_counter.
source "$(dirname "$0")/run_in.sh"
run_in torch==2.14.1 numpy==2.4.6 <<'PYTHON'
import torch
from torch.utils.flop_counter import FlopCounterMode


def operations(work):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        work()
    return counter.get_total_flops()


layer = torch.nn.TransformerEncoderLayer(64, 4, 256, batch_first=True, dropout=0.0)
tokens = torch.randn(2, 32, 64)
matrix = torch.randn(64, 64)
heads = torch.randn(1, 8, 32, 16)
attend = torch.nn.functional.scaled_dot_product_attention
said = {
    "trained": operations(lambda: layer.train()(tokens)),
    "served": operations(lambda: layer.eval()(tokens)),
    "one row": operations(lambda: torch.randn(1, 64) @ matrix),
    "vector": operations(lambda: matrix @ torch.randn(64)),
    "attention": operations(lambda: attend(heads, heads, heads)),
    "causal": operations(lambda: attend(heads, heads, heads, is_causal=True)),
}
print(said)
raise SystemExit(list(said.values()) != [6291456, 0, 8192, 0, 0, 0])
PYTHON
