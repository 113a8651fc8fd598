"""What a rack draws at its AC input, from its components where its totals are not stated."""

from __future__ import annotations

from twin.catalogue.rows import Gpu, Rack
from twin.physics.power import converter_input_w


def node_span_w(rack: Rack, gpu: Gpu | None) -> float:
    """Chip power of one node between idle and full, in W."""
    gpus = rack.gpus_per_node * (gpu.power_max_w - gpu.power_idle_w) if gpu else 0.0
    return gpus + rack.cpus_per_node * (rack.cpu_max_w - rack.cpu_idle_w)


def itemised_idle_w(rack: Rack, gpu: Gpu | None) -> float:
    """AC input of an idle rack from its components, in W: node converters, chassis load, shared
    rectifiers.
    """
    node = (
        rack.gpus_per_node * (gpu.power_idle_w if gpu else 0.0)
        + rack.cpus_per_node * rack.cpu_idle_w
        + rack.node_other_w
    )
    bus = rack.nodes_per_rack * converter_input_w(
        node, rack.node_converter_constant_w, rack.node_converter_efficiency_frac
    )
    chassis = bus / rack.chassis_per_rack + rack.chassis_fixed_w
    rectified = converter_input_w(
        chassis,
        rack.rectifiers_per_chassis * rack.rectifier_constant_w,
        rack.rectifier_efficiency_frac,
    )
    return float(rack.chassis_per_rack * rectified)


def rated_w(rack: Rack, gpu: Gpu | None) -> float:
    """AC input of a rack with every node at full activity, in W: stated, or from its components."""
    if rack.power_rated_w is not None:
        return rack.power_rated_w
    gain = 1.0 / (rack.node_converter_efficiency_frac * rack.rectifier_efficiency_frac)
    return itemised_idle_w(rack, gpu) + rack.nodes_per_rack * node_span_w(rack, gpu) * gain
