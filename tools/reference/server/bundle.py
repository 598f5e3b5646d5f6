"""A bundle in onnxruntime, with Pillow for the images: what kserve_server.py serves, and parts.py times."""
import io
import json
import os

import numpy as np
import onnxruntime
from PIL import Image


class Bundle:
    def __init__(self, folder, threads):
        self.folder = folder
        self.manifest = json.load(open(os.path.join(folder, "model.json")))
        self.side = self.manifest["features"]["inputSize"]
        self.encoder, self.nearest, self.head = (self.open_graph(name, threads) for name in ("encoder", "nearest", "head"))
        self.tables = [self.read_tables(own_class["file"]) for own_class in self.manifest["classes"]]

    def open_graph(self, name, threads):
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.add_session_config_entry("session.intra_op.allow_spinning", "1")
        options.add_session_config_entry("session.intra_op.spin_duration_us", "50")  # as ours
        file = os.path.join(self.folder, self.manifest["graphs"][name]["file"])
        return onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])

    def read_tables(self, name):
        """The tables of a class, as float32: safetensors, of which only F16 and F32 are used."""
        data = open(os.path.join(self.folder, name), "rb").read()
        start = 8 + int.from_bytes(data[:8], "little")
        tables = {}
        for key, entry in json.loads(data[8:start]).items():
            if key == "__metadata__":
                continue
            begin, end = entry["data_offsets"]
            kind = {"F16": np.float16, "F32": np.float32}[entry["dtype"]]
            tables[key] = np.frombuffer(data[start + begin : start + end], kind).reshape(entry["shape"]).astype(np.float32)
        return tables

    def pixels(self, file):
        """[1, S, S, 3] of the bytes of an image file."""
        image = Image.open(io.BytesIO(file)).convert("RGB").resize((self.side, self.side), Image.Resampling.BILINEAR)
        return np.asarray(image, np.float32)[None] / 255

    def encode(self, pixels):
        return self.encoder.run(["features", "z"], {"image": pixels})

    def score(self, features, z):
        """Score [1] and class [1]."""
        (label,) = self.nearest.run(["label"], {"z": z, "class": np.array([-1], np.int32)})
        score, _ = self.head.run(["score", "map"], {"features": features, "z": z, **self.tables[label[0]]})
        return score, label
