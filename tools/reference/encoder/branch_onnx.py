"""A convolutional ONNX model whose output goes through an If with graphs of its own, which use a value from outside.

    python tools/reference/encoder/branch_onnx.py packages/encoder/src/onnx/__fixtures__/branch.onnx

onnx 1.23.2. Output [B, 3, 2, 2] = 4 x 4 means of the input, times 10 when the first mean of all is above 0, else times -1.
"""
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def branch(name, factor):
    scale = numpy_helper.from_array(np.array(factor, dtype=np.float32), "factor")
    result = helper.make_tensor_value_info("scaled", TensorProto.FLOAT, None)
    return helper.make_graph([helper.make_node("Mul", ["pooled", "factor"], ["scaled"])], name, [], [result], [scale])


nodes = [
    helper.make_node("AveragePool", ["image"], ["pooled"], kernel_shape=[4, 4], strides=[4, 4]),
    helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
    helper.make_node("Greater", ["mean", "zero"], ["above"]),
    helper.make_node("If", ["above"], ["features"], then_branch=branch("then", 10), else_branch=branch("else", -1)),
]
graph = helper.make_graph(
    nodes, "branching",
    [helper.make_tensor_value_info("image", TensorProto.FLOAT, ["batch", 3, "height", "width"])],
    [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 3, "h", "w"])],
    [numpy_helper.from_array(np.array(0, dtype=np.float32), "zero")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
onnx.checker.check_model(model)
onnx.save(model, sys.argv[1])

# The same kind of model with weights in a file beside it, as torch's exporter writes them.
kernel = numpy_helper.from_array(np.linspace(-1, 1, 5 * 3 * 4 * 4, dtype=np.float32).reshape(5, 3, 4, 4), "kernel")
conv = helper.make_graph(
    [helper.make_node("Conv", ["image", "kernel"], ["features"], strides=[4, 4])], "external", graph.input,
    [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["batch", 5, "h", "w"])], [kernel],
)
model = helper.make_model(conv, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
path = sys.argv[1].replace("branch.onnx", "external.onnx")
onnx.save(model, path, save_as_external_data=True, location="external.onnx.data", size_threshold=0)
