"""Text vectors of transformers' CLIP and of a sentence BERT with weights by formula, and a small CLIP tokenizer.

    python tools/reference/encoder/text.py packages/encoder/src/text/__fixtures__

torch 2.9.1, transformers 4.57.6, tokenizers 0.22.2, numpy 2.4.6. Computed in float64.
"""
import json
import os
import sys
import tempfile

import torch
from transformers import BertConfig, BertModel, CLIPConfig, CLIPModel, CLIPTokenizerFast
from transformers.models.clip.tokenization_clip import bytes_to_unicode

from formula import fill, uniforms

torch.set_default_dtype(torch.float64)
OUT = sys.argv[1]
TEXTS = ["a broken screw", "A  Broken   SCREW!", "the photo of a bottle", "naïve café №5", "", "screws, 2 of them"]


def tokenizer():
    letters = list(bytes_to_unicode().values())
    pairs = [("s", "c"), ("r", "e"), ("sc", "re"), ("scre", "w</w>"), ("b", "r"), ("br", "o"), ("k", "e"), ("t", "h"), ("th", "e</w>"), ("o", "f</w>")]
    vocab = letters + [f"{letter}</w>" for letter in letters] + [a + b for a, b in pairs] + ["<|startoftext|>", "<|endoftext|>"]
    with tempfile.TemporaryDirectory() as folder:
        with open(f"{folder}/vocab.json", "w") as f:
            json.dump({piece: i for i, piece in enumerate(vocab)}, f)
        with open(f"{folder}/merges.txt", "w") as f:
            f.write("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in pairs) + "\n")
        fast = CLIPTokenizerFast(f"{folder}/vocab.json", f"{folder}/merges.txt")
        fast.save_pretrained(folder)
        with open(f"{folder}/tokenizer.json") as f:
            written = json.load(f)
    with open(f"{OUT}/clip-tokenizer.json", "w") as f:
        json.dump(written, f, separators=(",", ":"))
    return fast, len(vocab)


def numbers(tensor):
    return {"shape": list(tensor.shape), "data": [float(f"{v:.8g}") for v in tensor.flatten().tolist()]}


def watched(model, embedding, run, size):
    """Text vectors, and the gradient of sum(vectors * upstream) to the word vectors."""
    kept = []
    hook = embedding.register_forward_hook(lambda _m, _i, output: (output.retain_grad(), kept.append(output))[1] and None)
    vectors = run()
    upstream = torch.from_numpy(uniforms("upstream", vectors.numel())).reshape(vectors.shape) - 0.5
    (vectors * upstream).sum().backward()
    hook.remove()
    return {"vectors": numbers(vectors.detach()), "upstream": numbers(upstream), "gradient": numbers(kept[0].grad)}


def unit(x):
    return x / x.norm(dim=-1, keepdim=True)


def shapes(model):
    return {name: list(value.shape) for name, value in model.state_dict().items()}


def clip():
    fast, size = tokenizer()
    config = CLIPConfig(
        text_config={"hidden_size": 24, "num_hidden_layers": 2, "num_attention_heads": 3, "intermediate_size": 40, "max_position_embeddings": 17,
                     "vocab_size": size, "eos_token_id": size - 1, "bos_token_id": size - 2},
        vision_config={"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8, "image_size": 8, "patch_size": 4},
        projection_dim=20,
    )
    model = fill(CLIPModel(config)).double()
    model.set_attn_implementation("eager")
    encoded = fast(TEXTS, padding=True, return_tensors="pt")
    ids, mask = encoded["input_ids"], encoded["attention_mask"]
    run = lambda: unit(model.get_text_features(input_ids=ids, attention_mask=mask))
    for parameter in model.parameters():
        parameter.requires_grad_(parameter is model.text_model.embeddings.token_embedding.weight)
    return {"config": config.to_dict(), "tensors": shapes(model), "texts": TEXTS, "ids": fast(TEXTS)["input_ids"], **watched(model, model.text_model.embeddings.token_embedding, run, 20)}


def sentence():
    config = BertConfig(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40, max_position_embeddings=12, vocab_size=305)
    model = fill(BertModel(config)).double()
    model.set_attn_implementation("eager")
    rows = [[6, 51, 182, 190, 7], [6, 168, 180, 170, 51, 184, 192, 7], [6, 196, 7], [6, 51, 7]]
    width = max(map(len, rows))
    ids = torch.tensor([row + [0] * (width - len(row)) for row in rows])
    mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in rows])
    for parameter in model.parameters():
        parameter.requires_grad_(parameter is model.embeddings.word_embeddings.weight)

    def run():
        hidden, weights = model(ids, attention_mask=mask).last_hidden_state, mask[..., None].double()
        return unit((hidden * weights).sum(1) / weights.sum(1))

    return {"config": {**config.to_dict(), "model_type": "bert"}, "tensors": shapes(model), "ids": rows, **watched(model, model.embeddings.word_embeddings, run, 24)}


for name, golden in (("clip", clip()), ("sentence-bert", sentence())):
    with open(os.path.join(OUT, f"{name}.json"), "w") as f:
        json.dump(golden, f, separators=(",", ":"))
