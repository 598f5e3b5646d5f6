import type { Tensor } from "./compact-weight.js";
import { ModelProto } from "./messages.js";

/** A model before it becomes bytes: fields of ModelProto. */
export interface ModelMessage {
  readonly graph: { readonly initializer: readonly Tensor[] } & Readonly<Record<string, unknown>>;
}

/** The bytes of an .onnx file. */
export function encodeModel(message: object): Uint8Array {
  return ModelProto.encode(ModelProto.fromObject(message)).finish();
}
