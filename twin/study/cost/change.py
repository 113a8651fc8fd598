"""What a change of a design buys: its price against what it earns and saves."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from twin.analysis.compare import Input, asked_differently
from twin.analysis.economics.by_year import worth_by_year
from twin.analysis.economics.frames import told
from twin.analysis.economics.within_years import YearlyFlows
from twin.arrays import Array
from twin.errors import InputError, Problem
from twin.quantities import counted
from twin.study.cost.report import CostReport

Row = dict[str, Any]
CANNOT_PAY = "nothing earns, so it cannot pay: state a token_price or economics.usd_per_gpu_hour"
_COMPARED = (
    "capex_usd",
    "annual_usd",
    "annual_operating_usd",
    "annual_revenue_usd",
    "usd_per_gpu_h",
    "usd_per_mtok_served",
    "usd_per_mtok_trained",
    "annual_location_kg",
)


@dataclass(frozen=True, eq=False)
class CostChange:
    """One design against another."""

    a: CostReport
    b: CostReport
    inputs: tuple[Input, ...]
    """What is asked differently."""

    @property
    def flows(self) -> YearlyFlows:
        """Cash flows of the change: those of b less those of a, each without
        what its failures are expected to cost. Both meet the same draws of every price.
        """
        return self.b.expected_flows.less(self.a.expected_flows)

    @property
    def cash_flow(self) -> list[Row]:
        """The same year by year at planning values, with what it is worth by then."""
        flows = self.flows
        columns = {
            "a_usd": self.a.expected_flows.total[0],
            "b_usd": self.b.expected_flows.total[0],
            "net_usd": flows.total[0],
            **worth_by_year(flows, self.a.answer.money.wacc),
        }
        cells = [values.tolist() for values in columns.values()]
        rows = zip(*cells, strict=True)
        return [{"year": n, **dict(zip(columns, row, strict=True))} for n, row in enumerate(rows)]

    @property
    def figures(self) -> dict[str, Row]:
        """Price of the change, what it saves and earns a year, and what it is worth."""
        flows = self.flows
        wacc = self.a.answer.money.wacc
        rates = flows.rates_of_return()
        one = flows.rate_of_return()
        rates[0] = np.nan if one.value is None else one.value
        late = flows.payback(np.zeros(wacc.size))
        saved = self.a.lost_usd_per_year - self.b.lost_usd_per_year
        hours = self.a.outages.gpu_hours_per_year - self.b.outages.gpu_hours_per_year
        operating = self.b.answer.operating - self.a.answer.operating
        earned = self.b.answer.earned - self.a.answer.earned
        return {
            "capex_change_usd": _row(-flows.total[:, 0], "USD"),
            "operating_change_usd_per_year": _row(operating, "USD/year"),
            "earned_change_usd_per_year": _row(np.full(1, earned), "USD/year"),
            "gpu_hours_saved_per_year": _row(np.full(1, hours), "h/year"),
            "loss_avoided_usd_per_year": _row(np.full(1, saved), "USD/year"),
            "npv_usd": _row(flows.npv(wacc), "USD"),
            "irr_frac": {**_row(rates, "1/year"), "says": one.says},
            "payback_years": _row(np.where(np.isfinite(late), late, np.nan), "year"),
        }

    @property
    def verdict(self) -> str:
        """The answer in a sentence."""
        found = self.figures
        worth = found["npv_usd"]
        years = self.a.answer.facility.scenario.economics.years
        usd = f"{worth['value']:+,.0f} USD, {worth['low']:+,.0f} to {worth['high']:+,.0f}"
        if not (self.a.answer.earned or self.b.answer.earned):
            return f"{self._bought()}: {usd} over {years} years; {CANNOT_PAY}"
        pays = "pays" if worth["value"] > 0 else "does not pay"
        sure = worth["low"] > 0 or worth["high"] < 0
        opened = "" if sure else "; prices leave that open"
        return f"{self._bought()}: over {years} years the change {pays} ({usd}){opened}"

    def _bought(self) -> str:
        """What the change costs, earns and saves."""
        value = {name: row["value"] for name, row in self.figures.items()}
        earned = value["earned_change_usd_per_year"]
        again = max(self.a.scripted, self.b.scripted)
        told = f", {earned:+,.0f} USD earned" if round(earned) else ""
        if told and again:
            times = f"{self.a.answer.run.year_factor:,.6g} times"
            told += f" ({counted(again, 'stated event')} of the run counted {times})"
        return (
            f"{value['capex_change_usd']:+,.0f} USD to buy; a year "
            f"{value['operating_change_usd_per_year']:+,.0f} USD to run{told}, "
            f"{value['gpu_hours_saved_per_year']:,.3g} GPU hours and "
            f"{value['loss_avoided_usd_per_year']:,.0f} USD saved by fewer failures"
        )

    def as_dict(self) -> Row:
        """Plain values that JSON can hold."""
        a = self.a.figures
        b = self.b.figures
        shared = [name for name in _COMPARED if name in a and name in b]
        rows = [{"name": n, "a": a[n]["value"], "b": b[n]["value"]} for n in shared]
        return {
            "verdict": self.verdict,
            "figures": self.figures,
            "cash_flow": self.cash_flow,
            "compared": [{**row, "change": row["b"] - row["a"]} for row in rows],
            "inputs": [asdict(one) for one in self.inputs],
            "failures": {"a": asdict(self.a.outages), "b": asdict(self.b.outages)},
            "warnings": list(dict.fromkeys([*self.a.warnings, *self.b.warnings])),
        }


def cost_change(a: CostReport, b: CostReport) -> CostChange:
    """What the design `b` buys over `a`.

    Raises InputError where they are taken over different numbers of years, or discounted
    differently.
    """
    one, other = (report.answer.facility.scenario.economics for report in (a, b))
    said = (
        ("years", f"{one.years} and {other.years} years", one.years == other.years),
        (
            "discounting",
            f"{one.discounting} and {other.discounting}",
            one.discounting == other.discounting,
        ),
    )
    unlike = [
        Problem(f"economics.{key}", found, f"the same {key} for both")
        for key, found, same in said
        if not same
    ]
    if unlike:
        raise InputError(unlike)
    return CostChange(a, b, asked_differently(a.result.scenario_yaml, b.result.scenario_yaml))


def _row(values: Array, unit: str) -> Row:
    value, low, high = told(values)
    return {"value": value, "low": low, "high": high, "unit": unit}
