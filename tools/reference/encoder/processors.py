"""What transformers' image processors and timm's evaluation transforms make of one image of 61 x 47 pixels: resizing, cropping, normalising.

    python tools/reference/encoder/processors.py > packages/encoder/src/image/__fixtures__/processors.json

transformers 4.57.6, timm 1.0.31, torchvision 0.24.1, Pillow 13.0.0. Every 7th number of [3, 24, 24].
"""
import json
import sys

from PIL import Image
from timm.data import create_transform, resolve_data_config
from transformers import BitImageProcessor, CLIPImageProcessor, DeiTImageProcessor, EfficientNetImageProcessor, SiglipImageProcessor, ViTImageProcessor

image = Image.open("packages/data/src/__fixtures__/resize/input.png").convert("RGB")
SIDE = {"height": 24, "width": 24}
TRANSFORMERS = {
    "clip": CLIPImageProcessor(size={"shortest_edge": 26}, crop_size=SIDE),
    "clip, enlarged": CLIPImageProcessor(size={"shortest_edge": 60}, crop_size=SIDE),
    "dinov2": BitImageProcessor(size={"shortest_edge": 31}, crop_size=SIDE, image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225]),
    "vit": ViTImageProcessor(size=SIDE),
    "deit, lanczos": DeiTImageProcessor(size={"height": 29, "width": 29}, crop_size=SIDE, resample=Image.Resampling.LANCZOS),
    "siglip": SiglipImageProcessor(size=SIDE),
    "efficientnet": EfficientNetImageProcessor(size=SIDE, image_mean=[0.485, 0.456, 0.406], image_std=[0.47853944, 0.4732864, 0.47434163]),
    "align": EfficientNetImageProcessor(size={"height": 35, "width": 35}, crop_size=SIDE, resample=Image.Resampling.BILINEAR, rescale_factor=1 / 127.5,
                                        rescale_offset=True, do_normalize=False, include_top=False, do_center_crop=True),
}
IMAGENET = {"input_size": [3, 24, 24], "mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
TIMM = {
    "bicubic": {**IMAGENET, "interpolation": "bicubic", "crop_pct": 0.875, "crop_mode": "center"},
    "bilinear": {**IMAGENET, "interpolation": "bilinear", "crop_pct": 0.7, "crop_mode": "center"},
    "squash": {**IMAGENET, "interpolation": "bicubic", "crop_pct": 0.75, "crop_mode": "squash"},
}


def numbers(pixels):
    assert pixels.shape == (3, 24, 24)
    return [float(f"{v:.7g}") for v in pixels.reshape(-1)[::7].tolist()]


json.dump({
    "transformers": {name: {"config": json.loads(p.to_json_string()), "values": numbers(p(image, return_tensors="np")["pixel_values"][0])} for name, p in TRANSFORMERS.items()},
    "timm": {name: {"config": c, "values": numbers(create_transform(**resolve_data_config(pretrained_cfg=c))(image))} for name, c in TIMM.items()},
}, sys.stdout, separators=(",", ":"))
