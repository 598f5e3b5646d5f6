import { float32, type FloatArray, sizeOf } from "@ltad/core";
import { check, having, string } from "@ltad/core/check";
import { onnxType } from "./element-type.js";
import { fromHalf } from "./half.js";
import { integer, type OnnxFile } from "./read-onnx.js";

const float16 = 10; // TensorProto.DataType

/** Finds a float32 constant of a graph by its name, even if the file stores it in half precision; undefined if there is none of this name. */
export function constantOf(file: Pick<OnnxFile, "model">, name: string): FloatArray | undefined {
  check("constantOf", { file, name }, { file: having("an ONNX file that was read", "model"), name: string });
  const tensors = file.model.graph.initializer ?? [];
  const found = tensors.find((tensor) => tensor.name === name) ?? tensors.find((tensor) => tensor.name === `${name}.float16`);
  if (!found?.rawData) return undefined;
  const shape = (found.dims ?? []).map(integer);
  const bytes = Uint8Array.from(found.rawData); // a copy is aligned
  if (found.dataType === onnxType.float32 && bytes.length === 4 * sizeOf(shape)) return float32(shape, new Float32Array(bytes.buffer));
  if (found.dataType === float16 && bytes.length === 2 * sizeOf(shape)) return float32(shape, fromHalf(new Uint16Array(bytes.buffer)));
  return undefined;
}
