"""The kernels that a replica issues, and their sum as an engine asks for it."""

from __future__ import annotations

import numpy as np
import pytest

from twin.physics.kernels import (
    BenchmarkLoad,
    HostTimes,
    IterationLaw,
    KernelFormats,
    LawRange,
    ServingReplica,
    WindowRules,
    benchmark_schedule,
    expert_buffer_bytes,
    iteration_laws,
    kv_bytes_per_token,
    price,
    replica_problems,
    run_benchmark,
    weight_bytes_per_gpu,
)
from twin.physics.kernels.attention import decode_calls
from twin.physics.kernels.layers import head_calls, layer_calls
from twin.physics.transformer import Transformer

DENSE = Transformer(80, 8192, 64, 8, 128, 28672, 128256, tied=False)
SPARSE = Transformer(
    48, 2048, 32, 4, 128, 6144, 151936, tied=False, experts=128, experts_per_token=8, ffn_expert=768
)
FORMS = KernelFormats("bf16", "bf16", "bf16", "bf16")


class Counted:
    """A device that does a FLOP a second and moves a byte a second, one after the other."""

    def call_s(self, call, clock_frac=1.0):
        flop, byte = self.work(call)
        return flop / clock_frac + byte, np.ones(flop.shape, dtype=bool)

    def work(self, call):
        axes = {name: np.asarray(x, float) for name, x in call.axes.items()}
        shape = np.broadcast_shapes(*(x.shape for x in axes.values()))
        if call.op == "gemm":
            flop = 2 * axes["m"] * axes["n"] * axes["k"]
        elif call.op == "moe":
            flop = 6 * axes["tokens"] * axes["topk"] * axes["hidden"] * axes["inter"]
            flop = flop / axes["tp"] / axes["ep"]
        elif call.op == "attention_decode":
            flop = 4 * axes["batch"] * axes["tokens"] * axes["heads"] * axes["head_dim"]
        elif call.op == "attention_prefill":
            flop = 2 * axes["tokens"] ** 2 * axes["heads"] * axes["head_dim"]
        else:
            flop = np.zeros(shape)
        return np.broadcast_to(flop, shape).astype(float), np.zeros(shape)


@pytest.mark.parametrize("model", [DENSE, SPARSE])
@pytest.mark.parametrize("tensor", [1, 2, 4])
def test_flop_of_the_kernels_is_that_of_the_shape(model: Transformer, tensor: int) -> None:
    """All products together, over all GPUs: 2 a weight used, as `Transformer` counts them."""
    tokens = np.array([1.0, 7.0, 512.0])
    replica = ServingReplica(model, FORMS, tensor=tensor)
    calls = [*layer_calls(replica, tokens), *head_calls(replica, tokens)]
    done = price(calls, Counted(), tokens.shape).flop * tensor
    router = 2 * model.experts * model.hidden * model.layers * tokens
    copied = (tensor - 1) * router  # the router works on every GPU
    want = model.linear_flop_per_token() * tokens + router
    assert done == pytest.approx(want + copied, rel=1e-12)


def test_decode_attention_counts_every_head_once() -> None:
    replica = ServingReplica(DENSE, FORMS, tensor=4)
    n = np.array([3.0])
    done = price(decode_calls(replica, n, np.array([1000.0])), Counted(), n.shape).flop * 4
    assert done == pytest.approx(3 * DENSE.attention_flop_per_token(1000.0))


def test_weights_and_keys_are_shared_out() -> None:
    whole = ServingReplica(DENSE, FORMS)
    cut = ServingReplica(DENSE, FORMS, tensor=8)
    assert weight_bytes_per_gpu(whole) == pytest.approx(2 * DENSE.parameters())
    assert weight_bytes_per_gpu(cut) == pytest.approx(weight_bytes_per_gpu(whole) / 8)
    assert kv_bytes_per_token(cut) == kv_bytes_per_token(whole) / 8
    wider = ServingReplica(DENSE, FORMS, tensor=16)
    assert kv_bytes_per_token(wider) == kv_bytes_per_token(cut)


