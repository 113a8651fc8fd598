"""Money borrowed for what is bought: what it costs year by year, and whether earnings carry it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from twin.analysis.economics.finance import annuity
from twin.arrays import Array
from twin.scenario.schema.economics import Loan

LEAST_USD = 0.01
"""Owed in a year: less than a cent is nothing, and a ratio to it would be infinite."""


@dataclass(frozen=True)
class Debt:
    """A loan, year by year. Arrays are (1 + draw, year) where not said otherwise."""

    borrowed: Array
    """(1 + draw,) USD at the start."""
    interest: Array
    """USD paid on what was owed through the year."""
    repaid: Array
    """USD paid back at the end of the year, as agreed."""
    settled: Array
    """(1 + draw,) USD still owed when the years end, paid back then."""

    @property
    def service(self) -> Array:
        """USD that go to the bank as agreed."""
        return np.asarray(self.interest + self.repaid)


def debt(asked: Loan, bought: Array, years: int) -> Debt:
    """Interest and repayments of a loan.

    bought   (1 + draw,) USD that the loan has a share of
    """
    borrowed = asked.share * bought
    owed = borrowed
    interest = np.zeros((bought.size, years))
    repaid = np.zeros((bought.size, years))
    for year in range(min(asked.years, years)):
        interest[:, year] = asked.rate * owed
        last = year == asked.years - 1
        repaid[:, year] = owed if last else _part(asked, borrowed, interest[:, year])
        owed = owed - repaid[:, year]
    return Debt(borrowed, interest, repaid, owed)


def _part(asked: Loan, borrowed: Array, interest: Array) -> Array:
    """What is paid back at the end of a year before the last."""
    if asked.repaid == "annuity":
        return np.asarray(annuity(borrowed, asked.rate, asked.years) - interest)
    even = borrowed / asked.years
    return np.asarray(even if asked.repaid == "linear" else np.zeros_like(even))


def cover(available: Array, held: Debt) -> Array:
    """(1 + draw, year) debt service cover ratio; inf in years in which nothing is owed.

    available   (1 + draw, year) USD that can go to the bank
    """
    service = held.service
    owes = service >= LEAST_USD
    return np.asarray(np.where(owes, available / np.where(owes, service, 1.0), np.inf))
