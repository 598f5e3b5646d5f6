"""The architecture of DINOv2-small with random weights, as an ONNX folder: for times and drifts, not for detecting anything.

    python tools/reference/encoder/random_dinov2.py FOLDER

torch 2.9.1, transformers 4.57.6, onnx 1.23.2.
"""
import json
import os
import sys

import torch
from transformers import Dinov2Config, Dinov2Model

OUT = sys.argv[1]
os.makedirs(f"{OUT}/onnx", exist_ok=True)
torch.manual_seed(0)
config = Dinov2Config(hidden_size=384, num_hidden_layers=12, num_attention_heads=6, mlp_ratio=4, image_size=224, patch_size=14)
config._attn_implementation = "eager"
model = Dinov2Model(config).eval()
model.embeddings.interpolate_pos_encoding = lambda *_: model.embeddings.position_embeddings  # one size only, as in most exports


class Hidden(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        return self.model(pixel_values).last_hidden_state


torch.onnx.export(
    Hidden(), torch.zeros(1, 3, 224, 224), f"{OUT}/onnx/model.onnx", input_names=["pixel_values"], output_names=["last_hidden_state"],
    dynamic_axes={name: {0: "batch"} for name in ("pixel_values", "last_hidden_state")}, opset_version=17, dynamo=False,
)
with open(f"{OUT}/config.json", "w") as f:
    json.dump({**config.to_diff_dict(), "model_type": "dinov2"}, f, indent=1)