def test_attention_ranks_hold_attention_whole_and_share_experts() -> None:
    replica = ServingReplica(SPARSE, FORMS, data=8)
    routed = SPARSE.routed_parameters() * 2.0
    rest = SPARSE.parameters() * 2.0 - routed
    assert weight_bytes_per_gpu(replica) == pytest.approx(rest + routed / 8)
    assert not replica_problems(replica)


def test_cuts_that_cannot_be() -> None:
    assert replica_problems(ServingReplica(DENSE, FORMS, tensor=3))
    assert replica_problems(ServingReplica(DENSE, FORMS, data=2))
    assert replica_problems(ServingReplica(SPARSE, FORMS, data=48))


def _law(host: HostTimes, tensor: int = 1) -> IterationLaw:
    replica = ServingReplica(DENSE, FORMS, tensor=tensor)
    return iteration_laws(replica, Counted(), host, LawRange(64, 512, 2000))[0]


def test_an_iteration_is_the_sum_of_its_kernels() -> None:
    law = _law(HostTimes(iteration_s=3.0, sequence_s=0.5))
    n = 64.0
    context = n * 1500.0
    want = DENSE.linear_flop_per_token() * n + float(DENSE.attention_flop_per_token(1500.0)) * n
    assert float(law.step_s(n, context)) == pytest.approx(want + 3.0 + 32.0, rel=1e-9)


@pytest.mark.parametrize("host", [HostTimes(2.5e12, 1e10, hidden=True), HostTimes(queue_s=3e12)])
def test_what_a_host_hides_is_all_kernels(host: HostTimes) -> None:
    """Beside it the GPU reads contexts too: the longer of both at a mean context, not a sum."""
    law = _law(host)
    alone = _law(HostTimes())
    many = np.array([1.0, 4.0, 16.0, 64.0])
    context = many * law.over.mean_context
    kernels = alone.step_s(many, context)
    longer = np.maximum(kernels, host.least_s(many))
    assert (kernels < host.least_s(many)).tolist() == [True, True, True, False]
    assert law.step_s(many, context) == pytest.approx(longer)
    assert law.host_s(many) == pytest.approx(longer - kernels)
    reads = alone.fixed_s(many, 512.0) + alone.context_s(many) * context
    both = law.fixed_s(many, 512.0) + law.context_s(many) * context
    assert both == pytest.approx(np.maximum(reads, host.least_s(many)))


def test_a_new_token_beside_prompts_fills_a_tile() -> None:
    """Of 64 rows in one kernel with them: 63 more than its own, and none where none are read."""
    tiled = ServingReplica(DENSE, FORMS, windows=WindowRules(mixed_rows=64.0))
    law = iteration_laws(tiled, Counted(), HostTimes(), LawRange(64, 512, 2000))[0]
    apart = _law(HostTimes())
    many = np.array([1.0, 8.0, 64.0])
    assert law.fixed_s(many) == pytest.approx(apart.fixed_s(many))
    more_s = law.fixed_s(many, 256.0) - apart.fixed_s(many, 256.0)
    assert more_s == pytest.approx(63 * apart.context_s(many) * many * law.over.mean_context)


def test_pieces_of_a_prompt_add_up() -> None:
    law = _law(HostTimes())
    whole = law.prompt_attention_s(1600.0)
    parts = law.prompt_attention_s(600.0) + law.prompt_attention_s(1000.0, 600.0)
    assert float(parts) == pytest.approx(float(whole))


def test_a_lower_clock_stretches_what_computes() -> None:
    replica = ServingReplica(DENSE, FORMS)
    full, slow = iteration_laws(replica, Counted(), HostTimes(), LawRange(8, 64, 100), (1.0, 0.5))
    assert float(slow.fixed_s(8)) == pytest.approx(2 * float(full.fixed_s(8)))


