"""Numbers of sources as reports print them: words, figures as stated, units as people write."""

from __future__ import annotations

import pytest

from twin.present.report.source_numbers import stated


@pytest.mark.parametrize(
    ("parameter", "value", "unit", "told"),
    [
        ("price_usd", "1200000", "USD", "price 1,200,000 USD"),
        ("fuel_idle_m3_s", "1.38889e-05", "m3/s", "fuel idle 50 L/h"),
        ("fuel_half_m3_s", "7.92222e-05", "m3/s", "fuel half 285.2 L/h"),
        ("mtbf_h", "87600", "h", "MTBF 87,600 h"),
        ("node_mtbf_h", "6334.6253", "h", "node MTBF 6,334.6253 h"),
        ("gpus_per_node", "8", "", "GPUs per node 8"),
        ("efficiency_frac", "0.94", "", "efficiency 94 %"),
        ("load_step_frac", "1", "", "load step 100 %"),
        ("instantaneous_trip_frac", "12", "", "instantaneous trip 1,200 %"),
        ("inverter_load_frac", "1.05 1.25 1.5", "", "inverter load 105 125 150 %"),
        ("inverter_time_s", "60 30 0", "s", "inverter time 60 30 0 s"),
        ("battery_energy_j", "155279503", "J", "battery energy 155.279503 MJ"),
        ("memory_bandwidth_b_s", "7.7e+12", "B/s", "memory bandwidth 7.7 TB/s"),
        ("kernel bf16 flop_s", "1.696e+15", "FLOP/s", "kernel bf16 1.696 PFLOP/s"),
        ("kernel bf16 bytes_s", "6.229e+12", "B/s", "kernel bf16 6.229 TB/s"),
        ("inlet_air_max_degc", "30", "degC", "inlet air max 30 °C"),
        ("tank_m3", "13.152", "m3", "tank 13.152 m³"),
        ("run_failure_rate_per_h", "0.00118", "1/h", "run failure rate 0.00118 an hour"),
        ("context_tokens", "131072", "token", "context 131,072 tokens"),
        ("latitude_deg", "33.4", "deg", "latitude 33.4 °"),
        ("tied", "False", "", "tied no"),
        ("head_exponent", "2", "", "head exponent 2"),
    ],
)  # fmt: skip
def test_a_number_of_a_source_is_said_in_words(
    parameter: str, value: str, unit: str, told: str
) -> None:
    assert stated(parameter, value, unit).replace("\u00a0", " ") == told
