"""Images per second of timm's tf_efficientnet_b0 stages with a torch data loader, from files to float32 features on disk; for bench/encode.

    python tools/reference/encoder/encode_speed.py SIZE FILE...

torch 2.9.1, torchvision 0.24.1, timm 1.0.31, Pillow 12. Random weights: the speed is that of trained ones.
"""
import json
import os
import sys
import tempfile
import time

import numpy as np
import timm
import torch
from PIL import Image

SIZE, FILES = int(sys.argv[1]), sys.argv[2:]
MEAN, STD = np.array([0.485, 0.456, 0.406], np.float32), np.array([0.229, 0.224, 0.225], np.float32)


class Images(torch.utils.data.Dataset):
    def __len__(self):
        return len(FILES)

    def __getitem__(self, index):
        with Image.open(FILES[index]) as image:
            pixels = np.asarray(image.convert("RGB").resize((SIZE, SIZE), Image.BILINEAR), np.float32) / 255
        return torch.from_numpy(((pixels - MEAN) / STD).transpose(2, 0, 1).copy())


@torch.inference_mode()
def main():
    model = timm.create_model("tf_efficientnet_b0", features_only=True, out_indices=(1, 2, 3, 4)).eval()
    model(torch.zeros(1, 3, SIZE, SIZE))
    loader = torch.utils.data.DataLoader(Images(), batch_size=1, num_workers=1)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        for index, image in enumerate(loader):
            maps = model(image)
            grid = torch.cat([torch.nn.functional.adaptive_avg_pool2d(x, SIZE // 16) for x in maps], 1)
            np.save(os.path.join(folder, str(index)), grid.numpy())
        seconds = time.perf_counter() - start
    print(json.dumps({"images_per_second": len(FILES) / seconds}))


main()
