"""What of a thing's price the tax office lets write off, year by year.

Percentages of IRS publication 946 (2024), appendix A: table A-1 for property of 3 to 20 years under
the half-year convention, table A-7a for buildings that nobody lives in under the mid-month
convention. They are rounded there, and used as printed.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from twin.arrays import Array
from twin.scenario.schema.economics import Tax

BONUS_YEARS_MOST = 20.0
"""Recovery period above which there is no bonus depreciation (26 U.S.C. 168(k)(2)(A))."""
BUILDING_YEARS = 39.0
HALF_YEAR_PERCENT: dict[float, tuple[float, ...]] = {
    3.0: (33.33, 44.45, 14.81, 7.41),
    5.0: (20.00, 32.00, 19.20, 11.52, 11.52, 5.76),
    7.0: (14.29, 24.49, 17.49, 12.49, 8.93, 8.92, 8.93, 4.46),
    10.0: (10.00, 18.00, 14.40, 11.52, 9.22, 7.37, 6.55, 6.55, 6.56, 6.55, 3.28),
    15.0: (
        5.00, 9.50, 8.55, 7.70, 6.93, 6.23, 5.90, 5.90, 5.91, 5.90, 5.91, 5.90, 5.91, 5.90, 5.91,
        2.95,
    ),
    20.0: (
        3.750, 7.219, 6.677, 6.177, 5.713, 5.285, 4.888, 4.522, 4.462, 4.461, 4.462, 4.461, 4.462,
        4.461, 4.462, 4.461, 4.462, 4.461, 4.462, 4.461, 2.231,
    ),
}  # fmt: skip
"""Table A-1: per cent of the price by year, by recovery period in years."""
BUILDING_FIRST_PERCENT = (
    2.461, 2.247, 2.033, 1.819, 1.605, 1.391, 1.177, 0.963, 0.749, 0.535, 0.321, 0.107,
)  # fmt: skip
"""Table A-7a: per cent of the first year by the month in which a building opens."""
BUILDING_PERCENT = 2.564
"""The same of each of the years 2 to 39; the year after takes the rest."""


def written_off_frac(asked: Tax, years: float, age: Array) -> Array:
    """Share of a price written off by an age.

    asked   how
    years   recovery period; inf for what is never written off
    age     (...,) whole tax years since it was bought, 0 or more
    """
    bonus = asked.bonus if years <= BONUS_YEARS_MOST else 0.0
    rest = _macrs(asked, years, age) if asked.depreciation == "macrs" else age / years
    return np.asarray(np.where(age > 0, bonus, 0.0) + (1.0 - bonus) * np.minimum(rest, 1.0))


def _macrs(asked: Tax, years: float, age: Array) -> Array:
    if not np.isfinite(years):
        return np.zeros(age.shape)
    by_age = _by_age(years, asked.building_month)
    return np.asarray(by_age[np.minimum(age.astype(int), by_age.size - 1)])


@cache
def _by_age(years: float, month: int) -> Array:
    """(year + 1,) share written off by the end of each year, 0 at first and 1 at last."""
    if years == BUILDING_YEARS:
        first = BUILDING_FIRST_PERCENT[month - 1]
        percents = [first, *[BUILDING_PERCENT] * 38, 100.0 - first - BUILDING_PERCENT * 38]
    else:
        percents = list(HALF_YEAR_PERCENT[years])
    shares = np.cumsum([0.0, *percents]) / 100.0
    shares[-1] = 1.0
    return np.asarray(shares)
