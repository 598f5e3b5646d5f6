"""UniAD's transformer exported by torch to ONNX by hand and run by the Python build of ONNX Runtime; the other side of the inference part of bench/step.

torch 2.9.1, onnx 1.19, onnxruntime 1.23 or newer. Protocol as uniad_step.py: {"steps": n} -> {"ms": [..]}.
"""
import io
import json
import os
import sys
import time
import warnings

import onnxruntime
import torch

from uniad_step import BATCH, CHANNELS, TOKENS, UniAD


def main():
    warnings.filterwarnings("ignore")
    torch.manual_seed(0)
    x = torch.randn(BATCH, TOKENS, CHANNELS)
    file = io.BytesIO()
    torch.onnx.export(UniAD().eval(), (x,), file, input_names=["x"], output_names=["y"], opset_version=19, dynamo=False)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = int(os.environ.get("THREADS", os.cpu_count()))
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(file.getvalue(), options, providers=["CPUExecutionProvider"])
    feeds = {"x": x.numpy()}

    def run():
        start = time.perf_counter()
        session.run(None, feeds)
        return 1000 * (time.perf_counter() - start)

    print(json.dumps({"torch": torch.__version__, "onnxruntime": onnxruntime.__version__}), flush=True)
    for line in sys.stdin:
        print(json.dumps({"ms": [run() for _ in range(json.loads(line)["steps"])]}), flush=True)


main()
