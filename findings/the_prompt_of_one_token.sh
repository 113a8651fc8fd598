#!/usr/bin/env bash
# Question  How many multiply-adds take a linear layer, grouped attention, a layer of eight experts of which two work, and an embedding, each for a prompt of one
#           token and of 1,024, by the five counters that go through a model of PyTorch?
# Guess     1,024 times as many for 1,024 tokens, by all five (attention of its own products more); some leave the products of attention out.
# Seen      torchinfo 1.8.0: as many for 1,024 tokens as for one, 262,144 for 512 x 512. What is no convolution and no recurrent layer costs its weights times the
#           *first* axis, the batch; 67 M are said for an embedding, which only looks up. torchinfo, thop 0.1.1 and ptflops 0.7.5 (by modules) see 0.1 % of the
#           experts, whose weights lie in one array and not in modules of their own: 4.2 M of 4,299 M, the gate alone. The products of attention
#           (scaled_dot_product_attention on a CPU) are nothing to all, torch 2.13.0's and fvcore's too, where they are 62 % of its layer. Only fvcore warns of it.
# Matters   A forecast divides such a count by a GPU's rating: time to the first token of 128,000 tokens is that of one, and a mixture's share of the
#           peak (MFU) is wrong by a factor of a thousand. Experts in one array are what fast kernels ask for.
# Here      twin counts from the shape of a model, each product by its rows, attention by the tokens it looks back on and experts by those that work:
#           twin/physics/training/work.py, docs/physics/training.md. No module goes through a model of PyTorch to count.
source "$(dirname "$0")/run_in.sh"
run_in torch==2.13.0 numpy==2.4.6 torchinfo==1.8.0 thop==0.1.1.post2209072238 ptflops==0.7.5 fvcore==0.1.5.post20221221 <<'PYTHON'
import torch
from fvcore.nn import FlopCountAnalysis
from ptflops import get_model_complexity_info
from thop import profile
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchinfo import summary

WIDTH, HEADS, GROUPS, EXPERTS, WORDS = 512, 8, 2, 8, 131072


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.ask, self.give = nn.Linear(WIDTH, WIDTH, bias=False), nn.Linear(WIDTH, WIDTH, bias=False)
        self.key, self.value = (nn.Linear(WIDTH, GROUPS * 64, bias=False) for _ in range(2))

    def forward(self, tokens):
        batch, length, _ = tokens.shape
        ask, key, value = (made(tokens).view(batch, length, -1, 64).transpose(1, 2) for made in (self.ask, self.key, self.value))
        seen = nn.functional.scaled_dot_product_attention(ask, key, value, enable_gqa=True)
        return self.give(seen.transpose(1, 2).reshape(batch, length, WIDTH))


class Experts(nn.Module):
    def __init__(self):
        super().__init__()
        self.gate = nn.Linear(WIDTH, EXPERTS, bias=False)
        self.up = nn.Parameter(torch.randn(EXPERTS, WIDTH, 4 * WIDTH))
        self.down = nn.Parameter(torch.randn(EXPERTS, 4 * WIDTH, WIDTH))

    def forward(self, tokens):
        rows = tokens.reshape(-1, WIDTH)
        chosen = self.gate(rows).topk(2, -1).indices
        total = torch.zeros_like(rows)
        for expert in range(EXPERTS):
            mine = (chosen == expert).any(-1).nonzero().flatten()
            total = total.index_add(0, mine, rows[mine] @ self.up[expert] @ self.down[expert])
        return total.view_as(tokens)


def by_torch(model, tokens):
    with FlopCounterMode(display=False) as counter:
        model(tokens)
    return counter.get_total_flops() // 2


def by_ptflops(model, tokens):
    options = {"as_strings": False, "print_per_layer_stat": False, "backend": "pytorch"}
    return get_model_complexity_info(model, tuple(tokens.shape[1:]), **options)[0]


counters = {
    "torchinfo": lambda model, tokens: summary(model, input_data=tokens, verbose=0).total_mult_adds,
    "thop": lambda model, tokens: profile(model, inputs=(tokens,), verbose=False)[0],
    "ptflops": by_ptflops,
    "fvcore": lambda model, tokens: FlopCountAnalysis(model, tokens).unsupported_ops_warnings(False).total(),
    "torch": by_torch,
}
parts = {"linear": lambda: nn.Linear(WIDTH, WIDTH, bias=False), "attention": Attention, "experts": Experts}
print("by hand at 1,024 tokens: linear", 1024 * WIDTH**2, "attention", 1024 * (2 * WIDTH**2 + 2 * WIDTH * GROUPS * 64) + 2 * 1024**2 * WIDTH,
      "experts", 1024 * (WIDTH * EXPERTS + 2 * 2 * WIDTH * 4 * WIDTH))
seen = {}
for part, made in parts.items():
    for name, counter in counters.items():
        seen[part, name] = [int(counter(made(), torch.randn(1, length, WIDTH))) for length in (1, 1024)]
        print(part, name, seen[part, name])
words = summary(nn.Embedding(WORDS, WIDTH), input_data=torch.zeros(1, 1024, dtype=torch.long), verbose=0).total_mult_adds
print("embedding torchinfo", words)
LINEAR, PROJECTED, GATE = WIDTH**2, 655360, 4096
WORK = GATE + 2 * 2 * WIDTH * 4 * WIDTH
stated = {(part, name): [one, 1024 * one] for part, one in (("linear", LINEAR), ("attention", PROJECTED)) for name in counters}
stated |= {("experts", name): [one, 1024 * one] for name, one in zip(counters, (GATE, GATE, GATE, WORK, WORK), strict=True)}
stated |= {("linear", "torchinfo"): [LINEAR, LINEAR], ("attention", "torchinfo"): [PROJECTED, PROJECTED]}
raise SystemExit(seen != stated or words != WORDS * WIDTH)
PYTHON
