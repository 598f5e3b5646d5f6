"""An ONNX model of two products by constant matrices, and what ONNX Runtime's own dynamic quantisation makes of it.

    python tools/reference/encoder/products_onnx.py packages/encoder/src/onnx/__fixtures__/products

onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6. tokens [B, 16, 48] (the image, reshaped) by A [48, 96], Relu, by F [96, 48]. F is read by a graph within
an If too, is stored as float_data, and holds multiples of 1/128, which a byte with a scale holds exactly.
"""
import json
import sys
import tempfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

from formula import image, uniforms

OUT = sys.argv[1]
a = (uniforms("A", 48 * 96).reshape(48, 96).astype(np.float32) - 0.5) * np.linspace(0.1, 1, 96, dtype=np.float32)
f = np.round((uniforms("F", 96 * 48).reshape(96, 48) - 0.5) * 254)
f[0] = 127
f = (f / 128).astype(np.float32)


def value(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


then = helper.make_graph(
    [helper.make_node("ReduceMean", ["F"], ["mean of F"], keepdims=0), helper.make_node("Add", ["product", "mean of F"], ["moved"])], "then", [], [value("moved", None)])
other = helper.make_graph([helper.make_node("Neg", ["product"], ["turned"])], "else", [], [value("turned", None)])
nodes = [
    helper.make_node("Reshape", ["image", "shape"], ["tokens"]),
    helper.make_node("MatMul", ["tokens", "A"], ["hidden"]),
    helper.make_node("Relu", ["hidden"], ["active"]),
    helper.make_node("MatMul", ["active", "F"], ["product"], name="second"),
    helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
    helper.make_node("Greater", ["mean", "zero"], ["above"]),
    helper.make_node("If", ["above"], ["features"], then_branch=then, else_branch=other),
]
weights = [
    numpy_helper.from_array(a, "A"), helper.make_tensor("F", TensorProto.FLOAT, f.shape, f.flatten().tolist()),
    numpy_helper.from_array(np.array([-1, 16, 48]), "shape"), numpy_helper.from_array(np.array(0, dtype=np.float32), "zero"),
]
graph = helper.make_graph(nodes, "products", [value("image", ["batch", 3, 16, 16])], [value("features", ["batch", 16, 48])], weights)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, f"{OUT}.onnx")

pixels = np.float32(image(16, 16) - 0.45).reshape(1, 16, 16, 3).transpose(0, 3, 1, 2)


def run(path):
    return onnxruntime.InferenceSession(path).run(None, {"image": pixels})[0]


with tempfile.TemporaryDirectory() as folder:  # a byte of 7 bits for A, by columns; F as it is
    quantised = f"{folder}/quantised.onnx"
    quantize_dynamic(f"{OUT}.onnx", quantised, per_channel=True, reduce_range=True, weight_type=QuantType.QInt8, nodes_to_exclude=["second"])
    assert {"DynamicQuantizeLinear", "MatMulInteger"} <= {node.op_type for node in onnx.load(quantised).graph.node}
    golden = {"float32": run(f"{OUT}.onnx"), "int8": run(quantised)}
with open(f"{OUT}.json", "w") as file:
    json.dump({name: [float(f"{v:.8g}") for v in x.flatten().tolist()] for name, x in golden.items()}, file, separators=(",", ":"))
