#!/usr/bin/env bash
# Question  A model of 80 equal layers is written as a loop, as large models are, and compiled. How many operations and bytes does the
#           compiler's own account give, from which a share of the GPU's peak (MFU) is told?
# Guess     80 times those of a layer, by each way to write the loop. (That a scan may count once had been heard of.)
# Seen      JAX 0.10.2: the account of a scan, of fori_loop and of while_loop is that of one layer: 1/80 of the products, and 3.9 MB moved where the
#           weights alone are 84; only layers written out count as 80. Both before the program is compiled (lowered) and after it. The number of
#           turns is known to the compiler, and the results are alike.
# Matters   A training run at 40 % of its peak is reported at 0.5 %, and energy for each operation is 80 times too high. The account changes
#           80-fold as a loop is unrolled for speed.
# Here      twin counts the products of a step from the model's sizes: tests/unit/test_training_work.py.
source "$(dirname "$0")/run_in.sh"
run_in jax==0.10.2 jaxlib==0.10.2 numpy==2.4.6 <<'PYTHON'
import jax
import jax.numpy as jnp
import numpy as np

LAYERS, WIDTH, ROWS = 80, 512, 64
weights = jnp.full((LAYERS, WIDTH, WIDTH), 1 / WIDTH)
rows = jnp.ones((ROWS, WIDTH))


def by_scan(x, w):
    return jax.lax.scan(lambda h, layer: (h @ layer, None), x, w)[0]


def by_fori(x, w):
    return jax.lax.fori_loop(0, LAYERS, lambda n, h: h @ w[n], x)


def by_while(x, w):
    return jax.lax.while_loop(lambda at: at[0] < LAYERS, lambda at: (at[0] + 1, at[1] @ w[at[0]]), (0, x))[1]


def written_out(x, w):
    for layer in w:
        x = x @ layer
    return x


asked = 2 * ROWS * WIDTH * WIDTH * LAYERS
seen, answers = {}, []
for way in (by_scan, by_fori, by_while, written_out):
    lowered = jax.jit(way).lower(rows, weights)
    compiled = lowered.compile()
    counted = [account.cost_analysis()["flops"] / asked for account in (lowered, compiled)]
    moved = compiled.cost_analysis()["bytes accessed"] / 1e6
    seen[way.__name__] = (*np.round(counted, 4).tolist(), round(moved, 1))
    answers.append(np.asarray(compiled(rows, weights)))
    print(f"{way.__name__:12} products counted: lowered {counted[0]:.4f}, compiled {counted[1]:.4f} of all; {moved:.1f} MB")
same = all(np.allclose(answer, answers[0]) for answer in answers)
print(f"same results: {same}; 1/80 is {1 / LAYERS}; weights are {weights.nbytes / 1e6:.1f} MB")
loops = dict.fromkeys(("by_scan", "by_fori", "by_while"), (0.0125, 0.0125, 3.9))
raise SystemExit(not (same and seen == {**loops, "written_out": (1.0, 1.0, 272.6)}))
PYTHON
