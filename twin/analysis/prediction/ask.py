"""What is asked of a replica, and what of it cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from math import ceil, isfinite
from pathlib import Path

from twin.analysis.prediction.adapters import stated_adapters
from twin.errors import InputError, Problem
from twin.facility.serving.experts import SentTokens
from twin.physics.kernels.answer_lengths import running_tokens
from twin.physics.serving.law import made_in_step
from twin.workload.lora import LoraAdapters

MOST = "max"
"""As many requests in flight as fit."""
_CUTS = re.compile(r"(TP|DEP)([1-9][0-9]{0,4})(?:PP([1-9][0-9]{0,4}))?", re.IGNORECASE)
_CUTS_SAID = "TP1, TP2 ... or DEP2 ..., before PP2 ... where there are stages"
_MOST_TOKENS = 10_000_000
_COUNT = f"a whole number from 1 to {_MOST_TOKENS:,}"
_ELSE = {"--concurrency": f", or {MOST}: as many as fit"}
EXPERT_EXCHANGES = ("auto", "gather", "send")
MOST_REDUNDANT = 4096
MOST_SKEW = 3.0
MOST_DRAFTS = 16
"""As of a service's engine."""
MOST_SPREAD = 10.0
"""Standard deviation of answers over their mean: those of recorded traces have 0.2 to 1.7."""


