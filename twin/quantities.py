"""Quantities as people read them: three figures, a prefix, a unit; a dash where there is no
number.
"""

from __future__ import annotations

import math
import re
from typing import Any

NONE = "–"
"""What stands where a number is missing."""

_NUMBERED = re.compile(r"(.*?)(\d{1,9})", re.DOTALL)
_PREFIXES = ((1e15, "P"), (1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def number(value: Any) -> float:
    """Any cell as a float; NaN where it is none."""
    try:
        return math.nan if value is None or isinstance(value, str) else float(value)
    except (TypeError, ValueError):
        return math.nan


def figures(value: Any, digits: int = 3) -> str:
    """A bare number in about three figures: 1,234 · 12.3 · 0.123 · 4.2e-05."""
    held = number(value)
    if not math.isfinite(held):
        return NONE
    size = abs(held)
    if size >= 1e6 or 0 < size < 1e-3:
        return f"{held:.{digits - 1}e}"
    exponent = int(f"{size:.{digits - 1}e}".partition("e")[2])
    return "0" if held == 0 else f"{held:,.{max(0, digits - 1 - exponent)}f}"


def scaled(value: Any, unit: str, digits: int = 3) -> str:
    """With an SI prefix from k to P: `1.25 MW`."""
    held = number(value)
    if not math.isfinite(held):
        return NONE
    for size, prefix in _PREFIXES:
        if abs(held) >= 0.9995 * size:
            return f"{figures(held / size, digits)} {prefix}{unit}".rstrip()
    return f"{figures(held, digits)} {unit}".rstrip()


def short_number(value: Any, digits: int = 3) -> str:
    """A bare number as people say it, large ones with a prefix: `3.30 G`, `0.123`."""
    return scaled(value, "", digits) if abs(number(value)) >= 1e6 else figures(value, digits)


def power(power_w: Any) -> str:
    """Watts as kW or MW."""
    return scaled(power_w, "W")


def energy(energy_j: Any) -> str:
    """Joules as kWh or MWh."""
    return scaled(number(energy_j) / 3.6e6 * 1e3, "Wh")


def tokens(count: Any) -> str:
    """Tokens with k, M or G: `26.3 G`."""
    return scaled(count, "")


def count(value: Any) -> str:
    """A whole number with thousands apart."""
    held = number(value)
    return f"{held:,.0f}" if math.isfinite(held) else NONE


def degrees(temperature_degc: Any) -> str:
    """Degrees Celsius to a tenth."""
    held = number(temperature_degc)
    return f"{round(held, 1) + 0.0:.1f} °C" if math.isfinite(held) else NONE  # no -0


def percent(part_frac: Any, decimals: int = 1) -> str:
    """A fraction as a percentage."""
    held = number(part_frac)
    if not math.isfinite(held):
        return NONE
    return f"{round(100 * held, decimals) + 0.0:.{decimals}f} %"  # no -0


def counted(value: Any, what: str, many: str = "") -> str:
    """A whole number with what it counts: `1 rack`, `2,613 components`; `many` where an s at the
    end is not its plural.
    """
    return f"{count(value)} {what if number(value) == 1 else many or what + 's'}"


def also(more: int, thing: str) -> str:
    """That others are so too: `; so is 1 more loop`; empty where none is."""
    if more <= 0:
        return ""
    return f"; so is 1 more {thing}" if more == 1 else f"; so are {more:,} more {thing}s"


def available(unavailability: Any) -> str:
    """Availability as a percentage with as many nines as it has: 1.3e-6 is `99.99987 %`.

    From the unavailability, for 1 minus a small number has lost the digits that matter.
    """
    held = number(unavailability)
    if not math.isfinite(held):
        return NONE
    decimals = 2 if held <= 0 or held >= 1 else max(2, math.ceil(-math.log10(100 * held)) + 1)
    return f"{100 * (1 - held):.{min(decimals, 12)}f} %" if held > 0 else "100 %"


def money(cost_usd: Any) -> str:
    """US dollars, a minus before the sign: cents only under 100, and none of nothing."""
    held = number(cost_usd)
    if not math.isfinite(held):
        return NONE
    if held < 0:
        return f"-{money(-held)}"
    if held >= 1e6:
        return f"${scaled(held, '')}"
    return f"${held:,.{2 if 0 < held < 100 else 0}f}"


def price(each_usd: Any) -> str:
    """US dollars for one of what is sold by the unit, in three figures: `$0.0391`."""
    held = number(each_usd)
    return f"${figures(held)}" if math.isfinite(held) else NONE


def signed(change: float, told: str) -> str:
    """The size of a change as it is told, with the change's sign before it: `+12.0 kW`, `-3.5 K`.

    The minus is the one of the keyboard, as in every number here: it can be searched and copied.
    """
    return f"{'-' if change < 0 else '+'}{told}"


def mass(mass_kg: Any) -> str:
    """Kilograms, or tonnes from 1,000 kg."""
    held = number(mass_kg)
    return (
        f"{figures(held / 1e3)} t"
        if abs(held) >= 1e3
        else f"{figures(held)} kg".replace("– kg", NONE)
    )


def clock(time_s: Any) -> str:
    """Simulated time as hours and minutes, with the day from the second on: `06:05`, `day 2
    14:30`.
    """
    held = number(time_s)
    if not math.isfinite(held):
        return NONE
    minutes = round(held / 60)
    day, minute = divmod(minutes, 1440)
    at = f"{minute // 60:02d}:{minute % 60:02d}"
    if minutes == 1440:
        return "24:00"
    return f"day {day + 1} {at}" if day else at


def moment(time_s: Any) -> str:
    """The same with seconds, and tenths where it is no whole second: `14:00:06.5`."""
    held = number(time_s)
    if not math.isfinite(held):
        return NONE
    tenths = round(held * 10)
    day, tenth = divmod(tenths, 864_000)
    hours, rest = divmod(tenth, 36_000)
    minutes, second = divmod(rest, 600)
    text = f"{hours:02d}:{minutes:02d}:{second // 10:02d}" + (f".{second % 10}" * (second % 10 > 0))
    return f"day {day + 1} {text}" if day else text


def duration(time_s: Any) -> str:
    """A span in seconds, minutes, hours or days."""
    held = number(time_s)
    for size, unit in ((172800, "days"), (3600, "h"), (60, "min")):
        if abs(held) >= size:
            return f"{held / min(size, 86400):.3g} {unit}"
    return f"{held:.3g} s" if math.isfinite(held) else NONE


def short(text: Any, most: int = 24) -> str:
    """Text on one line, printable, cut with an ellipsis past `most` characters."""
    line = "".join(letter if letter.isprintable() else " " for letter in str(text))
    return line if len(line) <= most else f"{line[: most - 1]}…"


def middle(text: Any, most: int) -> str:
    """A name cut in the middle, for what tells two apart stands at the ends."""
    line = short(text, 1000)
    head = (most - 1) // 2
    return line if len(line) <= most else f"{line[:head]}…{line[head + 1 - most :]}"


def span(held: Any, most: int = 3) -> str:
    """Names with runs of numbers folded: `compute_r5–r8 and ups_1`; past `most` runs, how many
    names more.
    """
    runs = _runs(held)
    told = [
        short(run[0], 40) + (f"–{run[-1][len(_stem(run[0])) :]}" if len(run) > 1 else "")
        for run in runs
    ]
    if len(told) > most:
        return f"{', '.join(told[: most - 1])} and {sum(map(len, runs[most - 1 :]))} more"
    return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def _runs(held: Any) -> list[list[str]]:
    """Names that count on from one another, by what stands before the number, in order of first
    appearance.
    """
    families: dict[str, list[tuple[int, str]]] = {}
    for name in dict.fromkeys(map(str, held)):
        found = _NUMBERED.fullmatch(name)
        families.setdefault(found[1] if found else name, []).append(
            (int(found[2]) if found else 0, name)
        )
    runs: list[list[str]] = []
    for members in families.values():
        before = None
        for number_, name in sorted(members):
            if before is not None and number_ == before + 1:
                runs[-1].append(name)
            else:
                runs.append([name])
            before = number_
    return runs


def shared(held: Any) -> str:
    """What names begin with alike, without the number after it: `compute` of `compute_r1` and
    `compute_r2`.
    """
    first = min(held)
    last = max(held)
    size = next(
        (n for n, (a, b) in enumerate(zip(first, last, strict=False)) if a != b),
        min(len(first), len(last)),
    )
    return str(first[:size]).rstrip("_0123456789").removesuffix("_r")


def _stem(name: str) -> str:
    """What the names of a run share before the part that tells them apart: `compute_` of
    `compute_r5`.
    """
    before, line, _ = name.rpartition("_")
    return before + line
