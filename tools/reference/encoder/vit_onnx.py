"""A tiny DINOv2 with registers, exported to ONNX in the layout of a Hugging Face folder, and what transformers makes of one image.

    python tools/reference/encoder/vit_onnx.py packages/encoder/src/onnx/__fixtures__/vit

torch 2.9.1, transformers 4.57.6, onnx 1.23.2, numpy 2.4.6. Golden in float64.
"""
import json
import os
import sys

import numpy as np
import torch
from transformers import Dinov2WithRegistersConfig, Dinov2WithRegistersModel

from formula import fill, image

OUT = sys.argv[1]
os.makedirs(f"{OUT}/onnx", exist_ok=True)
MEAN, STD = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
config = Dinov2WithRegistersConfig(hidden_size=12, num_hidden_layers=2, num_attention_heads=3, mlp_ratio=2, image_size=24, patch_size=4, num_register_tokens=3)
config._attn_implementation = "eager"
model = fill(Dinov2WithRegistersModel(config))
model.embeddings.interpolate_pos_encoding = lambda *_: model.embeddings.position_embeddings  # one size only, as in most exports


class Layers(torch.nn.Module):
    """The last hidden state, and the first layer's output under a name of its own."""

    def __init__(self):
        super().__init__()
        self.model = model

    def forward(self, pixel_values):
        out = self.model(pixel_values, output_hidden_states=True)
        return out.last_hidden_state, out.hidden_states[1], out.pooler_output


torch.onnx.export(
    Layers(), torch.zeros(1, 3, 24, 24), f"{OUT}/onnx/model.onnx", input_names=["pixel_values"], output_names=["last_hidden_state", "layer_1", "pooler_output"],
    dynamic_axes={name: {0: "batch"} for name in ("pixel_values", "last_hidden_state", "layer_1", "pooler_output")}, opset_version=14, dynamo=False,
)
pixels = torch.from_numpy((image(24, 24).astype(np.float64) - MEAN) / STD).permute(0, 3, 1, 2)
with torch.no_grad():
    last, first, pooled = Layers().double()(pixels)
with open(f"{OUT}/config.json", "w") as f:
    json.dump({**config.to_diff_dict(), "model_type": "dinov2_with_registers"}, f, indent=1)
with open(f"{OUT}/preprocessor_config.json", "w") as f:
    json.dump({"do_center_crop": True, "crop_size": {"height": 24, "width": 24}, "size": {"shortest_edge": 27}, "do_rescale": True, "rescale_factor": 1 / 255,
               "do_normalize": True, "image_mean": MEAN, "image_std": STD, "resample": 3}, f, indent=1)
with open(f"{OUT}/golden.json", "w") as f:
    json.dump({name: {"shape": list(x.shape), "data": [float(f"{v:.8g}") for v in x.flatten().tolist()]}
               for name, x in (("last_hidden_state", last), ("layer_1", first), ("pooler_output", pooled))}, f, separators=(",", ":"))
