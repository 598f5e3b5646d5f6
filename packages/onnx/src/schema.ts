import protobuf from "protobufjs/light.js";

// Every message of onnx.proto (onnx/onnx 1.23, IR version 14; Apache-2.0) with its field numbers. Fields that a later version adds are kept,
// because codec.ts tells protobufjs not to discard them.

type Fields = Readonly<Record<string, readonly [type: string, id: number] | readonly [type: string, id: number, "list"]>>;

const metadata = (id: number) => ["StringStringEntryProto", id, "list"] as const;
const doc = (id: number) => ["string", id] as const;

const messages: Readonly<Record<string, Fields>> = {
  ModelProto: {
    irVersion: ["int64", 1],
    producerName: ["string", 2],
    producerVersion: ["string", 3],
    domain: ["string", 4],
    modelVersion: ["int64", 5],
    docString: doc(6),
    graph: ["GraphProto", 7],
    opsetImport: ["OperatorSetIdProto", 8, "list"],
    metadataProps: metadata(14),
    trainingInfo: ["TrainingInfoProto", 20, "list"],
    functions: ["FunctionProto", 25, "list"],
    configuration: ["DeviceConfigurationProto", 26, "list"],
  },
  OperatorSetIdProto: { domain: ["string", 1], version: ["int64", 2] },
  StringStringEntryProto: { key: ["string", 1], value: ["string", 2] },
  GraphProto: {
    node: ["NodeProto", 1, "list"],
    name: ["string", 2],
    initializer: ["TensorProto", 5, "list"],
    docString: doc(10),
    input: ["ValueInfoProto", 11, "list"],
    output: ["ValueInfoProto", 12, "list"],
    valueInfo: ["ValueInfoProto", 13, "list"],
    quantizationAnnotation: ["TensorAnnotation", 14, "list"],
    sparseInitializer: ["SparseTensorProto", 15, "list"],
    metadataProps: metadata(16),
  },
  NodeProto: {
    input: ["string", 1, "list"],
    output: ["string", 2, "list"],
    name: ["string", 3],
    opType: ["string", 4],
    attribute: ["AttributeProto", 5, "list"],
    docString: doc(6),
    domain: ["string", 7],
    overload: ["string", 8],
    metadataProps: metadata(9),
    deviceConfigurations: ["NodeDeviceConfigurationProto", 10, "list"],
  },
  AttributeProto: {
    name: ["string", 1],
    f: ["float", 2],
    i: ["int64", 3],
    s: ["bytes", 4],
    t: ["TensorProto", 5],
    g: ["GraphProto", 6],
    floats: ["float", 7, "list"],
    ints: ["int64", 8, "list"],
    strings: ["bytes", 9, "list"],
    tensors: ["TensorProto", 10, "list"],
    graphs: ["GraphProto", 11, "list"],
    docString: doc(13),
    tp: ["TypeProto", 14],
    typeProtos: ["TypeProto", 15, "list"],
    type: ["int32", 20],
    refAttrName: ["string", 21],
    sparseTensor: ["SparseTensorProto", 22],
    sparseTensors: ["SparseTensorProto", 23, "list"],
  },
  // The packed numbers of `*Data` are read as bytes, which are views of the file, one for each packed run.
  TensorProto: {
    dims: ["int64", 1, "list"],
    dataType: ["int32", 2],
    segment: ["Segment", 3],
    floatData: ["bytes", 4, "list"],
    int32Data: ["bytes", 5, "list"],
    stringData: ["bytes", 6, "list"],
    int64Data: ["bytes", 7, "list"],
    name: ["string", 8],
    rawData: ["bytes", 9],
    doubleData: ["bytes", 10, "list"],
    uint64Data: ["bytes", 11, "list"],
    docString: doc(12),
    externalData: ["StringStringEntryProto", 13, "list"],
    dataLocation: ["int32", 14],
    metadataProps: metadata(16),
  },
  Segment: { begin: ["int64", 1], end: ["int64", 2] },
  SparseTensorProto: { values: ["TensorProto", 1], indices: ["TensorProto", 2], dims: ["int64", 3, "list"] },
  TensorAnnotation: { tensorName: ["string", 1], quantParameterTensorNames: ["StringStringEntryProto", 2, "list"] },
  ValueInfoProto: { name: ["string", 1], type: ["TypeProto", 2], docString: doc(3), metadataProps: metadata(4) },
  TypeProto: {
    tensorType: ["TensorTypeProto", 1],
    sequenceType: ["ElementTypeProto", 4],
    mapType: ["MapTypeProto", 5],
    denotation: ["string", 6],
    opaqueType: ["OpaqueTypeProto", 7],
    sparseTensorType: ["TensorTypeProto", 8],
    optionalType: ["ElementTypeProto", 9],
  },
  TensorTypeProto: { elemType: ["int32", 1], shape: ["TensorShapeProto", 2] },
  ElementTypeProto: { elemType: ["TypeProto", 1] },
  MapTypeProto: { keyType: ["int32", 1], valueType: ["TypeProto", 2] },
  OpaqueTypeProto: { domain: ["string", 1], name: ["string", 2] },
  TensorShapeProto: { dim: ["DimensionProto", 1, "list"] },
  DimensionProto: { dimValue: ["int64", 1], dimParam: ["string", 2], denotation: ["string", 3] },
  FunctionProto: {
    name: ["string", 1],
    input: ["string", 4, "list"],
    output: ["string", 5, "list"],
    attribute: ["string", 6, "list"],
    node: ["NodeProto", 7, "list"],
    docString: doc(8),
    opsetImport: ["OperatorSetIdProto", 9, "list"],
    domain: ["string", 10],
    attributeProto: ["AttributeProto", 11, "list"],
    valueInfo: ["ValueInfoProto", 12, "list"],
    overload: ["string", 13],
    metadataProps: metadata(14),
  },
  TrainingInfoProto: {
    initialization: ["GraphProto", 1],
    algorithm: ["GraphProto", 2],
    initializationBinding: metadata(3),
    updateBinding: metadata(4),
  },
  DeviceConfigurationProto: { name: ["string", 1], numDevices: ["int32", 2], device: ["string", 3, "list"] },
  NodeDeviceConfigurationProto: {
    configurationId: ["string", 1],
    shardingSpec: ["ShardingSpecProto", 2, "list"],
    pipelineStage: ["int32", 3],
  },
  ShardingSpecProto: {
    tensorName: ["string", 1],
    device: ["int64", 2, "list"],
    indexToDeviceGroupMap: ["IntIntListEntryProto", 3, "list"],
    shardedDim: ["ShardedDimProto", 4, "list"],
  },
  IntIntListEntryProto: { key: ["int64", 1], value: ["int64", 2, "list"] },
  ShardedDimProto: { axis: ["int64", 1], simpleSharding: ["SimpleShardedDimProto", 2, "list"] },
  SimpleShardedDimProto: { dimValue: ["int64", 1], dimParam: ["string", 2], numShards: ["int64", 3] },
};

// Text that is not UTF-8 is refused, because it could not be written back unchanged.
const features = { utf8_validation: "VERIFY" };

function typesOf(edition: "proto2" | "proto3") {
  const fieldOf = ([type, id, list]: Fields[string]) => ({ type, id, ...(list && { rule: "repeated" }) });
  const typeOf = (fields: Fields) => ({
    edition,
    options: { features },
    fields: Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, fieldOf(field)])),
  });
  const nested = Object.fromEntries(Object.entries(messages).map(([name, fields]) => [name, typeOf(fields)]));
  const root = protobuf.Root.fromJSON({ nested });
  return { model: root.lookupType("ModelProto"), graph: root.lookupType("GraphProto") };
}

/** Messages as ONNX's own tools write them: every field that is set, and each number of a list in a separate field. */
export const plain = typesOf("proto2");
/** The same messages as new files contain them: the numbers of a list in one field, and no field that is 0 or empty. */
export const packed = typesOf("proto3");