@pytest.mark.parametrize(
    ("requests", "places", "read", "made", "budget"),
    [(1, 1, 5, 1, 8), (37, 5, 100, 40, 64), (200, 32, 17, 90, 256), (12, 64, 300, 3, 512)],
)
def test_a_schedule_reads_and_makes_every_token_once(
    requests: int, places: int, read: int, made: int, budget: int
) -> None:
    plan = benchmark_schedule(BenchmarkLoad(requests, places, read, made, budget))
    assert plan.count.sum() == requests
    assert plan.steps @ plan.prompt_tokens == requests * read
    assert plan.steps @ plan.sequences == requests * (made - 1)
    assert (plan.sequences <= places).all()
    assert (plan.sequences + plan.prompt_tokens <= budget).all()
    assert (plan.first_token > plan.opened).all()


@pytest.mark.parametrize("cached", [1.0, 62.5, 99.0])
def test_a_cached_prefix_is_held_and_not_read(cached: float) -> None:
    """Contexts are as long as before, prompts shorter by what was found."""
    whole = benchmark_schedule(BenchmarkLoad(37, 5, 100, 40, 4096))
    plan = benchmark_schedule(BenchmarkLoad(37, 5, 100, 40, 4096, cached_tokens=cached))
    assert plan.steps @ plan.prompt_tokens == pytest.approx(37 * (100 - cached))
    assert plan.steps @ plan.context_tokens == pytest.approx(whole.steps @ whole.context_tokens)
    with pytest.raises(ValueError, match="last one"):
        benchmark_schedule(BenchmarkLoad(37, 5, 100, 40, 4096, cached_tokens=100.0))


def test_one_request_alone_takes_its_prompt_and_its_steps() -> None:
    law = _law(HostTimes(iteration_s=1e16))
    run = run_benchmark(law, BenchmarkLoad(1, 1, 100, 11, 512))
    reading_s = float(law.fixed_s(0, 100)) + float(law.prompt_attention_s(100))
    assert run.time_to_first_token_s == pytest.approx(reading_s)
    steps = [float(law.step_s(1, 101 + k)) for k in range(10)]
    assert run.time_per_output_token_s == pytest.approx(np.mean(steps))
    assert run.output_tokens_per_s == pytest.approx(11 / (reading_s + sum(steps)))


def test_a_budget_without_room_for_prompts_is_refused() -> None:
    with pytest.raises(ValueError, match="budget"):
        benchmark_schedule(BenchmarkLoad(10, 8, 100, 10, 8))


def test_buffers_of_experts_by_hand() -> None:
    """100 tokens of eight ranks on each GPU, eight experts each: 2,048 wide, 768 in between."""
    replica = ServingReplica(SPARSE, FORMS, data=8)
    each = 2 * 2048 + 2 * max(2 * 768, 2048)
    assert expert_buffer_bytes(replica, 100) == pytest.approx(800 * (8 * each + 2 * 2 * 2048))
    cut = ServingReplica(SPARSE, FORMS, tensor=4)
    assert expert_buffer_bytes(cut, 100) == pytest.approx(100 * (8 * each + 2 * 2 * 2048))
    assert expert_buffer_bytes(ServingReplica(DENSE, FORMS), 100) == 0.0


def test_a_host_ahead_costs_only_what_kernels_do_not_cover() -> None:
    """A host of twice its kernels' time adds itself where it waits, and covers them where ahead."""
    kernels_s = float(_law(HostTimes()).fixed_s(4.0))
    waits = _law(HostTimes(iteration_s=kernels_s, sequence_s=kernels_s / 4))
    ahead = _law(HostTimes(iteration_s=kernels_s, sequence_s=kernels_s / 4, hidden=True))
    quick = _law(HostTimes(sequence_s=kernels_s / 8, hidden=True))
    assert float(waits.fixed_s(4.0)) == pytest.approx(3 * kernels_s)
    assert float(ahead.fixed_s(4.0)) == pytest.approx(2 * kernels_s)
    reading_s = 4 * 1000 * float(waits.context_s(4.0))  # half of the longest context
    assert float(ahead.host_s(4.0)) == pytest.approx(kernels_s - reading_s)
    assert float(quick.fixed_s(4.0)) == pytest.approx(kernels_s)
    assert float(quick.host_s(4.0)) == 0.0
