"""Spans and moments as schedulers write them, one word at a time."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime

_SPAN = re.compile(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)|(\d+)-(\d+)")
_UNKNOWN = ("", "unknown", "none", "n/a", "na", "null", "nan", "invalid", "not_set")
_MEMORY = re.compile(r"(\d+(?:\.\d+)?)([KMGTP])(?:i?B)?", re.IGNORECASE)
_BOUNDLESS = ("unlimited", "partition_limit")
_SLURM_OLD = re.compile(r"(\d\d)/(\d\d)-(\d\d):(\d\d):(\d\d)")
_FORMS = ("%Y-%m-%d %H:%M:%S", "%m/%d/%Y %H:%M:%S", "%d/%m/%y-%H:%M:%S", "%a %b %d %H:%M:%S %Y")


def known(word: str) -> bool:
    """Whether anything was recorded."""
    return word.strip().lower() not in _UNKNOWN


def span_s(word: str) -> float:
    """Seconds of `1-02:03:04`, `02:03:04`, `03:04.5`, `2-12` (days and hours) or a plain number;
    ValueError for anything else.
    """
    word = word.strip()
    if word.lower() in _BOUNDLESS:
        return math.inf
    found = _SPAN.fullmatch(word)
    if found is None:
        return finite(word)
    days, hours, minutes, seconds, only_days, only_hours = found.groups()
    if only_days is not None:
        return int(only_days) * 86_400.0 + int(only_hours) * 3600.0
    whole_s = int(days or 0) * 86_400.0 + int(hours or 0) * 3600.0
    return whole_s + int(minutes) * 60.0 + float(seconds)


def finite(word: str) -> float:
    """A finite number; ValueError for anything else."""
    value = float(word)
    if not math.isfinite(value) or "_" in word:
        raise ValueError(word)
    return value


def moment_s(word: str) -> float:
    """Seconds after 1970 of a moment: ISO 8601, seconds after 1970, or a form that Slurm or a
    cluster's log writes; without an offset it is UTC. ValueError for anything else.
    """
    word = word.strip()
    try:
        return finite(word)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(word)
    except ValueError:
        found = _other_form(word)
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _other_form(word: str) -> datetime:
    old = _SLURM_OLD.fullmatch(word)
    if old is not None:
        month, day, hour, minute, second = map(int, old.groups())
        return datetime(2000, month, day, hour, minute, second)
    for form in _FORMS:
        try:
            return datetime.strptime(word, form)
        except ValueError:
            continue
    raise ValueError(word)


def count(word: str) -> float:
    """A count, which Slurm shortens as `1.5K`; ValueError for anything else."""
    word = word.strip()
    scale = {"K": 1000.0, "M": 1e6}.get(word[-1:].upper(), 1.0)
    value = finite(word[:-1] if scale > 1 else word) * scale
    if value < 0 or value > 1e9:
        raise ValueError(word)
    return value


def memory_bytes(word: str) -> float:
    """Bytes of `16G`, `512M`, `1.5T` or `64GiB`, powers of 1,024 as Slurm counts them; ValueError
    for anything else, numbers without a unit too.
    """
    found = _MEMORY.fullmatch(word.strip())
    if found is None:
        raise ValueError(word)
    return float(found[1]) * 1024.0 ** " KMGTP".index(found[2].upper())
