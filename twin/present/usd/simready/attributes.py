"""The attributes that the AIF profile asks of each class, and the figure of twin behind each.

Names, types and units are facts of simready-foundation-tier-aif 2026.8.0 (Apache-2.0). A row
without a figure is one that no catalogue row of twin states.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attribute:
    """One attribute: how the profile has it, and the figure of `figures` that it is made from."""

    name: str
    type: str
    """USD value type."""
    unit: str = ""
    figure: str = ""


def _table(prefix: str, text: str) -> tuple[Attribute, ...]:
    """Rows of `name | type | unit | figure`."""
    rows = (line.split("|") for line in text.strip().splitlines())
    cells = ([cell.strip() for cell in row] for row in rows)
    return tuple(Attribute(f"{prefix}{name}", kind, unit, key) for name, kind, unit, key in cells)


_RACK = """
    airCooling                   | float    | kW   | air_heat_w
    doorsPerforations            | string   |      |
    heatCaptureRatio             | float    | %    | liquid_heat_frac
    idlePowerDefault30Pct        | float    | kW   |
    idlePowerSmoothing90Pct      | float    | kW   |
    liquidCooling                | float    | kW   | liquid_heat_w
    liquidSidePqCurve            | string   |      |
    maxPowerAcEdpp1              | float    | kW   |
    maxPowerDcEdpp1              | float    | kW   |
    maxPowerDcEdpp2              | float    | kW   |
    maxPowerDcTdp                | float    | kW   | dc_power_w
    namePlatePower               | int      | W    | rated_w
    numGPUs                      | int      |      | gpus
    rampDownRateDefault          | float    | W    |
    rampUpRateDefault            | float    | W    |
    requiredAirFlowRate          | float3[] | m³/s | air_need
    requiredLiquidFlowRate       | float3[] | LPM  | liquid_need
    significantInternalStructure | string   |      | structure
"""

_CDU = """
    auxiliaryPowerSourceAndConnections    | float    |      |
    breaker                               | string   |      |
    communication1                        | float    |      |
    communication2                        | float    |      |
    controlHmi                            | string   |      |
    controlWiresForExternalComm           | float    |      |
    coolingCapacityCurve                  | float2[] | kW   |
    coolingType                           | string   |      | facility_fluid
    current                               | float    | A    | current_a
    disconnect                            | string   |      |
    efficiency                            | float    |      |
    efficiencyRotatingEquipment           | float    |      |
    filterSizeCoolingCapacity             | float    |      |
    filterSizePumps                       | string   |      |
    frequency                             | float    | Hz   | frequency_hz
    fuse                                  | string   |      |
    fwsReturnPipingConnection             | float    | mm   | primary_pipe_m
    fwsSupplyPipingConnection             | float    | mm   | primary_pipe_m
    incomingPowerFeeds                    | float    |      |
    maxSpeed                              | float    | Hz   |
    maximumCoolingCapacity                | float    | kW   |
    maximumFlow                           | float    | m³/s | flow_all_pumps_m3_s
    maximumPowerConsumption2XPumps        | float    | kW   |
    maximumPowerConsumption3XPumps        | float    | kW   |
    motorPowerInfo                        | float    | kW   |
    motorSize                             | string   |      |
    mountStyle                            | string   |      | mount
    nominalCoolingCapacity                | float    | kW   | capacity_w
    nominalFlow                           | float    | m³/s | flow_m3_s
    nominalVoltage                        | float    | V    | voltage_v
    numberOfPumps                         | int      |      | pumps_per_unit
    powerFactor                           | float    |      |
    powerFactorRotatingEquipment          | float    |      |
    powerRating                           | float    | kW   | power_rated_w
    powerTransferDesign                   | float    |      |
    powerTransferDevice                   | float    |      |
    primaryCircuitVolume                  | float    | L    |
    primaryFiltration                     | string   |      |
    pumpFlowCurve                         | float2[] | kPa  | pump_curve
    pumpRedundancyStrategyCoolingCapacity | float    |      |
    pumpRedundancyStrategyPumps           | string   |      | pump_redundancy
    ratedCableSize                        | string   |      |
    ratedHp                               | string   |      |
    ratedMaxPower                         | float    | kW   |
    ratedSpeed                            | float    | Hz   |
    ratedVoltageIncomingPower             | float    | V    | voltage_v
    ratedVoltageRotatingEquipment         | float    | V    |
    redundancyScheme                      | string   |      | pump_redundancy
    referenceFacilityCoolantTemperature   | float    | K    |
    referenceSecondaryCoolantTemperature  | float    | K    |
    referenceTechnologyCoolantFlowRate    | float    | LPM  | flow_m3_s
    secondaryCircuitVolume                | float    | L    |
    secondaryFiltration                   | string   |      |
    tcsReturnPipingConnection             | float    | mm   | served_pipe_m
    tcsSupplyPipingConnection             | float    | mm   | served_pipe_m
    totalHeatDissipated                   | float    | kW   |
    wettedMaterialFws                     | string   |      |
    wettedMaterialTcs                     | string   |      |
    wiringMethod                          | string   |      |
    workingFluidCoolingCapacity           | float    |      |
    workingFluidPumps                     | string   |      | fluid_words
