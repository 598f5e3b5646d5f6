import { float32, type NdArray, type Rng, sizeOf, type Tree, unflatten } from "@ltad/core";
import { type EfficientNetPlan, efficientNetShapes } from "../image/architecture.js";
import type { EfficientNetParams } from "../image/efficient-net.js";
import { imageNetDeviation, imageNetMean } from "../image/efficient-net-plans.js";
import { efficientNetEncoder, type ImageEncoder } from "../image/image-encoder.js";
import { sentenceShapes } from "../text/sentence-shapes.js";
import type { SentenceParams, SentencePlan } from "../text/sentence-transformer.js";
import { sentenceEncoder, type TextEncoder } from "../text/text-encoder.js";

/** An EfficientNet with all of B0's kinds of blocks and widths small enough for tests. */
export const tinyPlan: EfficientNetPlan = {
  name: "efficientnet-tiny",
  inputSize: 64,
  stem: 8,
  squeeze: 0.25,
  padding: "same",
  mean: imageNetMean,
  deviation: imageNetDeviation,
  stages: [
    { kernel: 3, stride: 1, expansion: 1, channels: 4, blocks: 1 },
    { kernel: 3, stride: 2, expansion: 3, channels: 6, blocks: 2 },
    { kernel: 5, stride: 2, expansion: 3, channels: 7, blocks: 1 },
    { kernel: 3, stride: 2, expansion: 2, channels: 9, blocks: 1 },
    { kernel: 5, stride: 1, expansion: 2, channels: 10, blocks: 1 },
    { kernel: 5, stride: 2, expansion: 2, channels: 11, blocks: 2 },
    { kernel: 3, stride: 1, expansion: 2, channels: 13, blocks: 1 },
  ],
};

const letters = Array.from("abcdefghijklmnopqrstuvwxyz");
/** Six reserved ids, a blank, and letters with and without one in front. */
const tinyVocabulary = [
  ...["?", "<s>", "</s>", "1", "2", "3"].map((piece) => [piece, 0] as const),
  ...["\u2581", ...letters, ...letters.map((letter) => `\u2581${letter}`)].map((piece, i) => [piece, -3 - i / 64] as const),
];

/** A sentence transformer with all parts of USE Lite, small. */
export const tinySentencePlan: SentencePlan = {
  name: "sentence-tiny",
  heads: 2,
  vocabulary: tinyVocabulary.length,
  tokenSize: 6,
  maxTokens: 12,
  layers: 2,
  width: 10,
  hidden: 14,
  size: 8,
};

/** Random parameters of these names and shapes, scaled by fan-in (He) so that values neither fade nor grow. */
export function randomParams(shapes: Readonly<Record<string, readonly number[]>>, rng: Rng): Tree<NdArray> {
  const named = Object.entries(shapes).map(([name, shape]) => {
    const fanIn = name.includes("depthwise") ? sizeOf(shape.slice(0, 2)) : sizeOf(shape.slice(0, -1));
    const deviation = shape.length === 1 ? 0.1 : Math.sqrt(2 / fanIn);
    return [name, float32(shape, rng.fork(name).normals(sizeOf(shape), deviation))] as const;
  });
  return unflatten(Object.fromEntries(named));
}

/** A small image encoder with random weights: needs no download and takes milliseconds at 64 pixels. */
export function tinyImageEncoder(rng: Rng, plan: EfficientNetPlan = tinyPlan): ImageEncoder {
  return efficientNetEncoder(plan, randomParams(efficientNetShapes(plan), rng) as EfficientNetParams<NdArray>);
}

/** A small text encoder with random weights; its vocabulary is the letters a to z. */
export function tinyTextEncoder(rng: Rng, plan: SentencePlan = tinySentencePlan): TextEncoder {
  const params = randomParams(sentenceShapes(plan), rng) as SentenceParams<NdArray>;
  const table = float32([plan.vocabulary, plan.tokenSize], rng.fork("table").normals(plan.vocabulary * plan.tokenSize, 0.3));
  return sentenceEncoder(plan, { params, table, vocabulary: tinyVocabulary });
}
