"""An ONNX model in which every field of every message of onnx.proto is set, written by ONNX's own package.

    python tools/reference/onnx/every_field.py packages/onnx/src/__fixtures__/every-field.onnx

onnx 1.23.2. Of the fields that exclude each other (oneof), each has a `value_info` or a dimension of its own. The model means nothing.
"""
import sys

import onnx
from google.protobuf.descriptor import FieldDescriptor as F

VALUES = {
    F.TYPE_STRING: ["name", "Größe/名"],
    F.TYPE_BYTES: [b"\x00\xff\xfe", b"two"],
    F.TYPE_FLOAT: [-0.1, 3.0e38],
    F.TYPE_DOUBLE: [1 / 3, -0.0],
    F.TYPE_INT64: [-(2**63), 2**63 - 1],
    F.TYPE_UINT64: [2**64 - 1, 1],
    F.TYPE_INT32: [-(2**31), 7],
    F.TYPE_ENUM: [1, 1],
}


def fill(message, path):
    """Sets all fields; a message is not repeated within itself, except for a graph, once."""
    for field in message.DESCRIPTOR.fields:
        fill_field(message, field, path)


def fill_field(message, field, path):
    if field.type != F.TYPE_MESSAGE:
        if field.is_repeated:
            getattr(message, field.name).extend(VALUES[field.type])
        else:
            setattr(message, field.name, VALUES[field.type][len(path) % 2])
        return
    if path.count(field.message_type.name) >= (2 if field.message_type.name == "GraphProto" else 1):
        return
    inner = path + [field.message_type.name]
    if not field.is_repeated:
        getattr(message, field.name).SetInParent()
        fill(getattr(message, field.name), inner)
        return
    for _ in range(2 if field.name in ("input", "dim", "external_data") else 1):
        fill(getattr(message, field.name).add(), inner)


def fill_choices(message, path, more):
    """One more message for each of the fields that exclude each other."""
    for oneof in message.DESCRIPTOR.oneofs:
        for field in oneof.fields:
            fill_field(more(), field, path)


if __name__ == "__main__":
    model = onnx.ModelProto()
    fill(model, ["ModelProto"])
    fill_choices(onnx.TypeProto(), ["ValueInfoProto"], lambda: model.graph.value_info.add().type)
    shape = model.graph.value_info.add().type.tensor_type.shape
    fill_choices(onnx.TensorShapeProto.Dimension(), [], shape.dim.add)
    with open(sys.argv[1], "wb") as file:
        file.write(model.SerializeToString(deterministic=True))
