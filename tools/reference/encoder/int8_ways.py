"""What int8 weights cost, by the operators that use them: milliseconds and drift of an encoder's graph in ONNX Runtime.

    ltad encoders export efficientnet-b0 --size 384 --out b0.onnx && python tools/reference/encoder/int8_ways.py b0.onnx

onnx 1.23.2, onnxruntime 1.32.0, numpy 2.4.6. Convolutions and products by constant matrices of 4,096 weights and more, a scale for each output channel.
Drift: |a - b| / |b| of all outputs together, on one photograph-like image (a sum of waves).
"""
import sys
import tempfile
import time

import numpy as np
import onnx
import onnxruntime as ort
from onnx import helper, numpy_helper

PATH = sys.argv[1]
ort.set_default_logger_severity(3)


def whole(w, axis, limit):
    other = tuple(i for i in range(w.ndim) if i != axis)
    scale = np.maximum(np.abs(w).max(other, keepdims=True) / limit, 1e-30)
    return np.rint(w / scale).astype(np.int8), scale.astype(np.float32)


def dynamic(node, op, w, scale, n, broadcast, out):
    """y = (codes of x) * (codes of w), an integer operator, then the two scales."""
    x, y = node.input[0], node.output[0]
    product = helper.make_node(op, [f"{x}.q{n}", w, f"{x}.z{n}"], [f"{y}.i"])
    product.attribute.extend(node.attribute)
    weight(out, scale.reshape(broadcast), f"{w}.s")
    nodes = [
        helper.make_node("DynamicQuantizeLinear", [x], [f"{x}.q{n}", f"{x}.s{n}", f"{x}.z{n}"]), product, helper.make_node("Cast", [f"{y}.i"], [f"{y}.f"], to=1),
        helper.make_node("Mul", [f"{x}.s{n}", f"{w}.s"], [f"{y}.s"]), helper.make_node("Mul", [f"{y}.f", f"{y}.s"], [f"{y}.p" if len(node.input) > 2 else y]),
    ]
    if len(node.input) > 2:
        nodes += [helper.make_node("Reshape", [node.input[2], "channels"], [f"{y}.b"]), helper.make_node("Add", [f"{y}.p", f"{y}.b"], [y])]
    return nodes


def weight(graph, array, name):
    graph.initializer.append(numpy_helper.from_array(array, name))


def rewritten(model, way, limit):
    out = onnx.ModelProto()
    out.CopyFrom(model)
    graph = out.graph
    weights = {i.name: i for i in graph.initializer}
    nodes = []
    weight(graph, np.array([1, -1, 1, 1]), "channels")
    for n, node in enumerate(model.graph.node):
        source = weights.get(node.input[1]) if node.op_type in ("Conv", "MatMul") else None
        if source is None or np.prod(source.dims) < 4096:
            nodes.append(node)
            continue
        axis = 0 if node.op_type == "Conv" else 1
        codes, scale = whole(numpy_helper.to_array(source), axis, limit)
        name = f"w{n}"
        weight(graph, codes, name)
        if way == "integer":
            op, broadcast = ("ConvInteger", [1, -1, 1, 1]) if node.op_type == "Conv" else ("MatMulInteger", [-1])
            nodes += dynamic(node, op, name, scale, n, broadcast, graph)
            continue
        if way == "dequantize":
            weight(graph, scale.reshape(-1), f"{name}.s")
            nodes.append(helper.make_node("DequantizeLinear", [name, f"{name}.s"], [f"{name}.d"], axis=axis))
        else:
            weight(graph, scale, f"{name}.s")
            nodes += [helper.make_node("Cast", [name], [f"{name}.f"], to=1), helper.make_node("Mul", [f"{name}.f", f"{name}.s"], [f"{name}.d"])]
        used = onnx.NodeProto()
        used.CopyFrom(node)
        used.input[1] = f"{name}.d"
        nodes.append(used)
    del graph.node[:]
    graph.node.extend(nodes)
    return out


def session(model):
    return ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


with tempfile.TemporaryDirectory() as folder:  # transposed weights and the like as constants of their own
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = f"{folder}/basic.onnx"
    entry = ort.InferenceSession(PATH, options, providers=["CPUExecutionProvider"]).get_inputs()[0]
    basic = onnx.load(options.optimized_model_filepath)
shape = [n if isinstance(n, int) else 1 for n in entry.shape]
where = np.indices(shape).astype(np.float32)
image = (0.5 + 0.2 * np.sin(where[1] / 5) * np.cos(where[2] / 17) + 0.2 * np.sin(where[3] + (where[1] + where[2]) / 40)).astype(np.float32)
ways = {
    "float32": basic, "integer operators, 8 bits": rewritten(basic, "integer", 127), "integer operators, 7 bits": rewritten(basic, "integer", 64),
    "DequantizeLinear": rewritten(basic, "dequantize", 127), "Cast and Mul": rewritten(basic, "fold", 127),
}
sessions = {name: session(model) for name, model in ways.items()}
results = {name: np.concatenate([y.ravel() for y in s.run(None, {entry.name: image})]) for name, s in sessions.items()}
times = dict.fromkeys(sessions, np.inf)
for _ in range(20):
    for name, s in sessions.items():
        time.sleep(0.1)  # the threads of the session before go on spinning after its run
        start = time.perf_counter()
        s.run(None, {entry.name: image})
        times[name] = min(times[name], 1000 * (time.perf_counter() - start))
truth = results["float32"]
print("| way | ms | drift |\n| --- | --- | --- |")
for name in sessions:
    print(f"| {name} | {times[name]:.1f} | {np.linalg.norm(results[name] - truth) / np.linalg.norm(truth):.1e} |")
