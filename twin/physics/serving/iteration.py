"""Time of iterations: looked up in tables, and of many at once in closed form.

A sequence that makes tokens holds more context with every iteration, and attention over it is in
proportion to it. So k iterations of n sequences take

    k a + b (k C + n g k (k - 1) / 2)

a without context, b a token of context, C context at the start, g tokens a sequence and iteration.
"""

from __future__ import annotations

import math

from twin.arrays import Array
from twin.physics.serving.columns import LawTables
from twin.physics.serving.compiled import kernel


@kernel
def steps_s(k: int, fixed_s: float, slope_s: float, context: float, growth: float) -> float:
    """Seconds of k iterations that only make tokens."""
    return k * fixed_s + slope_s * (k * context + growth * (k * (k - 1) / 2))


@kernel
def steps_until(
    start_s: float, at_s: float, fixed_s: float, slope_s: float, context: float, growth: float
) -> int:
    """The fewest iterations, at least one, after which it is `at_s` or later."""
    half = slope_s * growth / 2
    linear = fixed_s + slope_s * context - half
    span = at_s - start_s
    root = math.sqrt(linear * linear + 4 * half * span)
    k = max(1, math.ceil(2 * span / (linear + root)))
    while start_s + steps_s(k, fixed_s, slope_s, context, growth) < at_s:
        k += 1
    while k > 1 and start_s + steps_s(k - 1, fixed_s, slope_s, context, growth) >= at_s:
        k -= 1
    return k


@kernel
def cell(grid: Array, value: float) -> int:
    """Lower end of the cell of an ascending grid that holds a value, or is nearest to it."""
    low = 0
    high = grid.size - 1
    while high - low > 1:
        middle = (low + high) // 2
        if grid[middle] <= value:
            low = middle
        else:
            high = middle
    return low


@kernel
def bilinear(table: Array, rows: Array, columns: Array, x: float, y: float) -> float:
    """Between the points of a table; beyond them the last cell goes on."""
    i = cell(rows, x)
    j = cell(columns, y)
    u = (x - rows[i]) / (rows[i + 1] - rows[i])
    v = (y - columns[j]) / (columns[j + 1] - columns[j])
    low: float = (1 - v) * table[i, j] + v * table[i, j + 1]
    high: float = (1 - v) * table[i + 1, j] + v * table[i + 1, j + 1]
    between: float = (1 - u) * low + u * high
    return between


@kernel
def decode_law(law: LawTables, level: int, blend: float, sequences: int) -> tuple[float, float]:
    """Seconds of an iteration without context, and a token of context, between two levels."""
    fixed = law.decode_s[level, sequences]
    slope = law.context_s[level, sequences]
    if blend > 0:
        fixed = (1 - blend) * fixed + blend * law.decode_s[level + 1, sequences]
        slope = (1 - blend) * slope + blend * law.context_s[level + 1, sequences]
    return fixed, slope


@kernel
def mixed_s(law: LawTables, level: int, blend: float, sequences: int, tokens: int) -> float:
    """Seconds of an iteration that reads prompt tokens too, without any attention."""
    time_s = bilinear(law.mixed_s[level], law.sequences, law.prompts, sequences, tokens)
    if blend > 0:
        upper = bilinear(law.mixed_s[level + 1], law.sequences, law.prompts, sequences, tokens)
        time_s = (1 - blend) * time_s + blend * upper
    return time_s


@kernel
def attention_s(law: LawTables, level: int, blend: float, tokens: int, before: float) -> float:
    """Seconds of attention of a chunk of prompt after `before` tokens."""
    time_s = bilinear(law.attention_s[level], law.prompts, law.befores, tokens, before)
    if blend > 0:
        upper = bilinear(law.attention_s[level + 1], law.prompts, law.befores, tokens, before)
        time_s = (1 - blend) * time_s + blend * upper
    return time_s