@dataclass(frozen=True)
class InferenceQuestion:
    """A model, its replica and its load; names as people write them."""

    model: str
    gpu: str
    input_tokens: int
    output_tokens: int
    """Of its answer, on average."""
    parallelism: str = "TP1"
    """`TP4`: four GPUs share each layer; `DEP8`: eight hold attention whole and share experts;
    `TP4PP2`: two such stages hold half of the layers each."""
    dtype: str = "auto"
    """Number format of the products: bf16, fp8, fp4, or as the model was released."""
    kv_dtype: str = "auto"
    """Of keys and values: bf16 or fp8; bf16 with bf16 weights, fp8 with narrower ones."""
    concurrency: int | str = MOST
    software: str = "tensorrt-llm"
    """Whose scheduler and sampler stand beside the kernels: tensorrt-llm, vllm (to 0.13) or
    vllm-async (0.14 and later, an iteration ahead)."""
    eager: bool = False
    """The host queues every kernel of every iteration, none is replayed as a graph."""
    requests: int | None = None
    """Of the whole run; as published runs do for these lengths where not stated."""
    max_sequences: int | None = None
    """Running at once at most on an attention rank; as the software ships where not stated."""
    token_budget: int | None = None
    """Tokens of an iteration at most; as the software ships where not stated."""
    context_tokens: int | None = None
    """Most tokens of a request, prompt and answer, where the engine is set to stretch a model's
    positions or keep them short; what the model was released for where not stated."""
    cached_tokens: float = 0.0
    """Of each prompt on average, found in a prefix cache: held, and not read again."""
    shared_tokens: int = 0
    """That all prompts begin with: read once and held once on a replica, in whole blocks of its
    prefix cache."""
    lora_adapters: int = 0
    """Adapters of the model that are served together; each request asks for one."""
    lora_rank: int | None = None
    """Of each; 16 where not stated."""
    lora_on: str | None = None
    """Products with adapters: all of a layer where not stated, or those of attention."""
    lora_resident: int | None = None
    """That a GPU holds at once; all where not stated."""
    lora_zipf: float | None = None
    """Shares of requests fall as 1 / rank^zipf; alike where not stated."""
    mig: str = ""
    """Instance of the GPU that a replica has for itself, such as 3g.40gb; all of it where empty."""
    output_deviation: float = 0.0
    """Standard deviation of the lengths of answers, a log-normal law; 0 for equal ones."""
    power_cap_w: float | None = None
    """Most watts of a GPU; its clock falls until it stays below."""
    profile: str | Path | None = None
    """A calibration profile that was measured on this GPU, or `none` for the tables that ship; else
    the measured one that ships for dense models, where one does."""
    memory_frac: float = 0.9
    """Share of what weights leave free that keys and values get."""
    drafts: int = 0
    """Tokens ahead that each iteration checks for each sequence; 1 for DeepSeek's own."""
    acceptance: float | None = None
    """Chance that a draft is accepted where those before it were; stated where there are drafts."""
    draft_time_s: float = 0.0
    """Seconds that each draft adds to an iteration."""
    prefill: str = ""
    """How replicas are cut that read the prompts for others, as `parallelism`; empty where one
    replica does both."""
    prefill_load: float = 0.7
    """Share of the time in which these read."""
    link_bit_s: float = 400e9
    """Line rate of a GPU's network adapter, over which keys and values leave it, activations for a
    stage in another scale-up domain, and tokens for experts there."""
    expert_exchange: str = "auto"
    """Whether ranks `gather` all tokens for their experts or `send` each to those that hold its
    own; sent where more than eight ranks or several scale-up domains share them, if `auto`."""
    redundant_experts: int = 0
    """Held twice where tokens are sent, placed so that ranks have as much to do."""
    expert_skew: float | None = None
    """Exponent of the power law by which tokens choose experts: 1.2, and even where there are
    redundant ones, if not stated."""
    two_batches: bool = False
    """One half of an iteration is sent to experts while the other is worked on."""
    send: str = "whole"
    """Whether keys and values leave when all of a prompt is read, or by `layers` while it is."""

    @property
    def checked_tokens(self) -> int:
        """Of a sequence in one iteration: the next one and its drafts."""
        return self.drafts + 1

    @property
    def made_tokens(self) -> float:
        """Of them, that stand on average."""
        return made_in_step(self.drafts, self.acceptance or 0.0)

    @property
    def longest_tokens(self) -> int:
        """That a request ever holds keys and values of; drafts have places before they stand. Of
        answers that differ, as long a one as runs on average, for all of them hold half of it.
        """
        return self.input_tokens + self.longest_answer + self.drafts

    @property
    def longest_answer(self) -> int:
        """Tokens of an answer; of those that differ, of one that runs, on average."""
        return ceil(running_tokens(self.output_tokens, self.output_deviation))

    @property
    def read_tokens(self) -> float:
        """Of each prompt."""
        return self.input_tokens - self.unread_tokens

    @property
    def unread_tokens(self) -> float:
        """Of each prompt, found in a prefix cache."""
        return max(self.cached_tokens, self.shared_tokens)

    @property
    def sent(self) -> SentTokens:
        """How tokens come to their experts."""
        return SentTokens(
            self.expert_exchange, self.redundant_experts, self.expert_skew, self.two_batches
        )

    def cut(self) -> tuple[int, int, int]:
        """(tensor, data, pipeline) parallel. InputError where the text is neither TPn nor DEPn,
        with or without PPn behind it.
        """
        return _cut_of("--parallelism", self.parallelism)

    @property
    def ranks(self) -> tuple[int, ...]:
        """That share experts: of the replica, and of those that read its prompts."""
        cuts = [("--parallelism", self.parallelism)]
        cuts += [("--prefill", self.prefill)] if self.prefill else []
        return tuple(_cut_of(*one)[1] for one in cuts)

    def of_prefill(self) -> InferenceQuestion:
        """The same asked of replicas that only read prompts."""
        alone = replace(
            self, parallelism=self.prefill, output_tokens=1, drafts=0, acceptance=None,
            draft_time_s=0.0, prefill="", output_deviation=0.0,
        )  # fmt: skip
        if max(alone.ranks) > 1:
            return alone
        return replace(alone, expert_exchange="auto", redundant_experts=0, two_batches=False)

    def check(self) -> None:
        """Raise InputError with every count that cannot be."""
        counts = (
            ("--input", self.input_tokens),
            ("--output", self.output_tokens),
            ("--max-sequences", 1 if self.max_sequences is None else self.max_sequences),
            ("--token-budget", 1 if self.token_budget is None else self.token_budget),
            ("--context", 1 if self.context_tokens is None else self.context_tokens),
            ("--concurrency", 1 if self.concurrency == MOST else self.concurrency),
            ("--requests", 1 if self.requests is None else self.requests),
        )
        found = [
            Problem(option, repr(value), _COUNT + _ELSE.get(option, ""))
            for option, value in counts
            if not isinstance(value, int) or not 1 <= value <= _MOST_TOKENS
        ]
        if not (isfinite(self.cached_tokens) and self.cached_tokens >= 0):
            found.append(Problem("--cached", f"{self.cached_tokens:g}", "at least 0 tokens"))
        elif isinstance(self.input_tokens, int) and 1 <= self.input_tokens <= self.cached_tokens:
            most = f"at most {self.input_tokens - 1:,}: a prompt's last token is always read"
            found.append(Problem("--cached", f"{self.cached_tokens:g}", most))
        found += self._shared_problems()
        spread = self.output_deviation
        if not (isfinite(spread) and 0 <= spread <= MOST_SPREAD * self.output_tokens):
            most = f"0 to {MOST_SPREAD:g} times --output"
            found.append(Problem("--output-deviation", f"{spread:g}", most))
        if not 0 < self.memory_frac <= 1:
            found.append(Problem("--memory", repr(self.memory_frac), "above 0, at most 1"))
        if self.power_cap_w is not None and not self.power_cap_w > 0:
            found.append(Problem("--power-cap", repr(self.power_cap_w), "above 0 W"))
        found += self._draft_problems() + self._prefill_problems() + self._instance_problems()
        found += self._expert_problems()
        if found:
            raise InputError(found)

    @property
    def lora(self) -> LoraAdapters | None:
        """The adapters as a scenario states them; InputError where they cannot be."""
        return stated_adapters(
            adapters=self.lora_adapters, rank=self.lora_rank, on=self.lora_on,
            resident=self.lora_resident, zipf=self.lora_zipf,
        )  # fmt: skip

    def _shared_problems(self) -> list[Problem]:
        """What prompts cannot share."""
        shared = self.shared_tokens
        most = max(self.input_tokens - 1, 0) if isinstance(self.input_tokens, int) else 0
        if isinstance(shared, int) and 0 <= shared <= most:
            return []
        allowed = f"0 to {most:,}: a prompt's last token is always read"
        return [Problem("--shared", repr(shared), allowed)]

    def _instance_problems(self) -> list[Problem]:
        """What cannot be beside an instance of a GPU."""
        if not self.mig:
            return []
        found = []
        if self.power_cap_w is not None:
            cure = "a board's limit holds for all of its instances together"
            found.append(Problem("--power-cap", f"{self.power_cap_w:g} W", "none with --mig", cure))
        why = "instances have no links to one another"
        if self.prefill:
            found.append(Problem("--prefill", self.prefill, "none with --mig", why))
        if self.parallelism.strip().upper() != "TP1":
            found.append(Problem("--parallelism", self.parallelism, "TP1 with --mig", why))
        return found

    def _expert_problems(self) -> list[Problem]:
        """What of tokens that come to experts cannot be."""
        found = []
        if self.expert_exchange not in EXPERT_EXCHANGES:
            allowed = ", ".join(EXPERT_EXCHANGES)
            found.append(Problem("--expert-exchange", repr(self.expert_exchange), allowed))
        if not 0 <= self.redundant_experts <= MOST_REDUNDANT:
            allowed = f"0 to {MOST_REDUNDANT}"
            found.append(Problem("--redundant-experts", repr(self.redundant_experts), allowed))
        if self.expert_skew is not None and not 0 <= self.expert_skew <= MOST_SKEW:
            found.append(Problem("--expert-skew", f"{self.expert_skew:g}", f"0 to {MOST_SKEW:g}"))
        return found

    def _draft_problems(self) -> list[Problem]:
        """What of drafts cannot be."""
        found = []
        if not isinstance(self.drafts, int) or not 0 <= self.drafts <= MOST_DRAFTS:
            found.append(Problem("--drafts", repr(self.drafts), f"0 to {MOST_DRAFTS}"))
        if not (isfinite(self.draft_time_s) and self.draft_time_s >= 0):
            found.append(Problem("--draft-time", f"{self.draft_time_s:g} s", "at least 0 s"))
        if self.drafts and self.acceptance is None:
            cure = "state it: 0.85 to 0.9 for DeepSeek's own (arXiv 2412.19437)"
            found.append(Problem("--acceptance", "nothing", "0 to 1 beside --drafts", cure))
        if self.acceptance is not None and not 0 <= self.acceptance <= 1:
            found.append(Problem("--acceptance", repr(self.acceptance), "0 to 1"))
        if not self.drafts and (self.acceptance is not None or self.draft_time_s):
            cure = "state --drafts, or leave --acceptance and --draft-time out"
            found.append(Problem("--drafts", "0 beside what drafts do", "1 or more", cure))
        return found

    def _prefill_problems(self) -> list[Problem]:
        """What of replicas that read prompts cannot be."""
        found = []
        if self.prefill and _CUTS.fullmatch(self.prefill.strip()) is None:
            found.append(Problem("--prefill", repr(self.prefill), _CUTS_SAID))
        if not 0 < self.prefill_load < 1:
            found.append(Problem("--prefill-load", f"{self.prefill_load:g}", "above 0, below 1"))
        if not (isfinite(self.link_bit_s) and self.link_bit_s > 0):
            found.append(Problem("--link", f"{self.link_bit_s:g} bit/s", "above 0"))
        if self.send not in ("whole", "layers"):
            found.append(Problem("--send", repr(self.send), "whole or layers"))
        return found


def _cut_of(option: str, text: str) -> tuple[int, int, int]:
    match = _CUTS.fullmatch(text.strip())
    if match is None:
        raise InputError([Problem(option, repr(text), _CUTS_SAID)])
    many = int(match[2])
    stages = int(match[3] or 1)
    return (many, 1, stages) if match[1].upper() == "TP" else (1, many, stages)
