"""One training step of UniAD's transformer (7.6 M parameters, batch 8 x 196 tokens) in PyTorch, timed; the other side of bench/step.

torch 2.9.1 (pip install torch==2.9.1 numpy). Reads one line of JSON a request from stdin and answers with one: {"steps": n} -> {"ms": [..], "loss": x}.
On a processor that is not Intel's, MKL takes a slow path; `mkl_intel.c` beside this file, preloaded, forces the fast one. Report both.
"""
import json
import os
import sys
import time

import torch
import torch.nn.functional as F
from torch import nn

CHANNELS, WIDTH, HEADS, HIDDEN, LAYERS, SIDE, BATCH = 176, 256, 8, 1024, 4, 14, 8
TOKENS = SIDE * SIDE


class Attention(nn.Module):
    def __init__(self):
        super().__init__()
        self.in_proj_weight = nn.Parameter(torch.empty(3 * WIDTH, WIDTH))
        nn.init.xavier_uniform_(self.in_proj_weight)
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * WIDTH))
        self.out_proj = nn.Linear(WIDTH, WIDTH)

    def forward(self, query, key, value, mask):
        weights, biases = self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3)
        heads = [F.linear(x, w, b).unflatten(-1, (HEADS, -1)).transpose(1, 2) for x, w, b in zip((query, key, value), weights, biases)]
        out = F.scaled_dot_product_attention(*heads, attn_mask=mask)
        return self.out_proj(out.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, decoder):
        super().__init__()
        self.self_attn, self.multihead_attn = Attention(), Attention() if decoder else None
        self.learned_embed = nn.Parameter(torch.randn(TOKENS, WIDTH)) if decoder else None
        self.linear1, self.linear2 = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3 if decoder else 2))

    def feed(self, x):
        return self.linear2(F.relu(self.linear1(x)))

    def encode(self, x, position, mask):
        placed = x + position
        x = self.norms[0](x + self.self_attn(placed, placed, x, mask))
        return self.norms[1](x + self.feed(x))

    def decode(self, memory, before, position, mask):
        start = self.learned_embed.expand(BATCH, -1, -1)
        x = self.norms[0](start + self.self_attn(start + position, memory + position, memory, mask))
        x = self.norms[1](x + self.multihead_attn(x + position, before + position, before, mask))
        return self.norms[2](x + self.feed(x))


class UniAD(nn.Module):
    def __init__(self):
        super().__init__()
        self.input_proj, self.output_proj = nn.Linear(CHANNELS, WIDTH), nn.Linear(WIDTH, CHANNELS)
        self.row_embed, self.col_embed = nn.Parameter(torch.rand(SIDE, WIDTH // 2)), nn.Parameter(torch.rand(SIDE, WIDTH // 2))
        self.encoder = nn.ModuleList(Layer(False) for _ in range(LAYERS))
        self.decoder = nn.ModuleList(Layer(True) for _ in range(LAYERS))
        self.norm = nn.LayerNorm(WIDTH)
        y, x = torch.meshgrid(torch.arange(SIDE), torch.arange(SIDE), indexing="ij")
        y, x = y.flatten(), x.flatten()
        near = ((y[:, None] - y).abs() <= 3) & ((x[:, None] - x).abs() <= 3)
        self.register_buffer("mask", torch.zeros(TOKENS, TOKENS).masked_fill(near, float("-inf")))

    def forward(self, tokens):
        across = self.col_embed[None].expand(SIDE, -1, -1)
        down = self.row_embed[:, None].expand(-1, SIDE, -1)
        position = torch.cat([across, down], -1).flatten(0, 1)[None]
        memory = self.input_proj(tokens)
        for layer in self.encoder:
            memory = layer.encode(memory, position, self.mask)
        out = memory
        for layer in self.decoder:
            out = layer.decode(memory, out, position, self.mask)
        return self.output_proj(self.norm(out))


def main():
    torch.manual_seed(0)
    torch.set_num_threads(int(os.environ.get("THREADS", os.cpu_count())))
    model = UniAD()
    if os.environ.get("COMPILE"):
        model = torch.compile(model)
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4, weight_decay=1e-4, fused=True)
    x = torch.randn(BATCH, TOKENS, CHANNELS)

    def step():
        start = time.perf_counter()
        optimiser.zero_grad(set_to_none=True)
        loss = F.mse_loss(model(x), x)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 0.1)
        optimiser.step()
        return 1000 * (time.perf_counter() - start), loss.item()

    print(json.dumps({"torch": torch.__version__, "parameters": sum(p.numel() for p in model.parameters())}), flush=True)
    for line in sys.stdin:
        results = [step() for _ in range(json.loads(line)["steps"])]
        print(json.dumps({"ms": [ms for ms, _ in results], "loss": results[-1][1]}), flush=True)


if __name__ == "__main__":
    main()
