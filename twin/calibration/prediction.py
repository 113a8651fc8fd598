"""The time of a whole transformer step as the sum of its measured kernels."""

from __future__ import annotations

from dataclasses import dataclass

from twin.calibration.profile import Fit, Profile
from twin.errors import InputError, Problem
from twin.physics.transformer import Transformer

KINDS = ("prefill", "decode", "train")


@dataclass(frozen=True)
class Prediction:
    """Seconds of one step; `part_s` by operation."""

    time_s: float
    inside_domain: bool
    """False where some kernel lies outside the box that was sampled: the answer is an
    extrapolation."""
    part_s: dict[str, float]


@dataclass(frozen=True)
class StepCall:
    """One kernel of a step."""

    op: str
    shape: dict[str, int]
    times: float


def predict_transformer_step(
    profile: Profile,
    transformer: Transformer,
    batch: int,
    seq: int,
    kind: str,
    clock_frac: float = 1.0,
) -> Prediction:
    """Predict one step of a dense transformer on the profile's device.

    prefill   `batch` prompts of `seq` tokens, logits of the last token of each
    decode    one token for `batch` sequences that hold `seq` tokens
    train     forward, backward and AdamW over `batch` sequences of `seq` tokens, logits of every
    token
    clock_frac   of the full clock
    Raises InputError for another kind, a model with experts, or an operation the profile has not
    measured.
    """
    if kind not in KINDS:
        raise InputError([Problem("kind", repr(kind), ", ".join(KINDS))])
    if transformer.experts or transformer.latent_rank or not transformer.gated:
        raise InputError(
            [
                Problem(
                    "transformer",
                    "experts, latent attention or no gate",
                    "a dense gated transformer",
                )
            ]
        )
    part_s: dict[str, float] = {}
    inside = True
    for call in step_calls(transformer, batch, seq, kind):
        each_s, known = _call_s(profile.fit_of(call.op, _dtype(profile, call.op)), call, clock_frac)
        part_s[call.op] = part_s.get(call.op, 0.0) + call.times * each_s
        inside = inside and known
    return Prediction(sum(part_s.values()), inside, part_s)


def _dtype(profile: Profile, op: str) -> str:
    return next((fit.dtype for fit in profile.fits if fit.op == op), "")


def _call_s(fit: Fit, call: StepCall, clock_frac: float) -> tuple[float, bool]:
    seconds, inside = fit.surface().time_s(clock_frac=clock_frac, **call.shape)
    return float(seconds), bool(inside)


def step_calls(model: Transformer, batch: int, seq: int, kind: str) -> list[StepCall]:
    """Every kernel of a step, with how often it is called."""
    tokens = batch if kind == "decode" else batch * seq
    head_tokens = batch * seq if kind == "train" else batch
    calls = [
        *_products(model, tokens, head_tokens, kind == "train"),
        *_streams(model, tokens, kind == "train"),
    ]
    heads = {"heads": model.heads, "kv_heads": model.kv_heads, "head_dim": model.head_dim}
    calls.append(
        StepCall(f"attention_{kind}", {"batch": batch, "tokens": seq, **heads}, model.layers)
    )
    if kind == "train":
        calls.append(StepCall("cross_entropy", {"elements": head_tokens * model.vocab}, 1))
        calls += [StepCall("adamw", {"elements": n * k}, times) for n, k, times in _weights(model)]
        calls += [StepCall("adamw", {"elements": model.vocab * model.hidden}, 1)]
    return calls


def _weights(model: Transformer) -> list[tuple[int, int, int]]:
    """(outputs, inputs, how many): attention in and out, gate and up, down, and the head."""
    attention = model.heads * model.head_dim
    return [
        (attention + 2 * model.kv_heads * model.head_dim, model.hidden, model.layers),
        (model.hidden, attention, model.layers),
        (2 * model.ffn, model.hidden, model.layers),
        (model.hidden, model.ffn, model.layers),
        (model.vocab, model.hidden, 1),
    ]


def _products(model: Transformer, tokens: int, head_tokens: int, train: bool) -> list[StepCall]:
    """Forward products, and with training the two of the backward pass: dX (T,K,N) and dW
    (N,K,T).
    """
    *layers, head = _weights(model)
    rows = [(tokens, n, k, times) for n, k, times in layers] + [(head_tokens, head[0], head[1], 1)]
    calls = [StepCall("gemm", {"m": m, "n": n, "k": k}, times) for m, n, k, times in rows]
    if train:
        calls += [StepCall("gemm", {"m": m, "n": k, "k": n}, times) for m, n, k, times in rows]
        calls += [StepCall("gemm", {"m": n, "n": k, "k": m}, times) for m, n, k, times in rows]
    return calls


def _streams(model: Transformer, tokens: int, train: bool) -> list[StepCall]:
    """Norms, residual sums, rotation and gate; the backward pass counts twice the forward one."""
    passes = 3 if train else 1
    queries = tokens * model.heads * model.head_dim
    keys = tokens * model.kv_heads * model.head_dim
    return [
        StepCall("norm", {"elements": tokens * model.hidden}, passes * (2 * model.layers + 1)),
        StepCall("add", {"elements": tokens * model.hidden}, passes * 2 * model.layers),
        StepCall("rotate", {"elements": queries}, passes * model.layers),
        StepCall("rotate", {"elements": keys}, passes * model.layers),
        StepCall("gate", {"elements": tokens * model.ffn}, passes * model.layers),
    ]
