"""The vision transformers of the catalogue with random weights, exported to ONNX in the layout of their hub folders; for bench/encode.

    python tools/reference/encoder/vit_random.py FOLDER SIZE NAME...

torch 2.9.1, transformers 4.57.6, onnx 1.23.2. The speed is that of trained weights.
"""
import json
import os
import sys

import torch
from transformers import Dinov2Config, Dinov2Model, SiglipVisionConfig, SiglipVisionModel

torch.manual_seed(0)
FOLDER, SIZE, NAMES = sys.argv[1], int(sys.argv[2]), sys.argv[3:]


def dinov2(width, heads):
    config = Dinov2Config(hidden_size=width, num_attention_heads=heads, image_size=SIZE, patch_size=14, attn_implementation="eager")
    model = Dinov2Model(config)
    model.embeddings.interpolate_pos_encoding = lambda *_: model.embeddings.position_embeddings  # made for this size
    return model, "model.onnx", {"model_type": "dinov2", "image_size": SIZE, "patch_size": 14}


def siglip():
    config = SiglipVisionConfig(image_size=SIZE, patch_size=16, attn_implementation="eager")  # its defaults are the base model's
    return SiglipVisionModel(config), "vision_model.onnx", {"model_type": "siglip", "vision_config": {"image_size": SIZE, "patch_size": 16}}


MODELS = {"dinov2-small": lambda: dinov2(384, 6), "dinov2-base": lambda: dinov2(768, 12), "siglip-base-patch16-224": siglip}


class Last(torch.nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model(pixel_values).last_hidden_state


for name in NAMES:
    model, file, config = MODELS[name]()
    os.makedirs(f"{FOLDER}/{name}/onnx", exist_ok=True)
    with open(f"{FOLDER}/{name}/config.json", "w") as f:
        json.dump(config, f)
    axes = {key: {0: "batch"} for key in ("pixel_values", "last_hidden_state")}
    torch.onnx.export(Last(model).eval(), torch.zeros(1, 3, SIZE, SIZE), f"{FOLDER}/{name}/onnx/{file}", input_names=["pixel_values"],
                      output_names=["last_hidden_state"], dynamic_axes=axes, opset_version=17, dynamo=False)
