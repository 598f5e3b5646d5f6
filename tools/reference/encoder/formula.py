"""Weights by formula, so that a golden of a full-size model needs no weights in the repository.

The TypeScript twin is packages/encoder/src/test-only/formula-weights.ts.
"""
import math
import zlib

import numpy as np


def uniforms(name, count):
    """Numbers in 0..1 that follow from the tensor's name and their index alone."""
    x = np.arange(count, dtype=np.uint32) * np.uint32(2654435761) + np.uint32(zlib.crc32(name.encode()))
    for _ in range(2):
        x ^= x >> np.uint32(16)
        x *= np.uint32(0x45D9F3B)
    x ^= x >> np.uint32(16)
    return x.astype(np.float64) / 2**32


def tensor(name, shape):
    """float32: weights of zero mean scaled by their fan-in, norms below 1, so that deep networks do not grow, small biases, positive variances."""
    u = uniforms(name, math.prod(shape))
    last = name.rsplit(".", 1)[-1]
    if last == "running_var":
        values = 1 + u
    elif last == "running_mean" or last == "bias":
        values = 0.2 * (u - 0.5)
    elif len(shape) == 1:
        values = 0.5 + 0.4 * u
    else:
        values = (u - 0.5) * math.sqrt(12 * 2 / math.prod(shape[1:]))
    return values.reshape(shape).astype(np.float32)


def fill(model):
    """Overwrites every floating point parameter and buffer of a torch module."""
    import torch

    state = model.state_dict()
    for name, value in state.items():
        if value.is_floating_point():
            value.copy_(torch.from_numpy(tensor(name, tuple(value.shape))))
    model.load_state_dict(state)
    return model.eval()


def image(height, width):
    """RGB in 0..1, NHWC [1, height, width, 3]."""
    return uniforms(f"image {height} {width}", height * width * 3).reshape(1, height, width, 3).astype(np.float32)
