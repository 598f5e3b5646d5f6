// The messages of an ONNX file, with the fields that this package uses, under their names in schema.ts. All other fields of a message are kept
// (see `changed` in codec.ts).

/** A 64-bit integer: a number if that is exact, and otherwise an object with all bits. */
export type Int64 = number | { readonly low: number; readonly high: number; toString(): string };

export interface OnnxModel {
  readonly graph?: OnnxGraph;
  readonly opsetImport?: readonly Opset[];
  readonly functions?: readonly { readonly node?: readonly OnnxNode[]; readonly attributeProto?: readonly OnnxAttribute[] }[];
  readonly trainingInfo?: readonly { readonly initialization?: OnnxGraph; readonly algorithm?: OnnxGraph }[];
}

/** The version of an operator set; the domain "" is ONNX's own. */
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
  /** AttributeProto.AttributeType in onnx.proto: FLOAT 1, INT 2, STRING 3, INTS 7 and others. */
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
  /** TensorProto.DataType in onnx.proto. */
  readonly dataType?: number;
  /** A view of the file. */
  readonly rawData?: Uint8Array;
  /** float32 numbers in a separate field, which older exporters use instead of `rawData`. */
  readonly floatData?: readonly Uint8Array[];
  readonly externalData?: readonly Entry[];
  /** 1 when the numbers are in another file. */
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
