import type { Tensor } from "./compact-weight.js";
import { type Field, fieldsOf, lengthField, newField, numberField, readVarint, textField, textOf } from "./wire.js";

// TensorProto of onnx.proto (onnx/onnx, Apache-2.0): dims 1, data_type 2, float_data 4, name 8, raw_data 9.
const numbers = { dims: 1, type: 2, floats: 4, name: 8, raw: 9 };
const float32 = 1;

/** A weight of an ONNX file. */
export interface OnnxWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** A float32 initializer; undefined for one of another type. */
export function readWeight({ content }: Field): OnnxWeight | undefined {
  const fields = fieldsOf(content);
  const all = (number: number) => fields.filter((field) => field.number === number);
  const [type, name] = [all(numbers.type)[0], all(numbers.name)[0]];
  if (!type || readVarint(type.content, 0).value !== float32) return undefined;
  const bytes = Buffer.concat([...all(numbers.raw), ...all(numbers.floats)].map((field) => field.content)); // one of the two is there
  return {
    name: name ? textOf(name) : "",
    shape: all(numbers.dims).flatMap((field) => varints(field.content)), // packed into one field, or a field each
    data: new Float32Array(new Uint8Array(bytes).buffer),
  };
}

function varints(bytes: Uint8Array): number[] {
  const values: number[] = [];
  for (let at = 0; at < bytes.length;) {
    const { value, end } = readVarint(bytes, at);
    values.push(value);
    at = end;
  }
  return values;
}

/** A tensor as a field of this number of a graph. */
export function tensorField(number: number, { name, dims, dataType, rawData }: Tensor): Field {
  return newField(number, [
    ...dims.flatMap((n) => numberField(numbers.dims, n)),
    ...numberField(numbers.type, dataType),
    ...textField(numbers.name, name),
    ...lengthField(numbers.raw, [rawData]),
  ]);
}
