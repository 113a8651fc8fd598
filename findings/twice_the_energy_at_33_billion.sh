#!/usr/bin/env bash
# Question  How much more energy does an answer of 1,000 tokens take from a model that is 0.3 % larger? And from a mixture of
#           experts that computes with the same 37 billion parameters, but holds 671 billion?
# Guess     0.3 % more; and at most a few times as much, for the larger one shares its weights among more requests.
# Seen      EcoLogits 0.11.3: 0.0999 Wh at 33.3 billion parameters, 0.2000 Wh at 33.4. Weights of 16 bits and a fifth more are
#           held against GPUs of 80 GB, their number is raised to a power of two, and each GPU takes the whole regression
#           that was fitted to one: 1, 2, 4 ... times. 37 billion active of 671: 16 times the energy of a dense 37. What
#           the prompt was is not asked: llm_impacts takes tokens of the answer only.
# Matters   Two models on either side of 33.3, 66.7 or 133.3 billion differ by a factor of two in a footprint that no meter
#           would show, and an answer after 100,000 tokens of documents costs as much as one to a greeting.
# Here      `twin predict inference` adds up measured kernels for a stated cut over GPUs, prompts among them;
#           docs/physics/serving_forecasts.md says that the two may not be compared.
source "$(dirname "$0")/run_in.sh"
run_in ecologits==0.11.3 <<'PYTHON'
import inspect

from ecologits.impacts.llm import compute_llm_impacts
from ecologits.tracers.utils import llm_impacts

NOTHING_ELSE = {
    "if_electricity_mix_adpe": 0.0, "if_electricity_mix_pe": 0.0, "if_electricity_mix_gwp": 0.0,
    "if_electricity_mix_wue": 0.0, "datacenter_pue": 1.0, "datacenter_wue": 0.0,
}


def energy_wh(held_billion, active_billion=None):
    active = held_billion if active_billion is None else active_billion
    return 1e3 * compute_llm_impacts(active, held_billion, 1000, **NOTHING_ELSE).energy.value


below, above = energy_wh(33.3), energy_wh(33.4)
dense, experts = energy_wh(37.0), energy_wh(671.0, 37.0)
asked = list(inspect.signature(llm_impacts).parameters)
print(f"33.3 billion {below:.4f} Wh, 33.4 billion {above:.4f} Wh: {above / below:.3f} times")
print(f"37 billion {dense:.3f} Wh, 37 active of 671 billion {experts:.3f} Wh: {experts / dense:.1f} times")
print("asked for:", ", ".join(asked))
steps = round(above / below, 2) == 2.0 and round(experts / dense) == 16
raise SystemExit(not (steps and [name for name in asked if "token" in name] == ["output_token_count"]))
PYTHON
