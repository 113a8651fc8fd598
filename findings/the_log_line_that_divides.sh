#!/usr/bin/env bash
# Question  A campus publishes its power to a co-simulation in MW; the model of the grid reads it in kW, and HELICS converts units. What is read of 5 MW?
# Guess     5,000 in whatever form it is published and read: one hall, a list of halls, active and reactive power as a complex number. Writing it to a log
#           first changes nothing. A complex power read as a plain number is its active part, or is refused.
# Seen      HELICS 3.6.1: a plain number published and read as one is 5,000. Read as text first, for a log, or as a list, it is 5, and so is the plain
#           number read after that, until the next step: the first call decides for all others. A list of halls, a named value and
#           a complex power are never converted: 5 MW are 5 kW, 25 °C in a list are 25 K. A complex power read as a plain number is its magnitude, also
#           not converted: a battery that gives 5 MW and 1 Mvar is 5.1 with the sign of a load; without reactive power the sign stays.
#           Units that do not fit (kW to °C) are refused in all of these forms, so the conversion looks checked. No warning.
# Matters   Feeders publish three phases, campuses a list of halls, distribution tools (GridLAB-D) complex power. Going from one total to a list by hall, or
#           adding a line to the log, makes a campus of 100 MW one of 100 kW for the grid, and a study of its feeder finds nothing.
# Here      twin is coupled by FMI, where one signal is one number whose unit its name ends in (`_w`, `_degc`): docs/controllers.md.
source "$(dirname "$0")/run_in.sh"
run_in helics==3.6.1 cffi==2.1.1 click==8.5.1 strip-hints==0.2.0 <<'PYTHON'
import helics as h

KINDS = {
    "plain": (h.HELICS_DATA_TYPE_DOUBLE, h.helicsPublicationPublishDouble),
    "list": (h.HELICS_DATA_TYPE_VECTOR, h.helicsPublicationPublishVector),
    "complex": (h.HELICS_DATA_TYPE_COMPLEX, h.helicsPublicationPublishComplex),
    "named": (h.HELICS_DATA_TYPE_NAMED_POINT, lambda to, value: h.helicsPublicationPublishNamedPoint(to, "hall", value)),
}
READS = {
    "plain": h.helicsInputGetDouble,
    "text": h.helicsInputGetString,
    "list": h.helicsInputGetVector,
    "complex": h.helicsInputGetComplex,
    "named": h.helicsInputGetNamedPoint,
}


def exchanged(name, kind, reads, value, units=("MW", "kW")):
    broker = h.helicsCreateBroker("inproc", "", f"-f 1 --name=broker_{name}")
    about = h.helicsCreateFederateInfo()
    h.helicsFederateInfoSetCoreTypeFromString(about, "inproc")
    h.helicsFederateInfoSetCoreInitString(about, f"--federates=1 --broker=broker_{name}")
    site = h.helicsCreateValueFederate(f"site_{name}", about)
    sent = h.helicsFederateRegisterGlobalPublication(site, "power", KINDS[kind][0], units[0])
    got = h.helicsFederateRegisterInput(site, "grid", KINDS["plain" if reads == ["plain"] else kind][0], units[1])
    h.helicsInputAddTarget(got, "power")
    try:
        h.helicsFederateEnterExecutingMode(site)
        KINDS[kind][1](sent, value)
        h.helicsFederateRequestTime(site, 1.0)
        return [READS[read](got) for read in reads]
    except h.HelicsException:
        return ["refused"]
    finally:
        h.helicsFederateDisconnect(site)
        h.helicsBrokerDisconnect(broker)


CASES = [
    ("plain", ["plain", "text", "plain"], 5.0, [5000.0, "5000.000000", 5000.0]),
    ("plain", ["text", "plain", "text"], 5.0, ["5.000000", 5.0, "5.000000"]),
    ("plain", ["list", "plain"], 5.0, [[5.0], 5.0]),
    ("list", ["list"], [5.0, 1.0], [[5.0, 1.0]]),
    ("named", ["named"], 5.0, [("hall", 5.0)]),
    ("complex", ["complex"], 5 + 1j, [5 + 1j]),
    ("complex", ["plain"], -5 - 1j, [abs(5 + 1j)]),
    ("complex", ["plain"], -5 + 0j, [-5.0]),
]
as_stated = True
for at, (kind, reads, value, stated) in enumerate(CASES):
    seen = exchanged(at, kind, reads, value)
    print(f"{value} MW, {kind}, read in kW as {', then '.join(reads)}: {seen}")
    as_stated &= seen == stated
warm = exchanged("warm", "list", ["list"], [25.0, 30.0], ("degC", "K"))
wrong = {"plain": 5.0, "list": [5.0], "complex": 5j}
refused = [exchanged(f"wrong_{kind}", kind, [kind], value, ("kW", "degC")) for kind, value in wrong.items()]
print("25 and 30 °C in a list, read in K:", warm, "  kW read in °C:", refused)
raise SystemExit(not (as_stated and warm == [[25.0, 30.0]] and refused == [["refused"]] * 3))
PYTHON
