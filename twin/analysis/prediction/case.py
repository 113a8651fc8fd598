"""A question about a replica with its names looked up, and whether it can be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from twin.analysis.prediction.ask import MOST_REDUNDANT, InferenceQuestion
from twin.analysis.prediction.cuts import held_by, working
from twin.analysis.prediction.idle import refuse_idle
from twin.analysis.prediction.profiled import profile_for
from twin.catalogue import Catalogue
from twin.catalogue.mig import instance_of, instance_row, instances_of
from twin.catalogue.names import named
from twin.catalogue.rows import Gpu, GpuInstance, Model, ServingSoftware
from twin.catalogue.shapes import shape_of
from twin.errors import InputError, Problem, every_problem
from twin.facility.serving.adapters import adapter_problems, adapters_of
from twin.facility.serving.context import STRETCHED, allowed_request, longest_request
from twin.facility.serving.device import DeviceKernels, kernels_of
from twin.facility.serving.experts import sending
from twin.facility.serving.formats import served_formats
from twin.facility.serving.software import Software, eager, limits_on, software_of, window_rules
from twin.physics.inference import RUNTIME_BYTES
from twin.physics.kernels import (
    HostTimes,
    ServingReplica,
    StageLink,
    crossings,
    even_redundancy,
    expert_buffer_bytes,
    experts_on_ranks,
    kv_room_bytes,
    place_bytes,
    replica_problems,
    sequence_bytes,
    weight_bytes_per_gpu,
)


@dataclass(frozen=True)
class ReplicaCase:
    """A question with its names looked up."""

    asked: InferenceQuestion
    model: Model
    gpu: Gpu
    dtype: str
    replica: ServingReplica
    kernels: DeviceKernels
    engine: ServingSoftware
    whole: Gpu
    """Of which `gpu` may be an instance."""
    instances: tuple[GpuInstance, ...] = ()
    """Of the whole, smallest first; none where none is asked for."""

    @property
    def side_by_side(self) -> int:
        """Instances on the whole GPU, each under this load; 1 for all of it."""
        asked = (one for one in self.instances if one.profile == self.asked.mig)
        return next((one.instances for one in asked), 1)

    @property
    def software(self) -> Software:
        """Whose times stand beside the kernels."""
        return software_of(self.engine)

    @property
    def eager(self) -> bool:
        """Whether the host queues every kernel: asked, or as the software ships."""
        return self.asked.eager or not self.engine.cuda_graphs

    @property
    def host(self) -> HostTimes:
        """What software adds to the kernels."""
        times = self.software.host
        if not self.eager:
            return times
        return eager(times, self.model.layers, self.kernels.eager_layer_s)

    @property
    def token_budget(self) -> int:
        """Tokens of an iteration at most."""
        return self.asked.token_budget or limits_on(self.engine, self.gpu).token_budget

    @property
    def max_sequences(self) -> int:
        """Running at once at most on an attention rank."""
        return self.asked.max_sequences or limits_on(self.engine, self.gpu).max_sequences

    @property
    def room_bytes(self) -> float:
        """For keys and values of an attention rank, on one GPU of every stage together."""
        return kv_room_bytes(self.replica, self.usable_bytes, self.asked.memory_frac)

    @property
    def usable_bytes(self) -> float:
        """Of a GPU, for weights, keys and values."""
        buffers = expert_buffer_bytes(self.replica, self.token_budget)
        return self.gpu.memory_bytes - RUNTIME_BYTES - buffers

    @property
    def most(self) -> int:
        """Requests that fit on an attention rank at their longest, none put out again."""
        longest = self.asked.longest_tokens
        each = sequence_bytes(self.replica, longest)
        place = longest * place_bytes(self.replica, self.asked.checked_tokens) / each
        shared = self.asked.shared_tokens
        held = longest * self.room_bytes / each
        fitting = (held - shared) / (longest - shared + place)
        return int(min(max(fitting, 0.0), self.max_sequences * self.replica.pipeline))

    def held_as(self, replica: ServingReplica) -> bool:
        """Whether a request fits where the model is cut so."""
        return replace(self, replica=replica).most >= 1


def looked_up(question: InferenceQuestion, catalogue: Catalogue) -> ReplicaCase:
    """The rows that a question names; InputError with every name that there is none for."""
    every_problem(
        question.check,
        lambda: question.lora,
        lambda: named(catalogue, Model, question.model, "--model"),
        lambda: named(catalogue, Gpu, question.gpu, "--gpu"),
        lambda: named(catalogue, ServingSoftware, question.software, "--software"),
        question.cut,
        lambda: refuse_idle(question, catalogue),
    )
    model = named(catalogue, Model, question.model, "--model")
    whole = named(catalogue, Gpu, question.gpu, "--gpu")
    gpu = whole
    cuts: tuple[GpuInstance, ...] = ()
    if question.mig:
        gpu = instance_row(whole, instance_of(catalogue, whole, question.mig, "--mig"))
        cuts = tuple(instances_of(catalogue, whole).values())
    engine = named(catalogue, ServingSoftware, question.software, "--software")
    question = _in_blocks(question, engine)
    tensor, data, stages = question.cut()
    dtype, formats = served_formats(model, gpu, question.dtype, question.kv_dtype)
    outside = crossings(tensor * data, stages, gpu.scaleup_domain_gpus)
    link = StageLink(outside, question.link_bit_s / 8)
    replica = ServingReplica(
        shape_of(model), formats, tensor, data, pipeline=stages, link=link,
        windows=window_rules(software_of(engine), gpu),
        adapters=adapters_of(question.lora, question.read_tokens),
    )  # fmt: skip
    replica = sending(replica, gpu, question.link_bit_s / 8, question.sent)
    profile = profile_for(question.profile, gpu, model)
    kernels = kernels_of(gpu, profile, software_of(engine).experts_of(replica))
    return ReplicaCase(question, model, gpu, dtype, replica, kernels, engine, whole, cuts)


def _in_blocks(question: InferenceQuestion, engine: ServingSoftware) -> InferenceQuestion:
    """With what prompts share in whole blocks of the prefix cache; nothing where it is off."""
    block = engine.page_tokens
    whole = question.shared_tokens // block * block if engine.prefix_cache else 0
    return replace(question, shared_tokens=whole)


def refuse_misfit(case: ReplicaCase) -> None:
    """Raise InputError where the cut is none, or the model does not fit."""
    wrong = dict.fromkeys(found for found, _ in replica_problems(case.replica))
    found = [_uncut(case, one) for one in wrong]
    if case.replica.stage_gpus > case.gpu.scaleup_domain_gpus and case.replica.dispatch is None:
        domain = f"at most {case.gpu.scaleup_domain_gpus}, the scale-up domain of {case.gpu.name}"
        cure = "--pp spreads layers over stages, which may stand in several domains"
        found.append(Problem("--parallelism", f"{case.replica.stage_gpus} GPUs", domain, cure))
    found += [
        Problem("--lora-adapters", wrong, right) for wrong, right in adapter_problems(case.replica)
    ]
    found += _too_long(case)
    if not found and case.most < 1:
        found.append(_too_large(case))
    if found:
        raise InputError(found)


def _uncut(case: ReplicaCase, found: str) -> Problem:
    """A cut that the model does not take, with every rule it breaks and the cuts that it takes."""
    rules = [allowed for one, allowed in replica_problems(case.replica) if one == found]
    cure = working(case.replica, case.gpu.scaleup_domain_gpus, case.held_as)
    counts = _redundant(case) if found == experts_on_ranks(case.replica) else ""
    if counts and case.asked.redundant_experts:
        uneven = f"{case.asked.redundant_experts}: {found} of {case.model.name}"
        return Problem("--redundant-experts", uneven, f"{counts}: as many on each rank")
    if counts:
        cure += f"; or --redundant-experts {counts}"
    return Problem("--parallelism", f"{found} of {case.model.name}", ", and ".join(rules), cure)


def _redundant(case: ReplicaCase) -> str:
    """Redundant experts nearest to those asked for, with which ranks hold as many and a request
    fits; nothing where tokens are not sent.
    """
    if case.replica.dispatch is None:
        return ""
    line_b_s = case.asked.link_bit_s / 8
    whole = replace(case.replica, dispatch=None)
    counts = [one for one in even_redundancy(case.replica) if one <= MOST_REDUNDANT]
    cuts = [
        sending(whole, case.gpu, line_b_s, replace(case.asked.sent, redundant=one))
        for one in counts
    ]
    return " or ".join(str(n) for n, cut in zip(counts, cuts, strict=True) if case.held_as(cut))


def _too_long(case: ReplicaCase) -> list[Problem]:
    """A request beyond what the model, or its engine, takes."""
    longest = case.asked.input_tokens + case.asked.output_tokens
    stated = case.asked.context_tokens
    if longest <= longest_request(case.model, stated):
        return []
    cure = f"shorter requests; or {STRETCHED}: --context {longest}"
    allowed = allowed_request(case.model, stated)
    return [Problem("--input", f"{longest:,} tokens of a request", allowed, cure)]


def _more(case: ReplicaCase) -> str:
    """How many GPUs hold a model that one does not."""
    fewest = held_by(case.replica, case.gpu.scaleup_domain_gpus, case.held_as)
    return fewest or f"no number of {case.gpu.name} holds it so"


def _larger(case: ReplicaCase) -> str:
    """The smallest instance that holds a model."""
    for one in case.instances:
        if replace(case, gpu=instance_row(case.whole, one)).most >= 1:
            return f"a larger instance: {one.profile}"
    return "no instance holds it: leave --mig out"


def _too_large(case: ReplicaCase) -> Problem:
    weights = weight_bytes_per_gpu(case.replica)
    longest = case.asked.longest_tokens
    need = sequence_bytes(case.replica, longest)
    need += place_bytes(case.replica, case.asked.checked_tokens)
    found = (
        f"{weights / 1e9:.1f} GB of weights and {need / 1e9:.2f} GB for a request of {longest:,} "
        f"tokens on each GPU"
    )
    allowed = f"{case.usable_bytes / 1e9:.1f} GB on {case.gpu.name}"
    cure = _larger(case) if case.asked.mig else _more(case)
    return Problem("memory", found, allowed, f"{cure}; or a narrower --dtype, shorter requests")
