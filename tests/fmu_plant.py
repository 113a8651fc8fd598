"""A plant for tests as pythonfmu packs it: water at 14 °C plus a kelvin for every 50 kW, COP 4."""

from pythonfmu import Fmi2Causality, Fmi2Slave, Fmi2Variability, Real


class TestPlant(Fmi2Slave):
    """Heat in, water temperature in kelvin and power out."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.heat = 0.0
        self.base = 14.0
        self.T_supply = 287.15
        self.P = 0.0
        self.register_variable(Real("heat", causality=Fmi2Causality.input, start=0.0))
        tunable = {"causality": Fmi2Causality.parameter, "variability": Fmi2Variability.tunable}
        self.register_variable(Real("base", start=self.base, **tunable))
        for name in ("T_supply", "P"):
            self.register_variable(Real(name, causality=Fmi2Causality.output))

    def do_step(self, current_time, step_size):
        self.T_supply = 273.15 + self.base + self.heat / 50e3
        self.P = self.heat / 4.0
        return True
