"""Claim: parameters, KV bytes and training FLOP of published models follow from their shapes.

Sources: model cards and config files of Meta, DeepSeek, Qwen and Mistral; Llama 3, arXiv
2407.21783; Daly (2006), doi 10.1016/j.future.2004.11.016, for the restart model.
"""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.training import daly_interval_s, effective_time_frac
from twin.physics.transformer import Transformer

LLAMA_405B = Transformer(126, 16384, 128, 8, 128, 53248, 128256, False)
MODELS = [
    (Transformer(32, 4096, 32, 8, 128, 14336, 128256, False), 8.03e9, 131_072),
    (Transformer(80, 8192, 64, 8, 128, 28672, 128256, False), 70.6e9, 327_680),
    (LLAMA_405B, 405.9e9, 516_096),
    (Transformer(48, 2048, 32, 4, 128, 6144, 151936, False, True, 128, 8, 0, 768), 30.5e9, 98_304),
    (Transformer(32, 4096, 32, 8, 128, 14336, 32000, False, True, 8, 2, 0, 14336), 46.7e9, 131_072),
    (
        Transformer(
            61, 7168, 128, 128, 128, 18432, 129280, False, True, 256, 8, 1, 2048, 3, 512, 1536, 64
        ),
        671e9,
        70_272,
    ),
]


@pytest.mark.parametrize(("model", "parameters", "kv_bytes"), MODELS)
def test_parameters_and_kv_bytes(model: Transformer, parameters: float, kv_bytes: int) -> None:
    assert model.parameters() == pytest.approx(parameters, rel=0.003)
    assert model.kv_bytes_per_token(2.0) == kv_bytes


def test_active_parameters_of_sparse_models() -> None:
    assert [MODELS[i][0].active_parameters() for i in (3, 4, 5)] == pytest.approx(
        [3.3e9, 12.9e9, 37e9], rel=0.03
    )


def test_training_flop_of_llama_405b() -> None:
    assert 6 * LLAMA_405B.parameters() * 15.6e12 == pytest.approx(3.80e25, rel=0.01)
    assert LLAMA_405B.training_flop(15.6e12, 8192) == pytest.approx(3.80e25, rel=0.05)


def test_closed_form_of_restarts_agrees_with_monte_carlo() -> None:
    write_s = 5.0
    mtbf_s = 3.093 * 3600
    restart_s = 60.0
    interval_s = float(daly_interval_s(write_s, mtbf_s))
    failures_s = np.random.default_rng(7).exponential(mtbf_s, 400_000)
    kept_s = interval_s * np.floor(np.maximum(failures_s - restart_s, 0) / (interval_s + write_s))
    simulated = kept_s.sum() / failures_s.sum()
    assert simulated == pytest.approx(
        float(effective_time_frac(write_s, interval_s, mtbf_s, restart_s)), rel=0.01
    )
