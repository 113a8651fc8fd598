"""Claim: prompts of a service on instances of GPUs (MIG) may be read on other nodes, on instances
or on whole GPUs; what their lines carry is worked out by hand.

Servers of eight B200 in instances of 3g.90gb have 16 replicas, two on a GPU, each with half of its
line of 50 GB/s.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.validation.test_split_serving import served, settled, split
from twin.physics.serving.handover import transfer_s

LONE = {"input_tokens": 4096, "output_tokens": 50, "rate": "0.5 / s", "diurnal_amplitude": 0}
KV_BYTES = 4096 * 32 * 8 * 128 * 2 * 1.0
"""Of a prompt of Llama 3.1 8B in fp8."""


def _work(rate: float, **keys: Any) -> dict[str, Any]:
    work = split(rate, model="Llama-3.1-8B", mig="3g.90gb", **keys)
    work.pop("tensor_parallel")
    return work


@pytest.mark.parametrize("detail", ["fluid", "requests"])
def test_a_request_alone_waits_for_half_a_line(detail: str) -> None:
    """Longer than with its prompt read where it is answered: a transfer and one iteration."""
    keys = {"detail": detail, "requests": LONE}
    apart = settled(served(_work(0.0, **keys)))
    whole = _work(0.0, **keys)
    whole.pop("prefill")
    together = settled(served(whole))
    more_s = float(transfer_s(KV_BYTES, 25e9)) + apart["tpot_p50_s"]
    assert apart["ttft_p50_s"] - together["ttft_p50_s"] == pytest.approx(more_s, rel=0.03)


def test_lines_carry_what_all_instances_of_a_node_send() -> None:
    """One token is made of each prompt, so lines are the least: 16 of them a node."""
    long = {"input_tokens": 8000, "output_tokens": 2, "rate": "2000 / s", "diurnal_amplitude": 0}
    row = settled(served(_work(0.0, requests=long, prefill={"nodes": 24}, nodes=1)))
    prompt_bytes = KV_BYTES * 8000 / 4096
    takes = 16 / float(transfer_s(prompt_bytes, 25e9))
    assert row["capacity_tokens_per_s"] == pytest.approx(2 * takes, rel=1e-6)


def test_both_forms_agree_with_readers_on_instances_and_on_whole_gpus() -> None:
    for prefill in ({"nodes": 1}, {"nodes": 1, "tensor_parallel": 1}):
        fluid, told = (
            settled(served(_work(60.0, detail=detail, prefill=prefill)))
            for detail in ("fluid", "requests")
        )
        assert fluid["energy_j"] == pytest.approx(told["energy_j"], rel=0.03)
        for name, within in (("ttft_p50_s", 0.1), ("tpot_p50_s", 0.05)):
            assert fluid[name] == pytest.approx(told[name], rel=within), (prefill, name)
