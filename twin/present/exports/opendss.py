"""As an OpenDSS script."""

from __future__ import annotations

from collections.abc import Iterator

from twin.present.exports.network import Branch, ExportNetwork

_HELD = "pu=1.0 r1=0 x1=0.0000001 r0=0 x0=0.0000001 basefreq=50"
"""A source that holds its voltage."""


def opendss_text(network: ExportNetwork) -> str:
    """The script: circuit, sources, branches, loads, voltage bases and a solution."""
    return "\n".join([*_sources(network), *_branches(network), *_loads(network), *_end(network)])


def _sources(network: ExportNetwork) -> Iterator[str]:
    yield f"! {network.name}: every load at its peak, everything in service"
    yield "Clear"
    for place, (name, bus) in enumerate(network.sources):
        what = f"New Circuit.{network.name}" if place == 0 else f"New Vsource.{name}"
        held = network.buses[bus]
        yield f"{what} bus1={held.name} basekv={held.nominal_v / 1e3!r} phases=3 {_HELD}"


def _branches(network: ExportNetwork) -> Iterator[str]:
    for branch in network.branches:
        yield _transformer(network, branch) if branch.is_transformer else _line(network, branch)


def _transformer(network: ExportNetwork, branch: Branch) -> str:
    upper = network.buses[branch.upper]
    lower = network.buses[branch.lower]
    half = 50.0 * branch.resistance_frac
    # The no-load loss is OpenDSS's shunt at the last winding, here the one that is fed.
    return (
        f"New Transformer.{branch.name} phases=3 windings=2 buses=({lower.name} {upper.name}) "
        f"conns=(wye wye) kvs=({lower.nominal_v / 1e3!r} {upper.nominal_v / 1e3!r}) "
        f"kvas=({branch.rating_va / 1e3!r} {branch.rating_va / 1e3!r}) "
        f"%Rs=({half!r} {half!r}) xhl={100 * branch.reactance_frac!r} "
        f"%noloadloss={100 * branch.idle_w / branch.rating_va!r} %imag=0 ppm_antifloat=0"
    )


def _line(network: ExportNetwork, branch: Branch) -> str:
    lower = network.buses[branch.lower]
    base_ohm = lower.nominal_v**2 / branch.rating_va
    r = branch.resistance_frac * base_ohm
    x = max(branch.reactance_frac * base_ohm, 1e-12)
    return (
        f"New Line.{branch.name} phases=3 bus1={network.buses[branch.upper].name} "
        f"bus2={lower.name} length=1 units=none r1={r!r} x1={x!r} r0={r!r} x0={x!r} c1=0 c0=0"
    )


def _loads(network: ExportNetwork) -> Iterator[str]:
    for load in network.loads:
        bus = network.buses[load.bus]
        yield (
            f"New Load.{load.name} phases=3 bus1={bus.name} kv={bus.nominal_v / 1e3!r} "
            f"kw={load.power_w / 1e3!r} kvar={load.reactive_var / 1e3!r} model=1 "
            "vminpu=0.5 vmaxpu=1.5 spectrum=linear"
        )


def _end(network: ExportNetwork) -> Iterator[str]:
    bases = sorted({bus.nominal_v / 1e3 for bus in network.buses})
    yield f"Set voltagebases=[{' '.join(map(repr, bases))}]"
    yield "Calcvoltagebases"
    yield "Set tolerance=0.000000001 maxiterations=200"
    yield "Solve"
    yield ""
