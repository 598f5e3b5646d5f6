"""Serves a bundle with KServe: the same ONNX graphs in onnxruntime, for comparison with the server of this repository.

    pip install -r requirements.txt
    python kserve_server.py MODEL --port 8090 --threads 2

It listens on 127.0.0.1 and is one process; `bench/serve` starts it and calls POST /v2/models/ltad/infer with an image file as BYTES.
Images are resized by Pillow in place of sharp, so that scores differ a little.
"""
import argparse
import base64
import io
import json
import logging
import os
import sys

import numpy as np
import onnxruntime
from PIL import Image

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--port", type=int, default=8090)
parser.add_argument("--threads", type=int, default=1)
own = parser.parse_args()
sys.argv = sys.argv[:1]  # kserve reads it when it is imported

import kserve
import uvicorn

manifest = json.load(open(os.path.join(own.model, "model.json")))
side = manifest["features"]["inputSize"]


def read_tables(name):
    """The tables of a class, as float32: safetensors, of which only F16 and F32 are used."""
    data = open(os.path.join(own.model, name), "rb").read()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    tables = {}
    for key, entry in header.items():
        if key == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        kind = {"F16": np.float16, "F32": np.float32}[entry["dtype"]]
        tables[key] = np.frombuffer(data[start + begin : start + end], kind).reshape(entry["shape"]).astype(np.float32)
    return tables


class Loopback(uvicorn.Config):
    def __init__(self, *args, **options):
        super().__init__(*args, **{**options, "host": "127.0.0.1"})


uvicorn.Config = Loopback


class Detector(kserve.Model):
    def load(self):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = own.threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")  # as ours: the clients need the cores, too
        graphs = manifest["graphs"]
        self.encoder, self.nearest, self.head = (
            onnxruntime.InferenceSession(os.path.join(own.model, graphs[name]["file"]), options, providers=["CPUExecutionProvider"])
            for name in ("encoder", "nearest", "head")
        )
        self.tables = [read_tables(own_class["file"]) for own_class in manifest["classes"]]
        self.ready = True
        return True

    def predict(self, payload, headers=None, response_headers=None):
        data = payload.inputs[0].data[0]
        file = base64.b64decode(data) if isinstance(data, str) else data
        image = Image.open(io.BytesIO(file)).convert("RGB").resize((side, side), Image.Resampling.BILINEAR)
        pixels = np.asarray(image, np.float32)[None] / 255
        features, z = self.encoder.run(["features", "z"], {"image": pixels})
        (label,) = self.nearest.run(["label"], {"z": z, "class": np.array([-1], np.int32)})
        score, _ = self.head.run(["score", "map"], {"features": features, "z": z, **self.tables[label[0]]})
        outputs = [kserve.InferOutput("score", [1], "FP32", score.tolist()), kserve.InferOutput("label", [1], "INT32", label.tolist())]
        return kserve.InferResponse(payload.id or "none", self.name, outputs)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    model = Detector("ltad")
    model.load()
    kserve.ModelServer(http_port=own.port, workers=1, enable_grpc=False, enable_latency_logging=False).start([model])
