#!/usr/bin/env bash
# Question  A server with two processors and 32 memory modules works at full load all year. How much more does it draw and emit once eight
#           H100 are put into it?
# Guess     Some 5.6 kW and 20 t of CO2 a year more, eight times 700 W; at least within the range that is given with each value.
# Seen      boaviztapi 2.5.0: nothing more. 1,260 W (1,116 to 1,557) and the same emissions of use with none, one or eight H100, eight B200 or
#           eight T4; AWS's p5.48xlarge, eight H100 and 192 threads, draws 1,080 W. Processors, memory and disks have a law of power, GPUs have
#           none ("not implemented", in the details of the component alone), and the sum over the server says COMPLETED. Making them does count:
#           4,601 kg for eight "NVIDIA H100"; of eight "H100 SXM5", a name it does not know, 1,156 kg, those of an unnamed GPU, and no
#           warning. Stated as 700 W each they are 7,448 W more, for a third is added for what else a server holds.
# Matters   A hall of GPU servers emits an eighth of what it will, and making them seems to weigh more than their use.
# Here      A server of the catalogue states its watts as a whole, and an imported device whose file states no draw is refused with what to
#           state: tests/contracts/test_catalogue_command.py.
source "$(dirname "$0")/run_in.sh"
run_in boaviztapi==2.5.0 httpx==0.28.1 <<'PYTHON'
from boaviztapi.main import app
from fastapi.testclient import TestClient

PARTS = {
    "cpu": {"units": 2, "name": "intel xeon platinum 8480+"},
    "ram": [{"units": 32, "capacity": 64}],
    "disk": [{"units": 4, "type": "ssd", "capacity": 3840}],
}
USAGE = {"hours_use_ratio": 1, "usage_location": "USA", "time_workload": 100}
client = TestClient(app)


def asked(path, question):
    reply = client.post(f"{path}?verbose=true&criteria=gwp", json=question | {"usage": USAGE})
    reply.raise_for_status()
    found = reply.json()
    details = found["verbose"]
    gpu = next((details[name] for name in details if name.startswith("GPU")), None)
    made = gpu["impacts"]["gwp"]["embedded"]["value"] if gpu else 0.0
    return round(details["avg_power"]["value"]), found["impacts"]["gwp"]["use"]["value"], made


def server(gpu=None):
    parts = PARTS | ({"gpu": gpu} if gpu else {})
    return asked("/v1/server/", {"model": {"type": "rack"}, "configuration": parts})


seen = {"none": server()}
for units, name in ((1, "NVIDIA H100"), (8, "NVIDIA H100"), (8, "H100 SXM5"), (8, "NVIDIA B200"), (8, "NVIDIA T4")):
    seen[f"{units} {name}"] = server({"units": units, "name": name})
for name, (power_w, use_kg, made_kg) in seen.items():
    print(f"{name:>14}: {power_w:,} W, {use_kg:,.0f} kg in use, {made_kg:,.0f} kg for the GPUs' making")
stated = server({"units": 8, "name": "NVIDIA H100", "usage": {"avg_power": 700}})[0] - seen["none"][0]
cloud = asked("/v1/cloud/instance", {"provider": "aws", "instance_type": "p5.48xlarge"})[0]
print(f"8 of 700 W as stated: {stated:,} W more; p5.48xlarge: {cloud:,} W")
alike = {found[:2] for found in seen.values()} == {(1260, 16300.0)}
made = [round(seen[name][2]) for name in ("8 NVIDIA H100", "8 H100 SXM5")]
raise SystemExit(not (alike and made == [4601, 1156] and cloud == 1080 and stated == 7448))
PYTHON