"""

_CRAH = """
    airFilter                  | string |             |
    coil                       | string |             |
    electricalCurrent          | float  | A           | current_a
    electricalFrequency        | float  | Hz          | frequency_hz
    electricalNominalVoltage   | float  | V           | voltage_v
    electricalPanelAccess      | float  | mm          | clearance_m
    electricalPanelOptions     | string |             |
    electricalPhase            | int    |             | phases
    electricalPowerRating      | float  | kW          | power_rated_w
    externalStaticUnitPressure | float  | Pa          | head_pa
    faceArea                   | float  | m²          |
    faceVelocity               | float  | FPM         |
    fanMotorPowerMax           | float  | kW          | fan_power_w
    flowRate                   | float  | GPM         | primary_flow_m3_s
    highVoltageOptions         | float  |             |
    humidification             | string |             |
    maximumHp                  | float  | hp          | fan_power_w
    monitoring                 | string |             |
    nominalAirVolume           | float  | CFM         | flow_m3_s
    nominalCoolingCapacity     | float  | kW          | capacity_w
    numberOfFans               | int    |             | pumps_per_unit
    numberOfRows               | int    |             |
    pipingConnection           | string |             |
    powerSupply                | float  |             |
    primaryControl             | string |             |
    primaryPipeDiameter        | float  | mm          | primary_pipe_m
    returnAirVolume            | float  | CFM         | flow_m3_s
    secondaryPipeDiameter      | float  | mm          |
    sensibleCapacity           | float  | kW          | capacity_w
    totalCapacity              | float  | kW          |
    unitPressureDrop           | float  | ft of water |
"""

_UPS = """
    batteryFloatVoltage                     | float  | V  |
    batteryType                             | string |    |
    cardCompatibility                       | string |    |
    color                                   | string |    |
    communicationOptions                    | float  |    |
    dcRippleVoltage                         | float  | %  |
    electricalCurrent                       | float  | A  | current_a
    electricalInputFrequency                | float  | Hz | frequency_hz
    electricalInputPhase                    | int    |    | phases
    electricalInputVoltage                  | float  | V  | voltage_v
    electricalOutputFrequency               | float  | Hz | frequency_hz
    electricalOutputPhase                   | int    |    | phases
    electricalPowerWalkIn                   | float  | s  | walk_in_s
    inputCurrentDistortion                  | float  | %  |
    inputPowerFactor                        | float  |    |
    loadPowerFactor                         | float  |    |
    nominalBatteryBus                       | string |    |
    operatingAltitude                       | float  | m  |
    operatingTemperature                    | float  | °C |
    outputActivePower                       | float  | kW | rated_w
    outputThdNominalVoltage                 | float  | %  |
    outputThdNominalVoltageWithNonLinearLoad| float  | %  |
    outputVoltage                           | float  | V  | voltage_v
    overloadAtNominalVoltage                | float  | %  |
    protocolsAvailable                      | string |    |
    relativeHumidity                        | float  | %  |
    transientRecoveryLoad                   | string |    |
    upsEnclosureClass                       | string |    |
    upsRating                               | float  | kW | rated_w
"""

_CORE = """
    accessibilityRequirement     | float  | mm | clearance_m
    assetClass                   | string |    | asset_class
    assetCreationDate            | string |    | accessed
    assetDescription             | string |    | description
    assetValidatorVersion        | string |    |
    assetVersion                 | string |    | version
    connectsToModelDocumentation | string |    |
    depth                        | float  | mm | box_depth_m
    height                       | float  | mm | box_height_m
    installationClearance        | float  | mm | clearance_m
    manufacturer                 | string |    | manufacturer
    modelNumber                  | string |    | model
    overallGeometryDimensions    | float3 | mm | box_m
    sceneOptimizerVersion        | string |    |
    simreadyVersion              | string |    | simready_version
    weight                       | float  | kg | mass_kg
    width                        | float  | mm | box_width_m
"""

CORE = _table("aif:core:", _CORE)
"""Of every asset."""

SPECS = {
    "rack": _table("aif:spec:", _RACK),
    "cdu": _table("aif:spec:", _CDU),
    "crah": _table("aif:spec:", _CRAH),
    "ups": _table("aif:spec:", _UPS),
}
"""By kind of equipment that has a class in the profile."""
