"""Prints the milliseconds that each part of a request takes without a server: medians of 30 predictions in onnxruntime.

    pip install -r requirements.txt
    python parts.py MODEL IMAGE [--threads 2]
"""
import argparse
import time

import numpy as np

from bundle import Bundle

parser = argparse.ArgumentParser()
parser.add_argument("model")
parser.add_argument("image")
parser.add_argument("--threads", type=int, default=2)
own = parser.parse_args()
bundle = Bundle(own.model, own.threads)
file = open(own.image, "rb").read()
laps = {"read the image": [], "encoder": [], "class and head": []}


def lap(name, work):
    start = time.perf_counter()
    found = work()
    laps[name].append(1000 * (time.perf_counter() - start))
    return found


for _ in range(30):
    pixels = lap("read the image", lambda: bundle.pixels(file))
    features, z = lap("encoder", lambda: bundle.encode(pixels))
    lap("class and head", lambda: bundle.score(features, z))
for name, times in laps.items():
    print(f"{name:16}{np.median(times):7.1f} ms")
