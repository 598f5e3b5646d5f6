import { LtadError, type NdArray, type NdArrays, sizeOf } from "@ltad/core";
import { parseGraphJson, type WeightEntry } from "./graph-json.js";
import type { NamedBytes } from "@ltad/hub";

/** A TF.js graph model: its nodes with their inputs, and the arrays of its constants. */
export interface GraphModel {
  readonly nodes: ReadonlyMap<string, { readonly op: string; readonly input: readonly string[] }>;
  readonly weights: NdArrays;
}

/** The bytes of one element, by stored type. */
const plainBytes: ReadonlyMap<string, number> = new Map([
  ["float32", 4],
  ["int32", 4],
]);
const quantisedBytes: ReadonlyMap<string, number> = new Map([
  ["uint8", 1],
  ["uint16", 2],
]);

/**
 * Reads `model.json` and its shards, with weights in float32, int32, or quantised uint8 and uint16.
 * @param source what errors call the model
 * @throws LtadError `LTAD_WEIGHTS` when model.json is not valid, bytes are missing or left over, or a type is unknown
 */
export function readGraphModel(files: NamedBytes, source: string): GraphModel {
  const model = parseGraphJson(JSON.parse(new TextDecoder().decode(need(files, "model.json", source))), source);
  const nodes = new Map(model.modelTopology.node.map(({ name, op, input = [] }) => [name, { op, input }]));
  const weights: Record<string, NdArray> = {};
  for (const group of model.weightsManifest) {
    const bytes = Buffer.concat(group.paths.map((path) => need(files, path, source)));
    let at = 0;
    for (const entry of group.weights) {
      const array = decode(entry, bytes, at, source);
      weights[entry.name] = array.value;
      at = array.end;
    }
    if (at !== bytes.length) throw graphError(source, `${bytes.length - at} bytes belong to no weight`);
  }
  return { nodes, weights };
}

/**
 * The array that feeds an input of a node, whatever name the converter gave it.
 * @throws LtadError `LTAD_WEIGHTS` when there is no such node or its input is not a weight
 */
export function weightOf(graph: GraphModel, node: string, input: number, source: string): NdArray {
  const name = graph.nodes.get(node)?.input[input];
  const weight = name !== undefined && Object.hasOwn(graph.weights, name) ? graph.weights[name] : undefined;
  if (!weight) throw graphError(source, `expected a weight at input ${input} of node ${node}, found ${name ?? "none"}`);
  return weight;
}

/** The error for a graph model that is damaged or not the expected one. */
export function graphError(source: string, why: string): LtadError {
  return new LtadError("LTAD_WEIGHTS", `${source}: ${why}. Remove it from the cache folder and fetch it again.`, { details: { source } });
}

function decode({ name, shape, dtype, quantization }: WeightEntry, bytes: Buffer, at: number, source: string) {
  const stored = quantization?.dtype ?? dtype;
  const width = (quantization ? quantisedBytes : plainBytes).get(stored);
  if (!width) throw graphError(source, `${name} has the type ${stored}, which is not supported`);
  const end = at + width * sizeOf(shape);
  if (end > bytes.length) throw graphError(source, `${name} ends at byte ${end} of ${bytes.length}`);
  const buffer = bytes.buffer.slice(bytes.byteOffset + at, bytes.byteOffset + end) as ArrayBuffer;
  return { value: { shape, ...values(stored, buffer, quantization) }, end };
}

function values(stored: string, buffer: ArrayBuffer, quantization: WeightEntry["quantization"]): Pick<NdArray, "dtype" | "data"> {
  if (stored === "int32") return { dtype: "int32", data: new Int32Array(buffer) };
  if (!quantization) return { dtype: "float32", data: new Float32Array(buffer) };
  const { scale = 1, min = 0 } = quantization;
  const codes = stored === "uint8" ? new Uint8Array(buffer) : new Uint16Array(buffer);
  return { dtype: "float32", data: Float32Array.from(codes, (code) => code * scale + min) };
}

function need(files: NamedBytes, name: string, source: string): Uint8Array {
  const bytes = Object.hasOwn(files, name) ? files[name] : undefined;
  if (!bytes) throw graphError(source, `${name} is missing`);
  return bytes;
}
