"""Profiles as files: read with everything refused that cannot be true, written in one move."""

from __future__ import annotations

import os
from collections import Counter
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pydantic import ValidationError

from twin.calibration.formats import peak_of
from twin.calibration.profile import PEAK_MARGIN, SCHEMA, Profile
from twin.errors import InputError, Problem, did_you_mean

NO_PROFILE = "none"
"""Said instead of a profile: the tables that ship shall stand alone."""
_SHIPPED = files("twin") / "data" / "profiles"


def load_profile(path: Path | str) -> Profile:
    """Read a profile and refuse what cannot be true.

    path   of a file, or the name of a GPU whose measured profile ships (`measured_names`)
    Raises InputError with every problem: unknown schema, times that are no positive numbers, a fit
    without domain, fewer than three samples of an operation, a FLOP rate above 1.05 times the peak.
    """
    file = str(path)
    if file in measured_names() and not Path(path).exists():
        path = measured_file(file)
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        allowed = f"a calibration profile, or one that ships: {', '.join(measured_names())}"
        raise InputError(
            [Problem("", "no readable file", allowed, str(error), file=file)]
        ) from error
    return _parse(text, file)


def save_profile(profile: Profile, path: Path | str) -> None:
    """Write a profile in one move: a reader sees the old file or the new one, never half of it."""
    target = Path(path)
    scratch = target.with_name(f".{target.name}.{os.getpid()}")
    scratch.write_text(
        profile.model_dump_json(by_alias=True, indent=1, exclude_none=True) + "\n", encoding="utf-8"
    )
    scratch.replace(target)


def published_names() -> tuple[str, ...]:
    """Devices that ship with a published profile."""
    return _names(_SHIPPED)


def measured_names() -> tuple[str, ...]:
    """Devices that ship with a profile which this program's own benchmarks measured on one."""
    return _names(_SHIPPED / "measured")


def measured_file(gpu: str) -> Path:
    """The file of a measured profile that ships, by one of `measured_names`."""
    return Path(str(_SHIPPED / "measured" / f"{gpu}.json"))


def _names(folder: Traversable) -> tuple[str, ...]:
    stems = (entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    return tuple(sorted(stem.removesuffix(".json") for stem in stems))


def published_profile(gpu: str) -> Profile:
    """The shipped profile of a GPU, by catalogue name. Raises InputError where there is none."""
    if gpu not in (names := published_names()):
        raise InputError([Problem("gpu", repr(gpu), ", ".join(names), did_you_mean(gpu, names))])
    entry = _SHIPPED / f"{gpu}.json"
    return _parse(entry.read_text(encoding="utf-8"), f"{gpu}.json")


def _parse(text: str, file: str) -> Profile:
    try:
        profile = Profile.model_validate_json(text)
    except ValidationError as error:
        problems = [
            Problem(".".join(map(str, e["loc"])), str(e["input"])[:80], e["msg"], file=file)
            for e in error.errors()
        ]
        raise InputError(problems) from error
    if problems := [
        *_outdated(profile, file),
        *_impossible(profile, file),
        *_too_few(profile, file),
    ]:
        raise InputError(problems)
    return profile


def _outdated(profile: Profile, file: str) -> list[Problem]:
    """Fits of another law than today's."""
    if profile.schema_ == SCHEMA or not profile.fits:
        return []
    hint = "measure the device again with twin calibrate run"
    return [Problem("schema", f"fits of {profile.schema_}", SCHEMA, hint, file=file)]


def _impossible(profile: Profile, file: str) -> list[Problem]:
    """Samples and rates faster than the device's peak."""
    peak = profile.device.peak_flop_s
    seen = [(f"samples.{i}", s.dtype, s.flops / s.t_s_min) for i, s in enumerate(profile.samples)]
    seen += [(f"rates.{i}", r.dtype, r.flop_s) for i, r in enumerate(profile.rates)]
    return [
        Problem(
            where,
            f"{flop_s:.4g} FLOP/s",
            f"at most {PEAK_MARGIN} x peak {peak_of(dtype, peak):.4g}",
            file=file,
        )
        for where, dtype, flop_s in seen
        if flop_s > PEAK_MARGIN * (peak_of(dtype, peak) or float("inf"))
    ]


def _too_few(profile: Profile, file: str) -> list[Problem]:
    """Fits that do not stand on three samples."""
    samples = Counter((s.op, s.dtype) for s in profile.samples)
    groups = samples | Counter({(fit.op, fit.dtype): 0 for fit in profile.fits})
    needed = {
        key: samples.get(key, 0) for key in {*groups, *((f.op, f.dtype) for f in profile.fits)}
    }
    return [
        Problem(f"samples of {op} {dtype}", str(count), "at least 3", file=file)
        for (op, dtype), count in sorted(needed.items())
        if count < 3
    ]
