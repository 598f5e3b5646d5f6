import { foreignFile, LtadError } from "@ltad/core";
import { anything, bytes as bytesRule, check, recordOf, string } from "@ltad/core/check";
import protobuf from "protobufjs/light.js";
import type { OnnxModel } from "./messages.js";
import { withExactNumbers } from "./exact-numbers.js";
import { ModelWriter } from "./model-writer.js";
import { weightsError } from "./onnx-error.js";
import { packed, plain } from "./schema.js";

/**
 * Decodes an .onnx file. Weights are views of its bytes.
 * @param source what errors call the file
 * @throws LtadError `LTAD_WEIGHTS` when it is truncated, is not an ONNX file, or nests graphs deeper than protobuf allows (100 messages)
 */
export function decodeModel(bytes: Uint8Array, source: string): OnnxModel {
  check("readOnnx", { bytes, source }, { bytes: bytesRule, source: string });
  const foreign = foreignFile(bytes);
  if (foreign !== undefined) throw weightsError(source, foreign);
  const reader = protobuf.Reader.create(bytes);
  reader.discardUnknown = false;
  try {
    const message: object = plain.model.decode(withExactNumbers(reader));
    return message;
  } catch (error) {
    throw weightsError(source, `${(error as Error).message}. Export or copy it again`, error);
  }
}

/** Encodes a new .onnx file. @param model the fields of ModelProto in onnx.proto */
export function encodeModel(model: object): Uint8Array {
  check("encodeModel", { model }, { model: recordOf(anything) });
  const writer = new ModelWriter();
  packed.model.encode(model, writer);
  return writer.finish();
}

/**
 * Encodes a model that was read and may have been changed. Fields that were not changed are written as they were.
 * @throws LtadError `LTAD_WEIGHTS` when it is larger than an .onnx file can be
 */
export function encodeRead(model: OnnxModel, source: string): Uint8Array {
  const writer = new ModelWriter();
  plain.model.encode(model, writer);
  return finished(writer, source);
}

/** The largest protobuf file in bytes: protobuf counts them in 31 bits. */
export const largestFile = 2 ** 31 - 1;

/**
 * Assembles the file.
 * @throws LtadError `LTAD_WEIGHTS` when it is larger than an .onnx file can be
 */
export function finished(writer: ModelWriter, source: string): Uint8Array {
  if (writer.size <= largestFile) return writer.finish();
  throw new LtadError("LTAD_WEIGHTS", `${source}: ${writer.size} bytes are more than one ONNX file can hold. Use a smaller model.`);
}

/** Copies a message and changes some of its fields. All other fields are kept, including those that the schema does not know. */
export function changed<M extends object>(message: M, fields: Partial<M>): M {
  const copy: M = Object.create(Object.getPrototypeOf(message) as object | null, Object.getOwnPropertyDescriptors(message)) as M;
  return Object.assign(copy, fields);
}

/** Copies a message without some of its fields. */
export function without<M extends object>(message: M, ...fields: (string & keyof M)[]): M {
  const copy = changed(message, {});
  for (const field of fields) Reflect.deleteProperty(copy, field);
  return copy;
}
