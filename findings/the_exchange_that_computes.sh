#!/usr/bin/env bash
# Question  A layer multiplies for 600 us and exchanges tokens with other ranks for 400 us, one after another. What share of the step is communication, by the library whose kernels exchange?
# Guess     40 % whoever exchanges: the profile says stream and kernel, and libraries put their name into it.
# Seen      HolisticTraceAnalysis 0.5.0: 40 % by NCCL's kernels, and 0 by DeepEP's, HybridEP's, vLLM's own all-reduce and that of torch's symmetric memory: the same step is 100 % computation, and its
#           overlap of computation and communication is NaN. By copy engines it is 40 % memory. What counts as communication is a kernel whose name begins with "nccl".
# Matters   Experts exchange by DeepEP or HybridEP, small all-reduces of serving by kernels of the engine. A trace of such a cluster says that the fabric costs
#           nothing, and that faster GPUs and no faster network would help; the month after a change from NCCL to one of them looks as if computation had become slower.
# Here      No module of twin reads traces of a profiler. Forecasts keep exchanges apart from products whatever carries them: docs/physics/training.md says it beside the shares that they state.
source "$(dirname "$0")/run_in.sh"
run_in HolisticTraceAnalysis==0.5.0 pandas==3.1.1 numpy==2.4.6 plotly==7.1.0 <<'PYTHON'
import json
import logging
import tempfile
from pathlib import Path

logging.disable(logging.CRITICAL)
from hta.trace_analysis import TraceAnalysis

PRODUCT = "nvjet_tst_128x256_64x4_1x2_h_bz_coopA_TNN"
EXCHANGES = {
    "NCCL": "ncclDevKernel_SendRecv(ncclDevKernelArgsStorage<4096ul>)",
    "DeepEP": "void deep_ep::internode::dispatch<false, 8, false, 8192, 128, 4096>(int4*)",
    "HybridEP": "void hybrid_ep::dispatch_kernel<unsigned char>()",
    "vLLM": "void vllm::cross_device_reduce_2stage<__nv_bfloat16, 8>(vllm::RankData*)",
    "symmetric memory": "void multimem_all_reduce_kernel<c10::BFloat16>()",
    "copy engines": "Memcpy PtoP (Device -> Device)",
}


def events(kernels):
    """Kernels of a rank one after another, each with its launch."""
    at = 0
    yield {"ph": "X", "cat": "cpu_op", "name": "layer", "pid": 1, "tid": 1, "ts": 0, "dur": 4000, "args": {"External id": 1}}
    for number, (name, dur, stream) in enumerate(kernels, 1):
        launch = {"cbid": 211, "correlation": number}
        yield {"ph": "X", "cat": "cuda_runtime", "name": "cudaLaunchKernel", "pid": 1, "tid": 1, "ts": at, "dur": 5, "args": launch}
        there = {"stream": stream, "device": 0, "correlation": number, "context": 1, "External id": 1}
        yield {"ph": "X", "cat": "kernel", "name": name, "pid": 0, "tid": stream, "ts": at + 10, "dur": dur, "args": there}
        at += dur


def shares(exchange):
    """Per cent of the kernels' time by kind, and the overlap."""
    layer = [(PRODUCT, 600, 7), (exchange, 400, 20)]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "rank0.json")
        about = {"distributedInfo": {"rank": 0, "world_size": 1, "backend": "nccl"}, "deviceProperties": [{"id": 0}]}
        file.write_text(json.dumps({"schemaVersion": 1, **about, "traceEvents": list(events(layer * 2))}))
        trace = TraceAnalysis(trace_files={0: str(file)}, trace_dir=folder)
        kinds, _ = trace.get_gpu_kernel_breakdown(visualize=False)
        overlap = trace.get_comm_comp_overlap(visualize=False)["comp_comm_overlap_pctg"][0]
    return {kind: share for kind, share in zip(kinds["kernel_type"], kinds["percentage"]) if share}, overlap


seen = {who: shares(name) for who, name in EXCHANGES.items()}
for who, (kinds, overlap) in seen.items():
    print(f"{who}: {kinds}, overlap {overlap}")
halves = {"COMPUTATION": 60.0, "COMMUNICATION": 40.0}
blind = [seen[who][0] == {"COMPUTATION": 100.0} and seen[who][1] != seen[who][1] for who in list(EXCHANGES)[1:5]]
raise SystemExit(seen["NCCL"] != (halves, 0.0) or seen["copy engines"][0] != {"COMPUTATION": 60.0, "MEMORY": 40.0} or not all(blind))
PYTHON
