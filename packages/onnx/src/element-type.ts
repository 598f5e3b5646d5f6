/** The numbers of element types, TensorProto.DataType in onnx.proto, for the types that graphs of LTAD use. */
export const onnxType = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
