#!/usr/bin/env bash
# Question  A co-simulation of a microgrid reads a server's load from its monitoring, by the query `DCGM_FI_DEV_POWER_USAGE` that gives eight boards, one idle at 70 W
#           and seven at 700 W. What load does it see, before, during and after an outage of the monitoring?
# Guess     4,970 W, their sum, or a refusal, as eight rows are no number; no value before the first answer, and none after the server of metrics is gone.
# Seen      vessim 0.16.0 (PrometheusSignal): 70 W, the first row. Which is first is the monitoring's to choose. Before the first answer it is 0 W, and after the server is gone 70 W
#           for ever. `sum(DCGM_FI_DEV_POWER_USAGE)` gives 4,970.
# Matters   A battery is sized for an idle board, a seventieth of what stands in the racks, and a cluster of one board gives the right answer, so that the test passes.
# Here      Recorded loads of twin have a column each and are summed by who feeds them; what is missing is refused at its line: docs/bring_your_own.md.
source "$(dirname "$0")/run_in.sh"
run_in vessim==0.16.0 requests==2.34.2 <<'PYTHON'
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import parse_qs, urlparse, urlunsplit

import vessim

BOARDS_W = [70, *[700] * 7]


class Metrics(BaseHTTPRequestHandler):
    """What a Prometheus answers: a row for each board, or the one row of a sum."""

    def do_GET(self):
        query = parse_qs(urlparse(self.path).query)["query"][0]
        watts = [sum(BOARDS_W)] if query.startswith("sum") else BOARDS_W
        rows = [{"metric": {"gpu": str(n)}, "value": [time.time(), str(one)]} for n, one in enumerate(watts)]
        body = json.dumps({"status": "success", "data": {"resultType": "vector", "result": rows}}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Metrics)
threading.Thread(target=server.serve_forever, daemon=True).start()
address = urlunsplit(("http", f"127.0.0.1:{server.server_port}", "", "", ""))
signals = {query: vessim.PrometheusSignal(address, query, update_interval=0.2) for query in ("DCGM_FI_DEV_POWER_USAGE", "sum(DCGM_FI_DEV_POWER_USAGE)")}
seen = {query: [signal.at(0)] for query, signal in signals.items()}
for signal in signals.values():
    signal.start()
time.sleep(1)
for query, signal in signals.items():
    seen[query].append(signal.at(0))
server.shutdown()
server.server_close()
time.sleep(1)
for query, signal in signals.items():
    seen[query].append(signal.at(0))
    signal.finalize()
print("before, during, after:", seen)
raise SystemExit(seen != {"DCGM_FI_DEV_POWER_USAGE": [0, 70, 70], "sum(DCGM_FI_DEV_POWER_USAGE)": [0, 4970, 4970]})
PYTHON
