"""Services that guards and retrainings name: are they there, and of what kind?"""

from __future__ import annotations

from twin.facility.ledger import Ledger


def check_named_services(ledger: Ledger) -> None:
    """Who names a service names one that is there."""
    _check_guards(ledger)
    works = ledger.scenario.workload
    names = [pool.name for work in works for pool in work.pools()]
    for i, work in enumerate(works):
        if work.renews is not None and work.renews not in names:
            allowed = "an inference workload of this scenario"
            ledger.unknown(("workload", i, "service"), work.renews, names, allowed)


def _check_guards(ledger: Ledger) -> None:
    """Each guards an inference workload with users of its own, in the same windows."""
    works = ledger.scenario.workload
    pools = {pool.name: pool for work in works for pool in work.pools()}
    names = [name for name, pool in pools.items() if pool.requests.guards is None]
    for i, work in enumerate(works):
        for pool in work.pools():
            guarded = pool.requests.guards
            if guarded is None:
                continue
            where = ("workload", i, "requests", "guards", "service")
            if guarded.service not in names:
                allowed = "an inference workload of this scenario that is no guard"
                ledger.unknown(where, guarded.service, names, allowed)
            elif pools[guarded.service].window_s != pool.window_s:
                found = f"windows of {pool.window_s:g} s"
                right = f"the {pools[guarded.service].window_s:g} s of {guarded.service}"
                ledger.complain(("workload", i, "window"), found, right)
