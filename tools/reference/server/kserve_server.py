"""Serves a bundle with KServe: the same ONNX graphs in onnxruntime, for comparison with the server of this repository.

    pip install -r requirements.txt
    python kserve_server.py MODEL --port 8090 --threads 2

It listens on 127.0.0.1 and is one process; `bench/serve` starts it and calls POST /v2/models/ltad/infer with an image file as BYTES.
Images are resized by Pillow in place of sharp, so that scores differ a little.
"""
import argparse
import base64
import logging
import sys

from bundle import Bundle

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("--port", type=int, default=8090)
parser.add_argument("--threads", type=int, default=1)
own = parser.parse_args()
sys.argv = sys.argv[:1]  # kserve reads it when it is imported

import kserve
import uvicorn


class Loopback(uvicorn.Config):
    def __init__(self, *args, **options):
        super().__init__(*args, **{**options, "host": "127.0.0.1"})


uvicorn.Config = Loopback


class Detector(kserve.Model):
    def load(self):
        self.bundle = Bundle(own.model, own.threads)
        self.ready = True
        return True

    def predict(self, payload, headers=None, response_headers=None):
        data = payload.inputs[0].data[0]
        file = base64.b64decode(data) if isinstance(data, str) else data
        score, label = self.bundle.score(*self.bundle.encode(self.bundle.pixels(file)))
        outputs = [kserve.InferOutput("score", [1], "FP32", score.tolist()), kserve.InferOutput("label", [1], "INT32", label.tolist())]
        return kserve.InferResponse(payload.id or "none", self.name, outputs)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    model = Detector("ltad")
    model.load()
    kserve.ModelServer(http_port=own.port, workers=1, enable_grpc=False, enable_latency_logging=False).start([model])
