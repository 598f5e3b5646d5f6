// The messages of an ONNX file as they are read and written: the fields that this package works with, under their names in schema.ts. A
// message has more fields than are named here; they pass through it (`changed` in codec.ts).

/** A whole number of 64 bits: a number where that is exact, else an object that keeps all bits. */
export type Int64 = number | { readonly low: number; readonly high: number; toString(): string };

export interface OnnxModel {
  readonly graph?: OnnxGraph;
  readonly opsetImport?: readonly Opset[];
  readonly functions?: readonly { readonly node?: readonly OnnxNode[]; readonly attributeProto?: readonly OnnxAttribute[] }[];
  readonly trainingInfo?: readonly { readonly initialization?: OnnxGraph; readonly algorithm?: OnnxGraph }[];
}

/** The version of a set of operators; "" is ONNX's own. */
export interface Opset {
  readonly domain?: string;
  readonly version?: Int64;
}

export interface OnnxGraph {
  readonly name?: string;
  readonly node?: readonly OnnxNode[];
  readonly initializer?: readonly OnnxTensor[];
  readonly sparseInitializer?: readonly SparseTensor[];
  readonly input?: readonly ValueInfo[];
  readonly output?: readonly ValueInfo[];
  readonly valueInfo?: readonly ValueInfo[];
  readonly quantizationAnnotation?: readonly { readonly tensorName?: string; readonly quantParameterTensorNames?: readonly Entry[] }[];
}

export interface OnnxNode {
  readonly opType?: string;
  /** "" for ONNX's own operators. */
  readonly domain?: string;
  readonly name?: string;
  readonly input?: readonly string[];
  readonly output?: readonly string[];
  readonly attribute?: readonly OnnxAttribute[];
}

export interface OnnxAttribute {
  readonly name?: string;
  /** AttributeProto.AttributeType of onnx.proto: FLOAT 1, INT 2, STRING 3, INTS 7 and others. */
  readonly type?: number;
  readonly i?: Int64;
  readonly ints?: readonly Int64[];
  readonly t?: OnnxTensor;
  readonly tensors?: readonly OnnxTensor[];
  readonly sparseTensor?: SparseTensor;
  readonly sparseTensors?: readonly SparseTensor[];
  readonly g?: OnnxGraph;
  readonly graphs?: readonly OnnxGraph[];
}

export interface OnnxTensor {
  readonly name?: string;
  readonly dims?: readonly Int64[];
  /** TensorProto.DataType of onnx.proto. */
  readonly dataType?: number;
  /** A view of the file. */
  readonly rawData?: Uint8Array;
  /** float32 numbers in a field of their own, which older exporters use in place of `rawData`. */
  readonly floatData?: readonly Uint8Array[];
  readonly externalData?: readonly Entry[];
  /** 1: the numbers lie in another file. */
  readonly dataLocation?: number;
}

export interface SparseTensor {
  readonly values?: OnnxTensor;
  readonly indices?: OnnxTensor;
}

export interface Entry {
  readonly key?: string;
  readonly value?: string;
}

/** The name of an input, an output or a value between nodes, and its type. */
export interface ValueInfo {
  readonly name?: string;
  readonly type?: {
    readonly tensorType?: {
      readonly elemType?: number;
      readonly shape?: { readonly dim?: readonly { readonly dimValue?: Int64; readonly dimParam?: string }[] };
    };
  };
}
