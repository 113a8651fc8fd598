"""Pipeline stages of a replica: which layers each holds, what fits, and how long a round takes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tandem import Asked, Tandem

from tests.unit.test_kernel_sum import DENSE, FORMS, SPARSE, Counted
from twin.physics.kernels import (
    HostTimes,
    LawRange,
    ServingReplica,
    StageLink,
    crossings,
    iteration_laws,
    kv_bytes_per_token,
    kv_room_bytes,
    replica_problems,
    weight_bytes_per_gpu,
)
from twin.physics.kernels.pipeline import Stages, fullest_of, stage_layers

OVER = LawRange(64, 4096, 4096)


def test_layers_that_do_not_divide_go_to_the_first_stages() -> None:
    assert stage_layers(126, 8).tolist() == [16] * 6 + [15] * 2
    assert stage_layers(80, 4).tolist() == [20] * 4
    assert stage_layers(3, 3).sum() == 3


def test_what_a_replica_counts_as() -> None:
    replica = ServingReplica(SPARSE, FORMS, data=2, pipeline=4)
    assert (replica.gpus, replica.stage_gpus) == (8, 2)
    assert not replica_problems(replica)
    assert replica_problems(replace(replica, pipeline=49))


@pytest.mark.parametrize(
    ("stage_gpus", "stages", "domain_gpus", "out"),
    [
        (8, 4, 8, 3),
        (2, 4, 8, 0),
        (4, 4, 8, 1),
        (1, 4, 1, 3),
        (6, 4, 8, 3),
        (3, 4, 8, 1),
        (8, 2, 1, 1),
    ],
)
def test_no_stage_is_split_over_two_domains(
    stage_gpus: int, stages: int, domain_gpus: int, out: int
) -> None:
    """Four stages of six GPUs take four domains of eight, though 24 GPUs would fill three."""
    assert crossings(stage_gpus, stages, domain_gpus) == out


def test_stages_hold_all_weights_once_and_most_of_them_lie_where_a_table_does() -> None:
    whole = ServingReplica(DENSE, FORMS)
    table = 2.0 * DENSE.vocab * DENSE.hidden
    layers = weight_bytes_per_gpu(whole) - 2 * table
    cut = ServingReplica(DENSE, FORMS, pipeline=8)
    assert weight_bytes_per_gpu(cut) == pytest.approx(layers / 8 + table)


def test_the_stage_with_the_least_room_decides_what_fits() -> None:
    """By hand: of 80 GB a GPU, the last stage of eight holds ten layers and the head."""
    replica = ServingReplica(DENSE, FORMS, pipeline=8)
    each = kv_bytes_per_token(ServingReplica(DENSE, FORMS)) / 80
    free = 80e9 - weight_bytes_per_gpu(replica)
    tokens = kv_room_bytes(replica, 80e9) / kv_bytes_per_token(replica)
    assert tokens == pytest.approx(free / (10 * each))
    assert kv_room_bytes(replica, 80e9, 0.5) == pytest.approx(kv_room_bytes(replica, 80e9) / 2)


def test_one_stage_is_the_replica_as_it_was() -> None:
    host = HostTimes(iteration_s=1e-3, sequence_s=1e-5, stage_sequence_s=1e3)
    (law,) = iteration_laws(ServingReplica(DENSE, FORMS), Counted(), host, OVER)
    bare = iteration_laws(ServingReplica(DENSE, FORMS), Counted(), HostTimes(), OVER)[0]
    assert law.fixed_s(10, 0) == pytest.approx(float(bare.fixed_s(10, 0)) + 1.1e-3, rel=1e-12)


@pytest.mark.parametrize("stages", [2, 3, 4, 7])
@pytest.mark.parametrize("sequences", [1, 2, 5])
@pytest.mark.parametrize("sampling", [0.0, 0.02, 0.3])
def test_a_round_is_that_of_the_stages_lived_through(
    stages: int, sequences: int, sampling: float
) -> None:
    """Sequences that each make a token a round, as a tandem of queues; the sampler's share of a
    round is none, small, or what makes the last stage the slowest.
    """
    bare = iteration_laws(ServingReplica(DENSE, FORMS), Counted(), HostTimes(), OVER)[0]
    each_s = float(bare.layers_s(np.array(1.0), np.array(0.0)))
    host = HostTimes(iteration_s=sampling * each_s)
    held = stage_layers(DENSE.layers, stages) / DENSE.layers
    head_s = float(bare.head_s(np.array(1.0), np.array(0.0))) + host.iteration_s
    many = min(sequences, stages)

    def times(n: float, p: float, context: float) -> list[float]:
        layers = [float(share) * each_s for share in held]
        return [*layers[:-1], layers[-1] + head_s]

    rounds = 200
    requests = [Asked(0.0, 1, rounds) for _ in range(many)]
    Tandem(stages, times).live(requests)
    (law,) = iteration_laws(ServingReplica(DENSE, FORMS, pipeline=stages), Counted(), host, OVER)
    span_s = requests[0].done_s - requests[0].first_s
    assert span_s / (rounds - 1) == pytest.approx(float(law.fixed_s(many)), rel=0.005)


def test_a_host_that_serves_every_micro_batch_bounds_a_round() -> None:
    slow = HostTimes(stage_iteration_s=1e15)
    replica = ServingReplica(DENSE, FORMS, pipeline=4)
    (law,) = iteration_laws(replica, Counted(), slow, OVER)
    assert float(law.fixed_s(2)) == pytest.approx(2e15)
    assert float(law.fixed_s(64)) == pytest.approx(4e15)


def test_a_hand_over_between_nodes_goes_by_their_line() -> None:
    """16 tokens of 8,192 values of two bytes in four micro-batches, at 1 MB/s, twice in three."""
    far = ServingReplica(DENSE, FORMS, pipeline=4, link=StageLink(crossings=2, line_b_s=1e6))
    one, other = (
        iteration_laws(replica, Counted(), HostTimes(), OVER)[0]
        for replica in (far, replace(far, link=StageLink()))
    )
    sent_s = 2 * (1e-5 + 4 * 8192 * 2 / 1e6)
    assert float(one.exchange_s(16)) == pytest.approx(sent_s, rel=1e-9)
    alone_s = float(one.fixed_s(1) - other.fixed_s(1))
    assert alone_s == pytest.approx(2 * (1e-5 + 8192 * 2 / 1e6), rel=0.01)
    assert float(other.exchange_s(16)) == 0.0


def test_a_gpu_works_on_its_layers_of_all_micro_batches() -> None:
    """FLOP of a round are those of the whole model over the stages."""
    whole, cut = (
        iteration_laws(ServingReplica(DENSE, FORMS, pipeline=stages), Counted(), HostTimes(), OVER)[
            0
        ]
        for stages in (1, 4)
    )
    asked = (64, 64 * 1000.0, 400, 100.0)
    assert float(cut.work(*asked)[0]) == pytest.approx(float(whole.work(*asked)[0]) / 4, rel=0.01)


def test_context_slows_the_fullest_stage() -> None:
    """126 layers on eight stages: sixteen on the fullest, 1.6 % more than an even share; eight
    micro-batches work side by side.
    """
    model = replace(DENSE, layers=126)
    cut = iteration_laws(ServingReplica(model, FORMS, pipeline=8), Counted(), HostTimes(), OVER)[0]
    whole = iteration_laws(ServingReplica(model, FORMS), Counted(), HostTimes(), OVER)[0]
    assert float(cut.context_s(32) * 8 / whole.context_s(4)) == pytest.approx(8 * 16 / 126)
    assert float(cut.context_s(1) / whole.context_s(1)) == pytest.approx(1.0)


def test_a_prompt_lies_on_one_micro_batch() -> None:
    """One of 1,000 tokens slows a round as if it were read alone; four, as one of them does."""
    stages = Stages(ServingReplica(DENSE, FORMS, pipeline=4), piece_tokens=1000.0)
    read = stages.most_prompt(np.array([0.0, 500.0, 1000.0, 4000.0, 8000.0]))
    assert read.tolist() == [0.0, 500.0, 1000.0, 1000.0, 2000.0]
    assert stages.batches([0, 1, 9], [0.0, 2500.0, 0.0]).tolist() == [1, 4, 4]


@pytest.mark.parametrize(("boxes", "things"), [(2, 1), (2, 7), (4, 2), (4, 9), (8, 30), (16, 64)])
def test_the_fullest_box(boxes: int, things: int) -> None:
    """Against 20,000 draws."""
    rng = np.random.default_rng(boxes * 100 + things)
    drawn = rng.integers(0, boxes, (20_000, things))
    most = np.array([np.bincount(one, minlength=boxes).max() for one in drawn])
    error = 4 * most.std() / np.sqrt(most.size) + 1e-9
    assert fullest_of(boxes)[things] == pytest.approx(most.mean(), abs=error)
