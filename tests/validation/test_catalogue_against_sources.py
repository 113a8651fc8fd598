"""Claim: the shipped rows say what the sources say.

The sources are tables of facts in tests/data; its README says where each comes from. Some tests
need no table: they hold published closed forms and worked values.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from statistics import fmean, median
from typing import Any

import pytest

from tests.sources import by, table
from twin import catalogue
from twin.catalogue.names import meant
from twin.catalogue.rows import biquadratic
from twin.catalogue.shapes import shape_of
from twin.cli import main


def row(kind: str, name: str) -> Any:
    return catalogue.get(catalogue.KINDS[kind], name)


def every(kind: str) -> Iterator[Any]:
    yield from catalogue.rows(catalogue.KINDS[kind]).values()


def test_gpus_have_the_rates_and_powers_of_the_source() -> None:
    source = by("workload/gpu_catalogue.csv", "gpu")
    checked = 0
    for gpu in every("gpus"):
        if gpu.name not in source:
            continue
        said = source[gpu.name]
        for field, column, scale in (
            ("bf16_flop_s", "bf16_dense_tflops", 1e12),
            ("fp8_flop_s", "fp8_dense_tflops", 1e12),
            ("fp4_flop_s", "fp4_dense_tflops", 1e12),
            ("memory_bandwidth_b_s", "hbm_tb_s", 1e12),
            ("scaleup_bandwidth_b_s", "nvlink_bidir_gb_s", 5e8),
            ("power_max_w", "tdp_w", 1),
            ("scaleup_domain_gpus", "scaleup_domain_gpus", 1),
        ):
            expected = float(said[column]) * scale if said[column] else None
            assert getattr(gpu, field) == (
                None if expected is None else pytest.approx(expected, rel=1e-9)
            )
        checked += 1
    assert checked == 6


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("H100-SXM5-80GB", "H100 SXM5 80GB HBM3"),
        ("H200-SXM-141GB", "H200 SXM"),
        ("L40S", "A100 PCIe 80GB"),
        ("B200-SXM-180GB", "H200 SXM"),
        ("GB200-NVL72-GPU", "H200 SXM"),
        ("GB300-NVL72-GPU", "H200 SXM"),
    ],
)
def test_gpu_temperature_limits(name: str, said: str) -> None:
    source = by("cooling/gpu_temperature_limits.csv", "gpu")[said]
    gpu = row("gpus", name)
    assert gpu.slowdown_degc == float(source["slowdown_degc"])
    assert gpu.shutdown_degc == float(source["shutdown_degc"])


@pytest.mark.parametrize(
    ("name", "said", "count"),
    [
        ("gb200_nvl72", "gb200_nvl72", 1),
        ("gb300_nvl72", "gb300_nvl72", 1),
        ("dgx_b200_x2", "dgx_b200", 2),
        ("dgx_h100_x4", "dgx_h100", 4),
        ("cpu_rack_generic", "cpu_rack_generic", 1),
        ("storage_rack_generic", "storage_rack_generic", 1),
    ],
)
def test_rack_powers(name: str, said: str, count: int) -> None:
    source = by("planner/catalogue_racks.csv", "id")[said]
    rack = row("racks", name)
    assert rack.power_rated_w == count * float(source["power_rated_w"])
    assert rack.nodes_per_rack * rack.gpus_per_node == count * int(source["gpus"] or 0)
    assert rack.inlet_air_max_degc == float(source["inlet_air_max_degc"])
    if source["coolant_flow_lpm_low"]:
        low = float(source["coolant_flow_lpm_low"])
        high = float(source["coolant_flow_lpm_high"])
        assert low <= rack.coolant_flow_m3_s * 60000 <= high
    if source["power_idle_w"]:
        assert rack.power_idle_w == float(source["power_idle_w"])


def test_the_gb200_rack_splits_its_heat_as_the_source_does() -> None:
    source = {
        line["quantity"]: float(line["value"]) for line in table("cooling/liquid_loop_facts.csv")
    }
    rack = row("racks", "gb200_nvl72")
    assert rack.power_rated_w == source["gb200_nvl72_rack_power"]
    assert rack.liquid_heat_frac * rack.power_rated_w == pytest.approx(
        source["gb200_nvl72_liquid_heat"], rel=1e-4
    )
    assert rack.coolant_flow_m3_s * 60000 == pytest.approx(source["nvl72_rack_flow"])
    assert rack.coolant_supply_max_degc == source["nvl72_supply_max"]


def test_frontier_components_give_the_published_idle_and_peak() -> None:
    """Closed form of the Frontier configuration: 7,306,523.8 W idle and 28,227,884.4 W at peak."""
    rack = row("racks", "frontier_ex4000")
    gpu = row("gpus", "MI250X")
    cdu = row("cooling", "cdu_frontier")

    def system_w(cpu_w: float, gpu_w: float) -> float:
        node = rack.cpus_per_node * cpu_w + rack.gpus_per_node * gpu_w + rack.node_other_w
        node = (node + rack.node_converter_constant_w) / rack.node_converter_efficiency_frac
        chassis = rack.nodes_per_rack / rack.chassis_per_rack * node + rack.chassis_fixed_w
        chassis += rack.rectifiers_per_chassis * rack.rectifier_constant_w
        return (
            74 * rack.chassis_per_rack * chassis / rack.rectifier_efficiency_frac
            + 25 * cdu.power_rated_w
        )

    assert system_w(rack.cpu_idle_w, gpu.power_idle_w) == pytest.approx(7_306_523.8, abs=0.1)
    assert system_w(rack.cpu_max_w, gpu.power_max_w) == pytest.approx(28_227_884.4, abs=0.1)


def test_support_racks_close_the_scalable_unit_at_1_2_mw() -> None:
    racks = row("racks", "gb200_nvl72"), row("racks", "support_rack_gb200_su")
    cdu = row("cooling", "cdu_xdu1350")
    assert 8 * sum(rack.power_rated_w for rack in racks) + 2 * cdu.power_rated_w == pytest.approx(
        1.2e6
    )


def test_ups_losses_reproduce_the_efficiency_table() -> None:
    lines = [
        line
        for line in table("power/ups_efficiency_curves.csv")
        if line["mode"] == "double_conversion_modular"
    ]
    ups = row("power", "ups_1250")
    assert len(lines) == 4
    for line in lines:
        x = float(line["load_frac"])
        loss = ups.loss_idle_frac + ups.loss_linear_frac * x + ups.loss_square_frac * x**2
        assert x / (x + loss) == pytest.approx(float(line["efficiency_frac"]), abs=0.0015)


def test_transformer_losses_meet_the_efficiency_rule_at_half_load() -> None:
    lines = [line for line in table("power/transformer_efficiency_doe2016.csv")
             if (line["kind"], line["rating_kva"]) == ("liquid_3ph", "2500")]  # fmt: skip
    unit = row("power", "transformer_2500")
    loss = unit.rating_w * (unit.loss_idle_frac + unit.loss_square_frac * 0.25)
    assert loss == pytest.approx(float(lines[0]["loss_at_test_load_w"]), rel=1e-3)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("utility_feed", "utility_single_circuit"),
        ("transformer_2500", "transformer_power_over_500kva"),
        ("switchboard_4000", "switchboard_lv_over_225a"),
        ("ats_4000", "ats_open_transition"),
        ("sts_1000", "sts"),
        ("ups_1250", "ups_unit_reference_topologies"),
        ("rpp_500", "pdu_rpp"),
        ("pdu_450", "pdu_rpp"),
        ("mv_switchgear_30mw", "switchgear_bus_insulated_mv_5breakers"),
        ("busway_800a", "switchgear_bus_bare_0_600v_7breakers"),
    ],
)
def test_power_reliability(name: str, said: str) -> None:
    source = by("power/component_reliability.csv", "component")[said]
    unit = row("power", name)
    assert unit.mtbf_h == pytest.approx(float(source["mtbf_h"]), rel=1e-6)
    assert unit.mttr_h == float(source["mttr_h"])


def test_generators_start_and_fail_as_the_sources_say() -> None:
    demand = by("power/demand_failures.csv", "event")
    timing = by("power/timing_ridethrough.csv", "item")
    unit = row("power", "genset_2500")
    assert unit.start_failure_probability == float(
        demand["fail_to_start_epss_mean"]["probability_per_demand"]
    )
    assert unit.start_s == float(timing["generator_start_and_accept_load"]["value"])
    assert unit.mttr_h == float(timing["generator_repair_time_mean"]["value"])
    survive = float(demand["survive_336h_well_maintained"]["probability_per_demand"])
    assert unit.mtbf_h == pytest.approx(-336 / math.log(survive), rel=1e-4)


@pytest.mark.parametrize(
    ("name", "said"),
    [("cdu_121", "Vertiv CoolChip CDU121 (in rack)"), ("cdu_xdu1350", "Vertiv XDU1350 (in row)"),
     ("cdu_600", "Vertiv XDU600")],
)  # fmt: skip
def test_cdu_capacities(name: str, said: str) -> None:
    source = by("cooling/cdu_capacity.csv", "unit")[said]
    cdu = row("cooling", name)
    for field, column in (
        ("capacity_w", "capacity_w"),
        ("approach_k", "approach_k"),
        ("flow_m3_s", "secondary_flow_m3_s"),
        ("power_rated_w", "pump_electric_w"),
    ):
        if source[column]:
            assert getattr(cdu, field) == pytest.approx(float(source[column])), field


def test_chiller_curves_are_those_of_the_data_set() -> None:
    source = by("cooling/energyplus_chillers_eir.csv", "name")
    for curve in every("chillers"):
        said = source[curve.source.split(": ", 1)[1]]
        assert curve.capacity_w == float(said["ref_capacity_w"])
        assert curve.cop_reference == float(said["ref_cop"])
        for ours, theirs in (("capft", "capft"), ("eirft", "eirft"), ("eirplr", "eirfplr")):
            values = getattr(curve, ours)
            assert values == tuple(float(said[f"{theirs}_c{i + 1}"]) for i in range(len(values)))
        at = biquadratic(curve.capft, curve.leaving_degc, curve.entering_degc)
        assert at == pytest.approx(float(said["capft_at_ref"]), abs=1e-4)


@pytest.mark.parametrize(
    ("heat_w", "leaving", "entering", "available_w", "power_w"),
    [(1055e3, 6.67, 29.44, 1_065_876, 178_205), (500e3, 6.67, 29.44, 1_065_876, 87_341),
     (800e3, 8.0, 20.0, 1_252_889, 98_464)],
)  # fmt: skip
def test_a_real_chiller_meets_its_worked_values(
    heat_w: float, leaving: float, entering: float, available_w: float, power_w: float
) -> None:
    """York YT 1055 kW, EnergyPlus electric EIR model, worked by hand to 1e-4."""
    curve = row("chillers", "york_yt_1055")
    available = curve.capacity_w * biquadratic(curve.capft, leaving, entering)
    part = heat_w / available
    plr = curve.eirplr[0] + curve.eirplr[1] * part + curve.eirplr[2] * part**2
    power = available / curve.cop_reference * biquadratic(curve.eirft, leaving, entering) * plr
    assert available == pytest.approx(available_w, rel=1e-4)
    assert power == pytest.approx(power_w, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "said"),
    [("qm9700", "qm9700"), ("q3400", "q3400_ra"), ("sn5600", "sn5600"), ("sn2201", "sn2201")],
)
def test_switch_ports_and_powers(name: str, said: str) -> None:
    source = by("planner/catalogue_network.csv", "id")[said]
    switch = row("switches", name)
    assert switch.ports == int(source["ports"])
    assert switch.port_bandwidth_b_s * 8e-9 == pytest.approx(float(source["port_gbps"]))
    assert switch.power_max_w == float(source["power_max_w"])
    assert switch.power_typical_w == pytest.approx(float(source["power_typical_w"]), rel=0.05)


def test_switch_failures_are_those_of_alibaba_hpn() -> None:
    monthly = next(float(line["value"]) for line in table("network/failure_rates.csv")
                   if line["metric"] == "critical failure prob")  # fmt: skip
    assert row("switches", "qm9700").mtbf_h == pytest.approx(730 / monthly)


def test_storage_rates_are_the_guidance_for_one_scalable_unit() -> None:
    source = by("network/storage_guidance_superpod.csv", "metric")
    for grade in ("good", "better", "best"):
        system = row("storage", f"superpod_{grade}")
        assert system.read_b_s == 1e9 * float(source["single_su_read"][f"{grade}_GB_s"])
        assert system.write_b_s == 1e9 * float(source["single_su_write"][f"{grade}_GB_s"])
        assert system.node_read_b_s == 1e9 * float(source["single_node_read"][f"{grade}_GB_s"])
        assert system.node_write_b_s == 1e9 * float(source["single_node_write"][f"{grade}_GB_s"])


def test_memory_is_what_a_driver_reports_or_the_gib_of_the_data_sheet() -> None:
    """GB of high-bandwidth memory on data sheets are GiB: a driver reports within 4 % of them."""
    source = by("workload/gpu_catalogue.csv", "gpu")
    for gpu in every("gpus"):
        if gpu.name in source:
            gib = float(source[gpu.name]["hbm_gb"]) * 2**30
            assert 0.93 * gib <= gpu.memory_bytes <= gib, gpu.name


@pytest.mark.parametrize("model", list(every("models")), ids=lambda model: model.name)
def test_parameter_counts_agree_with_the_shape(model: Any) -> None:
    """The shape holds what the makers count within 0.5 %, or 1 % where the row says why."""
    within = 0.01 if "makers" in model.note else 0.005
    shape = shape_of(model)
    assert shape.parameters() == pytest.approx(model.parameters, rel=within)
    if model.active_parameters is None:
        assert shape.active_parameters() == shape.parameters()
        return
    counted = shape.active_parameters(), shape.active_parameters() - model.vocab * model.hidden
    rounding = max(0.005 * model.active_parameters, last_digit(model))
    assert min(abs(count - model.active_parameters) for count in counted) <= rounding


def last_digit(model: Any) -> float:
    """Makers round or cut active parameters to two or three digits."""
    digits = len(f"{model.active_parameters:g}".split("e")[0].replace(".", "").rstrip("0"))
    return 10.0 ** (math.floor(math.log10(model.active_parameters)) + 1 - max(digits, 2))


@pytest.mark.parametrize(("name", "gib"), [("gpt-oss-20b", 12.8), ("gpt-oss-120b", 60.8)])
def test_released_weights_have_the_bytes_of_their_checkpoint(
    name: str, gib: float, capsys: pytest.CaptureFixture[str]
) -> None:
    """Checkpoint sizes of the model card, arXiv 2508.10925 table 1, by `twin predict`."""
    lengths = ("--input", "1000", "--output", "100", "--concurrency", "1")
    assert main(["predict", "inference", "--model", name, "--gpu", "H200", *lengths, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["weight_bytes_per_gpu"] * found["gpus"] / 2**30 == pytest.approx(gib, rel=0.005)


def test_model_shapes_are_those_of_the_source() -> None:
    rows = catalogue.rows(catalogue.KINDS["models"])
    checked = 0
    for line in table("workload/model_catalogue.csv"):
        name = line["model"].replace("turing-530B", "megatron-530b")
        model: Any = rows[str(meant(name, rows))]
        for field in ("layers", "hidden", "heads", "kv_heads", "vocab"):
            assert getattr(model, field) == int(line[field]), field
        for field, column in (
            ("head_dim", "head_dim"),
            ("ffn_expert", "ffn_expert"),
            ("experts", "experts"),
            ("experts_per_token", "experts_per_token"),
            ("shared_experts", "shared_experts"),
            ("latent_rank", "kv_lora_rank"),
            ("latent_query_rank", "q_lora_rank"),
            ("latent_rope", "qk_rope_head_dim"),
            ("window_tokens", "sliding_window"),
        ):
            if line[column]:
                assert getattr(model, field) == int(line[column]), (name, field)
        assert model.ffn == int(line["ffn_dense"])
        assert model.parameters == pytest.approx(1e9 * float(line["total_params_1e9"]), rel=0.03)
        checked += 1
    assert checked == 22


def test_climates_fit_the_typical_year_as_well_as_they_say() -> None:
    """The cosines reproduce yearly means within 0.01 K and leave exactly the stated rms.

    The table holds the means over 8,760 hours of the temperature, of its square, and of its
    products with the cosines and sines of the year and of the day: all that a least-squares fit can
    see.
    """
    moments = {
        (line["climate"], line["bulb"]): line for line in table("cooling/climate_moments.csv")
    }
    assert {name for name, _ in moments} == {climate.name for climate in every("climates")}
    for climate in every("climates"):
        for bulb in ("dry_bulb", "wet_bulb"):
            of = {key: float(value) for key, value in moments[climate.name, bulb].items()
                  if key.endswith(("_k", "_k2", "_degc"))}  # fmt: skip
            assert of["mean_degc"] - getattr(climate, f"{bulb}_mean_degc") == pytest.approx(
                0, abs=0.01
            )
            assert left_rms_k(climate, bulb, of) == pytest.approx(
                getattr(climate, f"{bulb}_rms_k"), abs=0.01
            )
            assert of["max_degc"] == getattr(climate, f"{bulb}_max_degc")


def left_rms_k(climate: Any, bulb: str, of: dict[str, float]) -> float:
    """What the two cosines of a climate leave of its year, by the means of the products."""
    mean, season, daily = (
        getattr(climate, f"{bulb}_{part}") for part in ("mean_degc", "season_k", "day_k")
    )
    year_rad = 2 * math.pi * climate.hottest_day_of_year / 365
    day_rad = 2 * math.pi * climate.hottest_hour / 24
    product = mean * of["mean_degc"]
    product += season * (
        of["year_cos_k"] * math.cos(year_rad) + of["year_sin_k"] * math.sin(year_rad)
    )
    product += daily * (of["day_cos_k"] * math.cos(day_rad) + of["day_sin_k"] * math.sin(day_rad))
    own = mean**2 + season**2 / 2 + daily**2 / 2
    return math.sqrt(of["mean_square_k2"] - 2 * product + own)


def test_grid_prices_and_carbon() -> None:
    states = by("planner/electricity_price_us_state.csv", "region")
    countries = by("planner/carbon_intensity_country.csv", "iso3")
    regions = by("planner/carbon_intensity_cloud_region.csv", "region")
    for name, state, region in (
        ("virginia", "Virginia", "us-east4"),
        ("texas", "Texas", "us-south1"),
        ("iowa", "Iowa", "us-central1"),
        ("oregon", "Oregon", "us-west1"),
    ):
        grid = row("grids", name)
        assert grid.price_usd_per_kwh == float(states[f"US-{state}"]["industrial_per_kwh"])
        assert grid.carbon_kg_per_kwh == pytest.approx(
            float(regions[region]["gco2e_per_kwh"]) / 1e3
        )
    for name, iso in (
        ("ireland", "IRL"),
        ("germany", "DEU"),
        ("norway", "NOR"),
        ("tennessee", "USA"),
    ):
        expected = float(countries[iso]["gco2e_per_kwh"]) / 1e3
        assert row("grids", name).carbon_kg_per_kwh == pytest.approx(expected)


@pytest.mark.parametrize("kind", ["conv", "code"])
def test_request_lengths_are_those_of_the_trace(kind: str) -> None:
    lines = table(f"workload/trace_azure2023_{kind}.csv")
    lengths = row("requests", f"azure_2023_{kind}")
    assert lengths.rate_mean_per_s == pytest.approx(len(lines) / 1800, abs=1e-3)
    for side in ("input", "output"):
        values = [int(line[f"{side}_tokens"]) for line in lines]
        mean = getattr(lengths, f"{side}_mean_tokens")
        middle = getattr(lengths, f"{side}_median_tokens")
        assert mean == pytest.approx(fmean(values), abs=0.01)
        assert middle == median(values)
        sigma = getattr(lengths, f"{side}_log_sigma")
        assert middle * math.exp(sigma**2 / 2) == pytest.approx(mean, rel=1e-3)


def test_node_faults_are_those_of_llama_3() -> None:
    """419 unexpected interruptions of 16,384 GPUs in 54 days (arXiv 2407.21783), spread over the
    GPUs.
    """
    gpu_hours = 16384 * 54 * 24 / 419
    for rack in every("racks"):
        if rack.gpus_per_node:
            assert rack.node_mtbf_h * rack.gpus_per_node == pytest.approx(gpu_hours, rel=1e-6)


def test_long_time_trips_follow_iec_60947_2() -> None:
    """Never at 1.05 of the setting, surely within two hours at 1.3, and 2 to 24 s at six times."""
    for unit in every("power"):
        if unit.kind in {"switchboard", "rpp", "pdu", "busway"}:
            assert unit.trip_pickup_frac == 1.05
            assert unit.trip_constant_s / (1.3**2 - 1) < 7200
            assert 2 <= unit.trip_constant_s / (6**2 - 1) <= 24
