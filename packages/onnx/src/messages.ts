import protobuf from "protobufjs/light.js";

// The messages of onnx.proto (onnx/onnx, Apache-2.0) that a graph of ours needs, with their field numbers.

const field = (type: string, id: number) => ({ type, id });
const list = (type: string, id: number) => ({ rule: "repeated", type, id });

const root = protobuf.Root.fromJSON({
  nested: {
    onnx: {
      nested: {
        ModelProto: {
          fields: {
            irVersion: field("int64", 1),
            producerName: field("string", 2),
            graph: field("GraphProto", 7),
            opsetImport: list("OperatorSetIdProto", 8),
          },
        },
        OperatorSetIdProto: { fields: { domain: field("string", 1), version: field("int64", 2) } },
        GraphProto: {
          fields: {
            node: list("NodeProto", 1),
            name: field("string", 2),
            initializer: list("TensorProto", 5),
            input: list("ValueInfoProto", 11),
            output: list("ValueInfoProto", 12),
          },
        },
        NodeProto: {
          fields: {
            input: list("string", 1),
            output: list("string", 2),
            name: field("string", 3),
            opType: field("string", 4),
            attribute: list("AttributeProto", 5),
          },
        },
        AttributeProto: {
          fields: {
            name: field("string", 1),
            f: field("float", 2),
            i: field("int64", 3),
            s: field("bytes", 4),
            ints: list("int64", 8),
            type: field("int32", 20),
          },
        },
        TensorProto: {
          fields: {
            dims: list("int64", 1),
            dataType: field("int32", 2),
            name: field("string", 8),
            rawData: field("bytes", 9),
            externalData: list("StringStringEntryProto", 13),
            dataLocation: field("int32", 14),
          },
        },
        StringStringEntryProto: { fields: { key: field("string", 1), value: field("string", 2) } },
        ValueInfoProto: { fields: { name: field("string", 1), type: field("TypeProto", 2) } },
        TypeProto: { fields: { tensorType: field("TensorTypeProto", 1) } },
        TensorTypeProto: { fields: { elemType: field("int32", 1), shape: field("TensorShapeProto", 2) } },
        TensorShapeProto: { fields: { dim: list("DimensionProto", 1) } },
        DimensionProto: { fields: { dimValue: field("int64", 1), dimParam: field("string", 2) } },
      },
    },
  },
});

/** The message that an .onnx file holds. */
export const ModelProto = root.lookupType("onnx.ModelProto");
