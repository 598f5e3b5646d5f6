"""The step of bench/step and an EfficientNet-B0 of 384 x 384 images in PyTorch on the card: milliseconds and memory.

    python tools/gpu/torch_cuda.py [cuda | cpu]

torch 2.9.1 and, for the encoder, timm 1.0.31. Random weights: the speed is that of trained ones.
"""
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

sys.path.insert(0, str(Path(__file__).parents[1] / "reference/step"))
from uniad_step import BATCH, CHANNELS, TOKENS, UniAD  # noqa: E402

device = sys.argv[1] if len(sys.argv) > 1 else "cuda"
if device == "cuda" and not torch.cuda.is_available():
    sys.exit(f"torch {torch.__version__} finds no CUDA device (it was built for CUDA {torch.version.cuda})")
rounds = 30 if device == "cuda" else 3


def median(run):
    times = []
    for _ in range(rounds + 3):
        start = time.perf_counter()
        run()
        if device == "cuda":
            torch.cuda.synchronize()
        times.append(1000 * (time.perf_counter() - start))
    return sorted(times[3:])[rounds // 2]


def step_time():
    torch.manual_seed(0)
    model = UniAD().to(device)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-4, fused=True)
    x = torch.randn(BATCH, TOKENS, CHANNELS, device=device)

    def step():
        optimiser.zero_grad(set_to_none=True)
        F.mse_loss(model(x), x).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimiser.step()

    return median(step)


def encoder_time():
    import timm

    model = timm.create_model("tf_efficientnet_b0", features_only=True, out_indices=(1, 2, 3, 4)).eval().to(device)
    image = torch.randn(1, 3, 384, 384, device=device)
    with torch.inference_mode():
        return median(lambda: model(image))


print(f"torch {torch.__version__} on {torch.cuda.get_device_name(0) if device == 'cuda' else 'cpu'}")
print(f"step: median of {rounds} {step_time():.2f} ms")
try:
    print(f"encoder, one image of 384 x 384: median of {rounds} {encoder_time():.2f} ms")
except ImportError:
    print("encoder: left out, because this Python has no timm")
if device == "cuda":
    print(f"largest memory on the card: {torch.cuda.max_memory_allocated() / 2**30:.2f} GiB")
