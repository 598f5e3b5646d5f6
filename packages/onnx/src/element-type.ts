/** TensorProto.DataType of onnx.proto for the types that our graphs use. */
export const onnxType = { float32: 1, int32: 6, int64: 7, bool: 9 } as const;
