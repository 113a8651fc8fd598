#!/usr/bin/env bash
# Question  A service answers half of its requests by one token (yes or no, a class, a score) and half by 20, all within its limits: 500 ms to the first token, 50 ms between tokens.
#           What share of the requests is good?
# Guess     Expected, by hand: all. An answer of one token has no pause that could be too long.
# Seen      aiperf 0.13.0, told of the first limit alone: 20 of 20. Told of both: 10 of 20, a good share of 0.5 and half the goodput, with no request failed. An
#           answer of one token has no latency between tokens, and a request without a value for one of the limits is not good. vLLM's own benchmark says
#           the contrary in a comment of its code, "if output_len <= 1, we regard tpot as 0 for goodput" (benchmarks/serve.py), and counts all 20.
# Matters   GPUs of a service that sorts, scores or routes are bought by goodput: of one service two tools differ by the share of its shortest answers, and
#           those who ask for one limit more buy twice as many.
# Here      An answer of one token has kept `tpot`, and counts by its first token alone: docs/physics/workload.md, tests/relations/test_answers_of_one_token.py.
source "$(dirname "$0")/run_in.sh"
run_in aiperf==0.13.0 <<'PYTHON'
import json
import subprocess
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

REQUESTS, TOKENS, PAUSE_S = 20, 20, 0.005


class Service(BaseHTTPRequestHandler):
    """Answers by one token and by many in turn, 5 ms apart, and says how many they were."""

    asked = 0

    def log_message(self, *_):
        pass

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        Service.asked += 1
        tokens = 1 if Service.asked % 2 else TOKENS
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.end_headers()
        for _ in range(tokens):
            self.put({"choices": [{"index": 0, "delta": {"content": " yes"}}]})
            time.sleep(PAUSE_S)
        used = {"prompt_tokens": 3, "completion_tokens": tokens, "total_tokens": 3 + tokens}
        self.put({"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}], "usage": used})
        self.wfile.write(b"data: [DONE]\n\n")

    def put(self, chunk):
        text = json.dumps({"id": "a", "object": "chat.completion.chunk", **chunk})
        self.wfile.write(f"data: {text}\n\n".encode())
        self.wfile.flush()


def words_of_one_token():
    made = Tokenizer(models.WordLevel({"yes": 0, "[UNK]": 1}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    special = dict.fromkeys(("unk_token", "bos_token", "eos_token"), "[UNK]")
    PreTrainedTokenizerFast(tokenizer_object=made, **special).save_pretrained("words")
    Path("prompts.jsonl").write_text(REQUESTS * '{"text": "is it so"}\n')


def measured(port, limits):
    told = [Path(sys.executable).with_name("aiperf"), "profile", "--model", "m", "--url", f"127.0.0.1:{port}"]
    told += ["--endpoint-type", "chat", "--streaming", "--request-count", str(REQUESTS), "--concurrency", "1"]
    told += ["--use-server-token-count", "--tokenizer", str(Path("words").resolve()), "--ui", "none"]
    told += ["--input-file", "prompts.jsonl", "--custom-dataset-type", "single_turn"]
    told += ["--goodput", limits, "--artifact-dir", "kept"]
    subprocess.run(told, check=True, capture_output=True, timeout=300)
    (report,) = Path("kept").rglob("profile_export_aiperf.json")
    said = json.loads(report.read_text())
    report.unlink()
    keys = ("completed_request_count", "request_error_rate", "good_request_count", "good_request_fraction")
    return {key: said[key]["avg"] for key in keys}


words_of_one_token()
server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
threading.Thread(target=server.serve_forever, daemon=True).start()
seen = {}
for limits in ("time_to_first_token:500", "time_to_first_token:500 inter_token_latency:50"):
    seen[limits] = measured(server.server_port, limits)
    print(f"{limits}: {seen[limits]}")
good = [said["good_request_fraction"] for said in seen.values()]
raise SystemExit(good != [1.0, 0.5] or any(said["request_error_rate"] for said in seen.values()))
PYTHON
