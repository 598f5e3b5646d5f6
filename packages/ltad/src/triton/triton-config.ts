import { LtadError } from "@ltad/core";
import type { Manifest } from "@ltad/detector";

/** One model of a Triton repository: its folder, and its config.pbtxt. */
export interface TritonModel {
  readonly name: string;
  readonly config: string;
}

/** The models of a repository: two graphs, and the ensemble of both, which clients call. */
export interface TritonModels {
  readonly encoder: TritonModel;
  readonly head: TritonModel;
  readonly ensemble: TritonModel;
}

/** Images at a time, so that a server may join requests. */
const batch = 8;

interface Tensor {
  readonly name: string;
  readonly type: "TYPE_FP32" | "TYPE_INT32";
  /** Without the batch; none for one number an image. */
  readonly dims: readonly number[];
}

/**
 * The configuration that serves a model by the ONNX Runtime backend of Triton Inference Server.
 * @param name of the ensemble; the graphs are NAME_encoder and NAME_head
 * @throws LtadError `LTAD_CONFIG` for a model that encodes tiles, which an ensemble cannot cut
 */
export function tritonConfig({ features, classes, decision }: Manifest, name: string): TritonModels {
  const { inputSize, tiles, tokens, channels, zSize, grid } = features;
  if (tiles) throw tilesError(tiles.size);
  const image: Tensor = { name: "image", type: "TYPE_FP32", dims: [inputSize, inputSize, 3] };
  const encoded: Tensor[] = [
    { name: "features", type: "TYPE_FP32", dims: [tokens, channels] },
    { name: "z", type: "TYPE_FP32", dims: [zSize] },
  ];
  const given: Tensor = { name: "class", type: "TYPE_INT32", dims: [] };
  const found: Tensor[] = [
    { name: "score", type: "TYPE_FP32", dims: [] },
    { name: "label", type: "TYPE_INT32", dims: [] },
    { name: "map", type: "TYPE_FP32", dims: [grid, grid] },
  ];
  const graphs = { encoder: `${name}_encoder`, head: `${name}_head` };
  const known = { classes: classes.map((entry) => entry.name), ...(decision && { limits: decision.classes.map(({ limit }) => limit) }) };
  return {
    encoder: { name: graphs.encoder, config: graphConfig(graphs.encoder, [image], encoded) },
    head: { name: graphs.head, config: graphConfig(graphs.head, [...encoded, given], found) },
    ensemble: {
      name,
      config: [
        ...heading(name, 'platform: "ensemble"', [image, given], found, false),
        `ensemble_scheduling {\n${step(graphs.encoder, [image], encoded)}\n${step(graphs.head, [...encoded, given], found)}\n}`,
        ...Object.entries(known).map(([key, value]) => parameter(key, JSON.stringify(value))),
        "",
      ].join("\n"),
    },
  };
}

function graphConfig(name: string, inputs: readonly Tensor[], outputs: readonly Tensor[]): string {
  return [...heading(name, 'backend: "onnxruntime"', inputs, outputs, true), "dynamic_batching {}", ""].join("\n");
}

function heading(name: string, kind: string, inputs: readonly Tensor[], outputs: readonly Tensor[], isGraph: boolean): string[] {
  const list = (side: string, tensors: readonly Tensor[]) =>
    `${side} [\n${tensors.map((tensor) => `  ${tensorText(tensor, isGraph)}`).join(",\n")}\n]`;
  return [`name: ${quoted(name)}`, kind, `max_batch_size: ${batch}`, list("input", inputs), list("output", outputs)];
}

/** Triton has no tensor of one number an image: it is [1] outside, and loses that dimension before it reaches the graph. */
function tensorText({ name, type, dims }: Tensor, isGraph: boolean): string {
  const reshape = dims.length === 0 && isGraph ? " reshape { shape: [] }" : "";
  return `{ name: ${quoted(name)} data_type: ${type} dims: [${(dims.length === 0 ? [1] : dims).join(", ")}]${reshape} }`;
}

function step(model: string, inputs: readonly Tensor[], outputs: readonly Tensor[]): string {
  const map = (side: string, tensors: readonly Tensor[]) =>
    tensors.map(({ name }) => `    ${side} { key: ${quoted(name)} value: ${quoted(name)} }`);
  return [
    `  step {`,
    `    model_name: ${quoted(model)}`,
    `    model_version: -1`,
    ...map("input_map", inputs),
    ...map("output_map", outputs),
    "  }",
  ].join("\n");
}

function parameter(key: string, value: string): string {
  return `parameters { key: ${quoted(key)} value { string_value: ${quoted(value)} } }`;
}

/** A text of protobuf's text format, which escapes as JSON does where there are no control characters. */
function quoted(text: string): string {
  return JSON.stringify(text);
}

function tilesError(size: number): LtadError {
  const message = `this model encodes tiles of ${size} pixels, and a Triton ensemble cannot cut an image into tiles. Serve it with \`ltad serve\`, or train without --tile.`;
  return new LtadError("LTAD_CONFIG", message, { details: { field: "tiles" } });
}
