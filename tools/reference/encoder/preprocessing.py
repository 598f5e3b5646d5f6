"""What transformers' image processors make of five grey values, without resizing and cropping.

    python tools/reference/encoder/preprocessing.py > packages/encoder/src/image/__fixtures__/preprocessing.json

transformers 4.57.6, numpy 2.4.6.
"""
import json
import sys

import numpy as np
from transformers import CLIPImageProcessor, EfficientNetImageProcessor, SiglipImageProcessor, ViTImageProcessor

VALUES = [0, 17, 100, 200, 255]
pixels = np.repeat(np.array(VALUES, np.uint8)[:, None, None], 3, axis=2)  # [5, 1, 3]
PROCESSORS = {
    "efficientnet": EfficientNetImageProcessor(image_mean=[0.485, 0.456, 0.406], image_std=[0.47853944, 0.4732864, 0.47434163]),
    "align": EfficientNetImageProcessor(rescale_factor=1 / 127.5, rescale_offset=True, do_normalize=False, include_top=False, do_center_crop=True),
    "vit": ViTImageProcessor(),
    "clip": CLIPImageProcessor(),
    "siglip": SiglipImageProcessor(),
}


def run(processor):
    out = processor(pixels, do_resize=False, **({"do_center_crop": False} if hasattr(processor, "do_center_crop") else {}), return_tensors="np", input_data_format="channels_last")
    return {"config": json.loads(processor.to_json_string()), "values": out["pixel_values"][0, :, :, 0].T.astype(float).tolist()}


json.dump({"pixels": VALUES, "processors": {name: run(p) for name, p in PROCESSORS.items()}}, sys.stdout, separators=(",", ":"))
