"""Stage outputs of timm's, torchvision's and transformers' EfficientNets with weights by formula.

    python tools/reference/encoder/efficientnet.py > packages/encoder/src/image/__fixtures__/efficientnet.json

torch 2.9.1, timm 1.0.31, torchvision 0.24.1, transformers 4.57.6, numpy 2.4.6. Computed in float64, 40 numbers of each stage.
Of the first five networks every tensor is listed, of the others the SHA-256 over names and shapes, without head and counters.
"""
import hashlib
import json
import re
import sys

import numpy as np
import timm
import torch
import torchvision
import transformers

from formula import fill, image

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
REPEATS = [1, 2, 2, 3, 3, 4, 1]


def timm_stages(name, x):
    model = fill(timm.create_model(name)).double()
    h, stages = model.bn1(model.conv_stem(x)), []
    for stage in model.blocks:
        h = stage(h)
        stages.append(h)
    return model, stages


def torchvision_stages(name, x):
    model = fill(getattr(torchvision.models, name)()).double()
    h, stages = model.features[0](x), []
    for stage in list(model.features)[1:8]:
        h = stage(h)
        stages.append(h)
    return model, stages


def transformers_stages(config, x):
    model = fill(transformers.EfficientNetModel(transformers.EfficientNetConfig(**config))).double()
    hidden = model(x, output_hidden_states=True).hidden_states
    ends = np.cumsum([int(np.ceil(config["depth_coefficient"] * n)) for n in REPEATS])
    return model, [hidden[end] for end in ends]


B1 = {"width_coefficient": 1.0, "depth_coefficient": 1.1, "image_size": 240, "depthwise_padding": [16], "hidden_dim": 1280}
B3 = {"width_coefficient": 1.2, "depth_coefficient": 1.4, "image_size": 300, "depthwise_padding": [5, 18], "hidden_dim": 1536}
B7 = {"width_coefficient": 2.0, "depth_coefficient": 3.1, "image_size": 600, "depthwise_padding": [], "hidden_dim": 2560}
CASES = [
    ("timm", "efficientnet_b4", None, 75, 65),
    ("timm", "tf_efficientnet_b0", None, 75, 65),
    ("torchvision", "efficientnet_b0", None, 64, 70),
    ("torchvision", "efficientnet_b5", None, 64, 64),
    ("transformers", "efficientnet", B1, 75, 65),
    ("timm", "tf_efficientnet_b2", None, 75, 65),
    ("transformers", "efficientnet_b3", B3, 75, 65),
    ("torchvision", "efficientnet_b6", None, 64, 70),
    ("transformers", "efficientnet_b7", B7, 64, 64),
]
LISTED = 5
HEAD = r"conv_head|bn2|classifier|features\.8|encoder\.top_"


def case(index, library, name, config, height, width):
    pixels = image(height, width)
    x = torch.from_numpy((pixels.astype(np.float64) - MEAN) / STD).permute(0, 3, 1, 2)
    run = {"timm": timm_stages, "torchvision": torchvision_stages, "transformers": transformers_stages}[library]
    with torch.no_grad():
        model, stages = run(config or name, x)
    tensors = {key: list(value.shape) for key, value in model.state_dict().items()}
    return {
        "library": library, "name": name, "config": config and {**config, "model_type": "efficientnet"}, "height": height, "width": width,
        "parameters": sum(p.numel() for p in model.parameters()),
        **({"tensors": tensors} if index < LISTED else {"body": digest(tensors)}),
        "stages": [sample(stage) for stage in stages],
        "z": [float(f"{v:.7g}") for v in stages[-1].mean((2, 3)).flatten()[:40].tolist()],
    }


def digest(tensors):
    """SHA-256 over "name: [shape]" of the body's tensors, one a line, sorted."""
    lines = sorted(f"{name}: {json.dumps(shape)}" for name, shape in tensors.items() if not re.match(HEAD, name) and not name.endswith("num_batches_tracked"))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sample(stage):
    """40 numbers spread over the stage, in the order of NHWC."""
    flat = stage.permute(0, 2, 3, 1).reshape(-1)
    step = max(1, flat.numel() // 40)
    values = flat[::step][:40].tolist()
    return {"shape": [stage.shape[i] for i in (0, 2, 3, 1)], "step": step, "largest": float(f"{flat.abs().max().item():.7g}"), "values": [float(f"{v:.7g}") for v in values]}


json.dump([case(i, *c) for i, c in enumerate(CASES)], sys.stdout, separators=(",", ":"))
