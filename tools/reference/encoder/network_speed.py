"""One image through an encoder graph by Python's ONNX Runtime with default options; for bench/encode.

    python tools/reference/encoder/network_speed.py GRAPH SIZE

onnxruntime 1.23 or newer. Protocol as step/uniad_step.py: {"steps": n} -> {"ms": [..]}.
"""
import json
import sys
import time

import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession(sys.argv[1], providers=["CPUExecutionProvider"])
size = int(sys.argv[2])
feeds = {"image": np.random.default_rng(1).standard_normal((1, size, size, 3), np.float32)}


def run():
    start = time.perf_counter()
    session.run(None, feeds)
    return 1000 * (time.perf_counter() - start)


print(json.dumps({"onnxruntime": onnxruntime.__version__}), flush=True)
for line in sys.stdin:
    print(json.dumps({"ms": [run() for _ in range(json.loads(line)["steps"])]}), flush=True)
