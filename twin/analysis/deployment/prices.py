"""Prices of a deployment: offers with their age, and what owning costs a GPU and year."""

from __future__ import annotations

from datetime import date

from twin.analysis.deployment.options import Owning, Rental, Three
from twin.analysis.deployment.places import DeploymentPlace, site
from twin.analysis.economics.finance import annuity
from twin.catalogue.prices import PriceRow, price_rows
from twin.catalogue.rental import rental_rows
from twin.scenario.schema.deployment import CloudOffer, ColocationOffer, Deployment, OwnCost

HOURS = 8760.0


def day_of(as_of: str) -> date:
    """The last day that a date of a day, a month or a year may mean."""
    parts = [int(part) for part in as_of.split("-")]
    if len(parts) == 3:
        return date(*parts)
    year, month = (parts[0], 12) if len(parts) == 1 else parts
    return date(year + month // 12, month % 12 + 1, 1)


def stale(as_of: str, today: date, days_max: int) -> str:
    """How old a price is, where it is older than that; empty otherwise."""
    days = (today - day_of(as_of)).days
    return f"price of {as_of}, {days} days old" if days > days_max else ""


def rental(offer: CloudOffer, today: date, days_max: int) -> Rental:
    """An offer with its prices, from its row or its own. KeyError for a row that is not there."""
    own_egress = offer.egress_usd_per_gb
    egress = _three(price_rows()["egress"]) if own_egress is None else (own_egress,) * 3
    terms = {"reserved 1 y": offer.reserved_1y, "reserved 3 y": offer.reserved_3y}
    if offer.offer is None:
        assert offer.on_demand is not None
        hourly: Three = (offer.on_demand,) * 3
        as_of = (offer.as_of or today).isoformat()
    else:
        row = rental_rows()[offer.offer]
        hourly = (row.on_demand, row.on_demand_low, row.on_demand_high)
        terms = {"reserved 1 y": row.reserved_1y, "reserved 3 y": row.reserved_3y}
        as_of = row.as_of
    most = float("inf") if offer.gpus_max is None else offer.gpus_max
    return Rental(
        offer.name,
        DeploymentPlace(offer.name, offer.region, offer.latency_ms),
        hourly,
        {term: usd for term, usd in terms.items() if usd is not None},
        egress,
        most,
        as_of,
        stale(as_of, today, days_max),
    )


def stated_own(own: OwnCost) -> tuple[Three, str]:
    """USD a GPU and year, as stated by itself or by blocks, and words for it."""
    if own.usd_per_gpu_year is not None:
        return (own.usd_per_gpu_year,) * 3, "as stated"
    assert own.gpus is not None
    usd = sum(block_usd(own).values()) / own.gpus
    return (usd,) * 3, f"{len(own.blocks)} blocks for {own.gpus:,.6g} GPUs"


def block_usd(own: OwnCost) -> dict[str, float]:
    """USD a year of every block and yearly cost by name."""
    n = own.periods_per_year
    rate = own.wacc / n
    bought = {
        block.name: n
        * float(annuity(block.usd, rate, block.life_years * n, block.usd * block.residual_frac))
        for block in own.blocks
    }
    return {**bought, **own.yearly}


def owning(asked: Deployment, usd_per_gpu_year: Three, words: str) -> Owning:
    """The premises with what a GPU there costs."""
    most = float("inf") if asked.own.gpus_max is None else asked.own.gpus_max
    return Owning(site(asked), usd_per_gpu_year, most, asked.own.availability, words)


def colocated(asked: Deployment, offer: ColocationOffer) -> Owning:
    """Racks of one's own in a room of somebody else: capital, upkeep, room and energy."""
    gpu_usd = _gpu_usd(asked, offer)
    room = price_rows()["colocation"]
    stated = offer.usd_per_kw_month
    monthly = _three(room) if stated is None else (stated,) * 3
    energy = offer.kw_per_gpu * HOURS * offer.pue * offer.usd_per_kwh
    price = price_rows()
    upkeep = price["maintenance_it"].mid + price["insurance_and_tax"].mid
    left = price["residual_it_36_months"].mid ** (price["life_it"].mid / 3.0)

    def usd(bought: float, room_usd: float) -> float:
        life = price["life_it"].mid
        capital = float(annuity(bought, asked.own.wacc, life, bought * left))
        return capital + bought * upkeep + 12.0 * room_usd * offer.kw_per_gpu + energy

    mid, low, high = (usd(*pair) for pair in zip(gpu_usd, monthly, strict=True))
    place = DeploymentPlace("colocation", offer.region, offer.latency_ms)
    words = "racks of one's own, room and energy apart"
    return Owning(place, (mid, low, high), float("inf"), asked.own.availability, words)


def _gpu_usd(asked: Deployment, offer: ColocationOffer) -> Three:
    """A GPU with its part of the rack. KeyError where nobody knows a price."""
    if offer.usd_per_gpu is not None:
        return (offer.usd_per_gpu,) * 3
    row = price_rows()[asked.gpu]
    over = price_rows()["server_overhead"]
    return (row.mid * over.mid, row.low * over.low, row.high * over.high)


def _three(row: PriceRow) -> Three:
    return (row.mid, row.low, row.high)
