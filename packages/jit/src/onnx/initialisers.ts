import { LtadError } from "@ltad/core";
import { onnxType } from "../graph/emit.js";
import type { Elements, Graph, GraphType, Node, Value } from "../graph/graph.js";
import { sizeOf } from "../graph/shape.js";
import { largestHalf, toHalf } from "./half.js";

/** How the weights are stored in a file: as they are, or in two bytes or one, to be converted when the file is loaded or run. */
export type WeightType = "float32" | "float16" | "int8";

/** Fields of a TensorProto. */
export interface Tensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}

/** Fields of a NodeProto without attributes, and an axis. */
export interface Conversion {
  readonly opType: "Cast" | "DequantizeLinear";
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly { name: string; type: 2; i: number }[];
}

/** TensorProto.DataType */
const [float16, int8] = [10, 3];
/** Smaller constants are kept as they are: they are norms and numbers of the computation, and save nothing. */
const leastElements = 1024;

/** The constants that are used, each name once, and the nodes that make float32 of those that are stored otherwise. */
export function encodeInitialisers(
  graph: Graph,
  nodes: readonly Node[],
  outputs: Readonly<Record<string, Value>>,
  names: ReadonlyMap<Value, string>,
  weights: WeightType,
): { tensors: Tensor[]; conversions: Conversion[] } {
  const used = new Set<Value | undefined>([...nodes.flatMap((n) => n.inputs), ...Object.values(outputs)]);
  const written = new Set<string>();
  const tensors: Tensor[] = [];
  const conversions: Conversion[] = [];
  for (const [value, data] of graph.constants) {
    const name = names.get(value) as string;
    if (!used.has(value) || written.has(name)) continue;
    written.add(name);
    const isWeight = value.dtype === "float32" && sizeOf(value.stored) >= leastElements;
    if (isWeight && weights === "float16") {
      tensors.push({ name: `${name}.float16`, dims: value.stored, dataType: float16, rawData: bytesOf(halves(name, data)) });
      conversions.push({
        opType: "Cast",
        input: [`${name}.float16`],
        output: [name],
        attribute: [{ name: "to", type: 2, i: onnxType.float32 }],
      });
    } else if (isWeight && weights === "int8" && value.stored.length > 1) {
      const { axis, codes, scales } = quantise(name, data, value.stored);
      tensors.push(
        { name: `${name}.int8`, dims: value.stored, dataType: int8, rawData: bytesOf(codes) },
        { name: `${name}.scale`, dims: [scales.length], dataType: onnxType.float32, rawData: bytesOf(scales) },
      );
      const input = [`${name}.int8`, `${name}.scale`];
      conversions.push({ opType: "DequantizeLinear", input, output: [name], attribute: [{ name: "axis", type: 2, i: axis }] });
    } else tensors.push({ name, dims: value.stored, dataType: onnxType[value.dtype], rawData: encodeElements(value.dtype, data) });
  }
  return { tensors, conversions };
}

function halves(name: string, data: Elements): Uint16Array {
  for (let i = 0; i < data.length; i++)
    if (Math.abs(data[i] as number) > largestHalf && Number.isFinite(data[i]))
      throw new LtadError(
        "LTAD_CONFIG",
        `weights: the constant ${name} holds ${data[i]}, float16 ends at ${largestHalf}. Use float32 or int8.`,
      );
  return toHalf(data);
}

/** Whole numbers from -127 to 127 and a scale for each channel: the first axis or the last, whichever loses less. */
function quantise(name: string, data: Elements, shape: readonly number[]) {
  const ways = [0, shape.length - 1].map((axis) => quantiseAlong(data, shape, axis));
  const [first, last] = ways as [(typeof ways)[0], (typeof ways)[0]];
  const best = first.error < last.error ? first : last;
  if (Number.isFinite(best.error)) return best;
  throw new LtadError(
    "LTAD_CONFIG",
    `weights: the constant ${name} holds numbers that are not finite, int8 cannot. Use float32 or float16.`,
  );
}

function quantiseAlong(data: Elements, shape: readonly number[], axis: number) {
  const channels = shape[axis] as number;
  const inner = sizeOf(shape.slice(axis + 1));
  const channelOf = (i: number) => Math.floor(i / inner) % channels;
  const scales = new Float32Array(channels);
  for (let i = 0; i < data.length; i++) scales[channelOf(i)] = Math.max(scales[channelOf(i)] as number, Math.abs(data[i] as number));
  for (let c = 0; c < channels; c++) scales[c] = (scales[c] as number) / 127 || 1;
  const codes = new Int8Array(data.length);
  let error = 0;
  for (let i = 0; i < data.length; i++) {
    const scale = scales[channelOf(i)] as number;
    codes[i] = Math.round((data[i] as number) / scale);
    error += ((data[i] as number) - (codes[i] as number) * scale) ** 2;
  }
  return { axis, codes, scales, error };
}

/** The numbers of a constant as ONNX stores them. */
export function encodeElements(dtype: GraphType, data: Elements): Uint8Array {
  if (dtype === "int64") return bytesOf(BigInt64Array.from(Array.from(data, (x) => BigInt(x))));
  if (dtype === "float32") return bytesOf(data instanceof Float32Array ? data : Float32Array.from(data));
  if (dtype === "int32") return bytesOf(data instanceof Int32Array ? data : Int32Array.from(data));
  return Uint8Array.from(data, (x) => (x ? 1 : 0));
}

const bytesOf = (array: ArrayBufferView) => new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
