import { bytesOf, LtadError, sizeOf, type WeightType } from "@ltad/core";
import { arrayLike, check, listOf, oneOf, string, whole as wholeRule } from "@ltad/core/check";
import { onnxType } from "./element-type.js";
import { largestHalf, toHalf } from "./half.js";

/** The fields of a TensorProto. */
export interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

/** The fields of a NodeProto. The attribute is the target type of a Cast. */
export interface Conversion {
  readonly opType: "Cast" | "Mul";
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly { readonly name: string; readonly type: 2; readonly i: number }[];
}

/** What a file stores instead of a weight, and the nodes that restore it under its name. A runtime evaluates them once, when it loads the file. */
export interface CompactWeight {
  readonly tensors: readonly Tensor[];
  readonly conversions: readonly Conversion[];
}

/** Smaller arrays stay float32. They would save little, and rounding harms the first layers of a convolutional network, which have few weights, most. */
const leastElements = 4096;

/** True for arrays that are worth storing in fewer bytes: those of rank 2 or more with 4,096 elements or more. Vectors are norms and biases. */
export function isCompactable(shape: readonly number[]): boolean {
  check("isCompactable", { shape }, { shape: listOf(wholeRule(0)) });
  return shape.length > 1 && sizeOf(shape) >= leastElements;
}

/**
 * Stores a float32 weight with two bytes a number (float16, rounded to half precision) or one (int8, whole numbers with a scale for each channel of
 * the axis that gives the smallest error).
 * @param name the name of the restored weight
 * @throws LtadError `LTAD_CONFIG` when the type cannot represent a number
 */
export function compactWeight(
  name: string,
  data: ArrayLike<number>,
  shape: readonly number[],
  type: Exclude<WeightType, "float32">,
): CompactWeight {
  check(
    "compactWeight",
    { name, data, shape, type },
    { name: string, data: arrayLike, shape: listOf(wholeRule(0), 1), type: oneOf(["float16", "int8"]) },
  );
  const cast = (from: string, to: string): Conversion => ({
    opType: "Cast",
    input: [from],
    output: [to],
    attribute: [{ name: "to", type: 2, i: onnxType.float32 }],
  });
  if (type === "float16") {
    const stored = { name: `${name}.float16`, dims: shape, dataType: 10, rawData: bytesOf(halves(name, data)) };
    return { tensors: [stored], conversions: [cast(stored.name, name)] };
  }
  const { axis, codes, scales } = bestQuantised(name, data, shape);
  const [stored, scale, whole] = [`${name}.int8`, `${name}.int8.scale`, `${name}.int8.whole`];
  return {
    tensors: [
      { name: stored, dims: shape, dataType: 3, rawData: bytesOf(codes) },
      { name: scale, dims: shape.map((n, i) => (i === axis ? n : 1)), dataType: onnxType.float32, rawData: bytesOf(scales) },
    ],
    conversions: [cast(stored, whole), { opType: "Mul", input: [whole, scale], output: [name], attribute: [] }],
  };
}

function halves(name: string, data: ArrayLike<number>): Uint16Array {
  for (let i = 0; i < data.length; i++)
    if (Math.abs(data[i]!) > largestHalf && Number.isFinite(data[i]))
      throw new LtadError(
        "LTAD_CONFIG",
        `weights: the constant ${name} contains ${data[i]}, but float16 ends at ${largestHalf}. Use float32 or int8.`,
      );
  return toHalf(data);
}

function bestQuantised(name: string, data: ArrayLike<number>, shape: readonly number[]) {
  const axes = [...shape.keys()].filter((axis) => shape[axis]! > 1);
  const ways = axes.map((axis) => ({ axis, ...quantised(name, data, shape, axis) }));
  return ways.reduce((best, way) => (way.error < best.error ? way : best));
}

/**
 * Quantises a weight to whole numbers from -limit to limit, with a scale for each channel.
 * @param axis the axis of the channels
 * @returns the codes in the order of `data`, the scale of each channel, and the sum of squared errors
 * @throws LtadError `LTAD_CONFIG` when a number is not finite
 */
export function quantised(name: string, data: ArrayLike<number>, shape: readonly number[], axis: number, limit = 127) {
  const channels = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const scales = new Float32Array(channels);
  for (let i = 0; i < data.length; i++) scales[channelOf(i)] = Math.max(scales[channelOf(i)]!, Math.abs(data[i]!));
  if (!scales.every(Number.isFinite))
    throw new LtadError(
      "LTAD_CONFIG",
      `weights: the constant ${name} contains numbers that are not finite, which int8 cannot represent. Use float32 or float16.`,
    );
  for (let c = 0; c < channels; c++) scales[c] = scales[c]! / limit || 1;
  const codes = new Int8Array(data.length);
  let error = 0;
  for (let i = 0; i < data.length; i++) {
    const scale = scales[channelOf(i)]!;
    codes[i] = Math.round(data[i]! / scale);
    error += (data[i]! - codes[i]! * scale) ** 2;
  }
  return { codes, scales, error };
}
