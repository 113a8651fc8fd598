"""Whether a measured profile may speak for a GPU: its device, possible rates, undisturbed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from twin.calibration.formats import peak_of
from twin.calibration.profile import PEAK_MARGIN, Profile
from twin.errors import Problem

_FORMS = {"sxm": "sxm", "sxm2": "sxm", "sxm4": "sxm", "sxm5": "sxm", "pcie": "pcie", "nvl": "nvl"}
_SHOWN = 5
"""Samples that are told one by one; the rest as a count."""


_TOLD = {"pcie", "nvl"}
"""Forms that drivers tell; a board of which they tell none is a module."""


def distrust(
    profile: Profile,
    gpu: str,
    peak_flop_s: Mapping[str, float],
    accept_marked: bool = False,
    also: Iterable[str] = (),
) -> list[Problem]:
    """Every reason why a profile should not drive a GPU, empty where there is none.

    gpu          the GPU's name in the catalogue; `also`: other names that will do
    peak_flop_s  its data sheet by number format, by any of a format's names
    """
    if not any(same_device(profile.device.name, name) for name in (gpu, *also)):
        hint = f"measure it on a {gpu}, or name the profile under the GPU that it is of"
        return [Problem("device.name", repr(profile.device.name), f"a {gpu}", hint)]
    return [*_too_fast(profile, gpu, peak_flop_s), *_marked(profile, accept_marked)]


def same_device(measured: str, gpu: str) -> bool:
    """Whether a driver's name and a catalogue's mean one device: its model, memory and form.

    `NVIDIA H100 80GB HBM3` is an `H100-SXM5-80GB`; `NVIDIA B200` is no `GB200-NVL72-GPU`, and
    `NVIDIA H200` no `H200-NVL-141GB`, of which the driver says `NVIDIA H200 NVL`.
    """
    if measured.strip().lower() == gpu.strip().lower():
        return True
    said = _words(measured)
    wanted = _words(gpu)
    if not wanted or wanted[0] not in said:
        return False
    same_form = _agree(_forms(said), _forms(wanted)) and _TOLD & {*wanted} <= {*said}
    return same_form and _agree(_sizes(said), _sizes(wanted))


def _words(name: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", name.lower())


def _sizes(words: list[str]) -> set[str]:
    return {word for word in words if re.fullmatch(r"\d+gb", word)}


def _forms(words: list[str]) -> set[str]:
    return {_FORMS[word] for word in words if word in _FORMS}


def _agree(said: set[str], wanted: set[str]) -> bool:
    return not said or not wanted or said == wanted


def _too_fast(profile: Profile, gpu: str, peak_flop_s: Mapping[str, float]) -> list[Problem]:
    peaks = dict(peak_flop_s)
    found = []
    for index, sample in enumerate(profile.samples):
        peak = peak_of(sample.dtype, peaks)
        rate = sample.flops / sample.t_s_min
        if peak is not None and rate > PEAK_MARGIN * peak:
            allowed = f"at most {PEAK_MARGIN:g} x {peak:.4g}, the peak of a {gpu} in {sample.dtype}"
            found.append(Problem(f"samples.{index}", f"{rate:.4g} FLOP/s", allowed))
    rest = len(found) - _SHOWN
    more = [Problem("samples", f"{rest} more rows above the peak", "none")] if rest > 0 else []
    return found[:_SHOWN] + more


def _marked(profile: Profile, accept: bool) -> list[Problem]:
    if accept or not profile.marks:
        return []
    hint = "measure again on an idle, cool device, or set accept_marked_profiles: true"
    return [
        Problem("marks", mark, "a measurement that nothing disturbed", hint)
        for mark in profile.marks
    ]
