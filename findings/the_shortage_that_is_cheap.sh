#!/usr/bin/env bash
# Question  A market for an hour: buyers want 100 MW at up to 3,000 EUR/MWh; a wind park offers 50 MW at 10, engines 40 MW at 80. What is the price, by the two clearings of one package in which
#           all are paid alike?
# Guess     3,000 in both: all that is offered is taken, 10 MW go without, and whoever goes without sets the price, as exchanges do.
# Seen      assume-framework 0.6.0: `complex_clearing` says 3,000, `pay_as_clear` 80, the dearest offer that was taken; without the engines 3,000 and 10. The volumes agree (90 and 50 MW). With 60 MW of engines both
#           say 80. Where buyers at 60 go away empty beside others at 3,000 they say 60 and 10.
# Matters   Hours of shortage are what pays for engines, batteries and loads that may be cut: by one clearing a battery earns 3,000 in them, by the other nothing. A campus that
#           buys 100 MW pays for the worst hour of its year 270,000 EUR or 7,200.
# Here      twin takes prices as a series and clears no market: docs/bring_your_own.md.
source "$(dirname "$0")/run_in.sh"
run_in assume-framework==0.6.0 pandas==2.3.3 numpy==2.4.6 highspy==1.16.0 <<'PYTHON'
import logging
from datetime import datetime, timedelta

from assume.common.market_objects import MarketConfig, MarketProduct
from assume.markets.clearing_algorithms import clearing_mechanisms
from dateutil import rrule

logging.disable(logging.CRITICAL)
START, HOUR = datetime(2025, 1, 1), timedelta(hours=1)
HOURS = rrule.rrule(rrule.HOURLY, dtstart=START, until=START + 24 * HOUR)
MORE = {"bid_type": "SB", "min_acceptance_ratio": 0, "parent_bid_id": None, "node": "node0"}


def clear(mechanism, supply, demand):
    fields = ["bid_type", "min_acceptance_ratio", "parent_bid_id"] if mechanism == "complex_clearing" else []
    products = [MarketProduct(HOUR, 1, HOUR)]
    market = MarketConfig("day ahead", HOURS, HOUR, mechanism, products, additional_fields=fields)
    bids = supply + [(-mw, eur) for mw, eur in demand]
    book = []
    for one, (mw, eur) in enumerate(bids):
        names = {"agent_addr": f"unit {one}", "bid_id": f"bid {one}", "start_time": START, "end_time": START + HOUR, "only_hours": None}
        book.append(names | {"volume": mw, "price": float(eur)} | (MORE if fields else {}))
    _, _, (found,), _ = clearing_mechanisms[mechanism](market).clear(book, [(START, START + HOUR, None)])
    return round(float(found["supply_volume"])), round(float(found["price"]))


WIND, ENGINES = (50, 10), (40, 80)
cases = {
    "short by 10 MW": ([WIND, ENGINES], [(100, 3000)]),
    "short by 50 MW": ([WIND], [(100, 3000)]),
    "enough": ([WIND, (60, 80)], [(100, 3000)]),
    "poor buyers go without": ([WIND], [(50, 3000), (20, 60)]),
}
seen = {}
for name, (supply, demand) in cases.items():
    seen[name] = [clear(mechanism, supply, demand) for mechanism in ("complex_clearing", "pay_as_clear")]
    print(f"{name}: MW and EUR/MWh by complex_clearing, pay_as_clear:", *seen[name])
stated = [[(90, 3000), (90, 80)], [(50, 3000), (50, 10)], [(100, 80), (100, 80)], [(50, 60), (50, 10)]]
raise SystemExit(list(seen.values()) != stated)
PYTHON
