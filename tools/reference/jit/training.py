"""Golden numbers of what trainStep and the layers of @ltad/jit/nn do in training: optimisers, gradient accumulation, frozen parameters, batch norm, LSTM and GRU
by torch in float64, and the numbers of uniformFrom by numpy.

    python tools/reference/jit/training.py packages/jit/src/__fixtures__

Needs torch 2.9.1, numpy and safetensors.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from torch import nn

torch.set_default_dtype(torch.float64)
arrays, facts = {}, {"seed": 11, "versions": {"torch": torch.__version__, "numpy": np.__version__}, "losses": {}}


def keep(name, value):
    arrays[name] = np.ascontiguousarray(value.detach().numpy() if isinstance(value, torch.Tensor) else value).astype(np.float32)


def network():
    torch.manual_seed(11)
    return nn.Sequential(nn.Linear(5, 7), nn.Tanh(), nn.Linear(7, 3))


def as_float32(module):
    """What float32 holds exactly, so that both start from the same numbers."""
    for p in module.parameters():
        p.data = p.data.float().double()
    return module


generator = torch.Generator().manual_seed(12)
x = torch.randn(12, 5, generator=generator).float().double()
y = torch.randn(12, 3, generator=generator).float().double()
keep("x", x)
keep("y", y)
for name, p in as_float32(network()).named_parameters():
    keep(f"initial.{name}", p)


def train(name, make, parts=1, freeze=(), schedule=None):
    model = as_float32(network())
    for key, p in model.named_parameters():
        p.requires_grad_(not key.startswith(tuple(freeze)))
    optimizer = make([p for p in model.parameters() if p.requires_grad])
    scheduler = schedule and schedule(optimizer)
    losses, rates = [], []
    for _ in range(10):
        optimizer.zero_grad()
        total = 0
        for xs, ys in zip(x.chunk(parts), y.chunk(parts)):
            loss = ((model(xs) - ys) ** 2).mean() / parts
            loss.backward()
            total += loss.item()
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        losses.append(total)
        if scheduler:
            scheduler.step()
    facts["losses"][name] = losses
    if scheduler:
        facts.setdefault("rates", {})[name] = rates
    for key, p in model.named_parameters():
        keep(f"{name}.{key}", p)


train("sgd", lambda p: torch.optim.SGD(p, lr=0.1))
train("sgd_momentum", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, weight_decay=0.01))
train("sgd_nesterov", lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True))
train("adam", lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.02))
train("rmsprop", lambda p: torch.optim.RMSprop(p, lr=0.01))
train("rmsprop_all", lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.9, momentum=0.5, centered=True, weight_decay=0.01))
train("accumulated", lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=1e-4), parts=3)
train("frozen", lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=1e-4), freeze=("0.",))

# AdamW with learning-rate schedules
lr = torch.optim.lr_scheduler


def warm(optimizer):
    """From a quarter of the rate to the whole in four steps."""
    return lr.LinearLR(optimizer, start_factor=1 / 4, total_iters=3)


def adamw(p):
    return torch.optim.AdamW(p, lr=0.02, weight_decay=1e-4)


train("constant", adamw, schedule=warm)
train("cosine", adamw, schedule=lambda o: lr.SequentialLR(o, [warm(o), lr.CosineAnnealingLR(o, 6, eta_min=0.002)], [4]))
train("milestones", adamw, schedule=lambda o: lr.ChainedScheduler([warm(o), lr.MultiStepLR(o, [3, 7], 0.5)]))

# batch norm of NHWC maps
norm = as_float32(nn.BatchNorm2d(5))
norm.weight.data = torch.randn(5, generator=generator).float().double()
norm.bias.data = torch.randn(5, generator=generator).float().double()
keep("norm.weight", norm.weight)
keep("norm.bias", norm.bias)
for step in range(2):
    maps = torch.randn(4, 3, 2, 5, generator=generator).float().double().requires_grad_(True)
    upstream = torch.randn(4, 3, 2, 5, generator=generator).float().double()
    out = norm(maps.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
    norm.zero_grad()
    (out * upstream).sum().backward()
    for key, value in {"x": maps, "upstream": upstream, "y": out, "dx": maps.grad, "dweight": norm.weight.grad, "dbias": norm.bias.grad,
                       "mean": norm.running_mean, "var": norm.running_var}.items():
        keep(f"norm.{step}.{key}", value)
norm.eval()
keep("norm.eval", norm(maps.permute(0, 3, 1, 2)).permute(0, 2, 3, 1))

# LSTM and GRU along a sequence
for kind, cell in (("lstm", as_float32(nn.LSTMCell(4, 6))), ("gru", as_float32(nn.GRUCell(4, 6)))):
    xs = torch.randn(3, 5, 4, generator=generator).float().double().requires_grad_(True)
    upstream = torch.randn(3, 5, 6, generator=generator).float().double()
    state = (torch.zeros(3, 6), torch.zeros(3, 6)) if kind == "lstm" else torch.zeros(3, 6)
    outputs = []
    for i in range(5):
        state = cell(xs[:, i], state)
        outputs.append(state[0] if kind == "lstm" else state)
    out = torch.stack(outputs, 1)
    (out * upstream).sum().backward()
    for key, p in cell.named_parameters():
        keep(f"{kind}.{key}", p)
        keep(f"{kind}.d.{key}", p.grad)
    for key, value in {"x": xs, "upstream": upstream, "y": out, "dx": xs.grad}.items():
        keep(f"{kind}.{key}", value)
    if kind == "lstm":
        keep("lstm.c", state[1])

# uniformFrom
prime, rounds = 2039, ((1103, 17), (709, 5), (1999, 11), (331, 3))


def mix(a, b):
    for times, plus in rounds:
        a = (a + b * b % prime * times % prime + plus * b % prime + plus) % prime
        b = (b + a * a % prime * times % prime + plus * a % prime + plus) % prime
    return a, b


def uniform(size, seed, stream):
    place = np.arange(size)
    key = mix(np.array(seed % prime), np.array(seed // prime))
    key = mix(*((key[0] + stream) % prime, (key[1] + 7 * stream) % prime))
    a, b = mix(place % prime, place // prime)
    a, b = mix((a + key[0]) % prime, (b + key[1]) % prime)
    return (a * prime + b) / prime**2


for seed, stream in ((0, 0), (5, 0), (5, 3), (4157520, 1000)):
    keep(f"uniform.{seed}.{stream}", uniform(5000, seed, stream))

folder = Path(sys.argv[1])
save_file(arrays, folder / "training.safetensors")
(folder / "training.json").write_text(json.dumps(facts, indent=1) + "\n")
