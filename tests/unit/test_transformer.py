from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from twin.physics.transformer import Transformer

SMALL = Transformer(
    layers=2, hidden=8, heads=4, kv_heads=2, head_dim=2, ffn=16, vocab=10, tied=False
)


def test_parameters_count_every_matrix() -> None:
    attention = 8 * 8 + 2 * 8 * 4 + 8 * 8
    assert SMALL.parameters() == 2 * (attention + 3 * 8 * 16 + 2 * 8) + 2 * 10 * 8 + 8


def test_tied_head_is_stored_once_but_computed() -> None:
    tied = replace(SMALL, tied=True)
    assert SMALL.parameters() - tied.parameters() == 80
    assert SMALL.linear_flop_per_token() == tied.linear_flop_per_token()


def test_training_is_three_forwards() -> None:
    assert SMALL.training_flop(100, 4) == pytest.approx(
        300 * float(SMALL.forward_flop_per_token(4))
    )


def test_window_bounds_what_is_seen_and_kept() -> None:
    windowed = replace(SMALL, window_layers=1, window_tokens=8)
    assert windowed.seen_tokens(100) == 108
    assert windowed.context_bytes(100) == SMALL.context_bytes(54)


def test_experts_are_read_as_tokens_choose_them() -> None:
    sparse = replace(SMALL, experts=8, experts_per_token=2, ffn_expert=4)
    read = sparse.read_parameters(np.array([1.0, 1e6]))
    expert = 2 * 3 * 8 * 4
    assert read[1] - read[0] == pytest.approx(6 * expert)
    assert sparse.parameters() - sparse.active_parameters() == 6 * expert
