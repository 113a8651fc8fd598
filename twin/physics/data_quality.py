"""What data are worth: loss by parameters and tokens, and what bad tokens cost.

Hoffmann et al. 2022 (arXiv 2203.15556, approach 3); repeats after Muennighoff et al. 2023 (arXiv
2305.16264).
"""

from __future__ import annotations

import math

IRREDUCIBLE = 1.69
PARAMETER_SCALE = 406.4
PARAMETER_EXPONENT = 0.34
TOKEN_SCALE = 410.7
TOKEN_EXPONENT = 0.28
"""L = 1.69 + 406.4 / N^0.34 + 410.7 / D^0.28, in nats a token."""
REPEATS_WORTH = 15.39
"""Repeats after which nearly nothing is learned from another one."""


def loss(parameters: float, tokens: float) -> float:
    """Loss of a model trained on so many tokens worth of fresh data."""
    by_size = PARAMETER_SCALE / math.pow(parameters, PARAMETER_EXPONENT)
    return IRREDUCIBLE + by_size + TOKEN_SCALE / math.pow(tokens, TOKEN_EXPONENT)


def worth(tokens: float, bad_frac: float, harm: float = 0.0, epochs: float = 1.0) -> float:
    """Fresh good tokens that as many tokens, a share of them bad, are worth.

    bad_frac   share of tokens that teach nothing
    harm       good tokens that each bad one undoes besides
    epochs     how often they are read; four are worth 3.7, not four
    """
    good = max(tokens * (1.0 - (1.0 + harm) * bad_frac), 0.0)
    repeats = epochs - 1.0
    return good * (1.0 + REPEATS_WORTH * (1.0 - math.exp(-repeats / REPEATS_WORTH)))


def needed(good_tokens: float, bad_frac: float, harm: float = 0.0) -> float:
    """Tokens to read once for so many good ones; inf where bad ones undo them all."""
    share = 1.0 - (1.0 + harm) * bad_frac
    return good_tokens / share if share > 0 else math.inf
