import { createRng, float32, type NdArrays } from "@ltad/core";
import { f32, i32, type TensorsFor, type TensorsOf, toOnnx } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import type { BundleParts } from "../write-bundle.js";
import { sampleParts, sizes } from "./sample-parts.js";

// Shapes: B batch, S 32, G 4 tokens a side, N = G * G, C 5 channels, Dz 6, K 2 classes.
const { inputSize: S, grid: G, tokens: N, channels: C, zSize: Dz } = sizes;

const imageInputs = { image: f32(null, S, S, 3) };
const headInputs = { features: f32(null, N, C), z: f32(null, Dz), class: i32(null) };

/** Random weights of the tiny model. */
export function tinyWeights(): NdArrays & Record<"mix" | "toZ" | "usual" | "towards", ReturnType<typeof float32>> {
  const rng = createRng("tiny bundle");
  return {
    mix: float32([3, C], rng.normals(3 * C)),
    toZ: float32([C, Dz], rng.normals(C * Dz)),
    usual: float32([2, C], rng.normals(2 * C)),
    towards: float32([C, 1], rng.normals(C)),
  };
}

/**
 * Parts of a bundle whose graphs compute something small but complete: an encoder that averages 8 x 8 pixels and mixes the
 * colours, and a head that measures the distance to each class's usual features.
 */
export function tinyParts(): BundleParts {
  const { mix, toZ, usual, towards } = tinyWeights();
  const { encoder, head, ...rest } = sampleParts(new Uint8Array(), new Uint8Array());
  return {
    ...rest,
    encoder: { ...encoder, model: toOnnx(encode, imageInputs, { constants: { mix, toZ } }) },
    head: { ...head, model: toOnnx(judge, headInputs, { constants: { toZ, usual, towards } }) },
  };
}

type Weights = TensorsOf<ReturnType<typeof tinyWeights>>;

function encode({ image }: TensorsFor<typeof imageInputs>, { mix, toZ }: Pick<Weights, "mix" | "toZ">) {
  const pooled = tf.avgPool(image, S / G, S / G, "valid"); // [B, G, G, 3]
  const features = tf.matMul(tf.reshape(pooled, [-1, 3]), mix); // [B*N, C]
  const patches = tf.reshape(features, [-1, N, C]);
  return { features: patches, z: tf.matMul(tf.mean(patches, 1), toZ) };
}

function judge(
  { features, z, class: given }: TensorsFor<typeof headInputs>,
  { toZ, usual, towards }: Pick<Weights, "toZ" | "usual" | "towards">,
) {
  const means = tf.matMul(usual, toZ); // [K, Dz]
  const distances = tf.sum(tf.square(tf.sub(tf.expandDims(z, 1), tf.expandDims(means, 0))), 2); // [B, K]
  const label = tf.where(tf.less(given, 0), tf.argMin(distances, 1), given); // [B]
  const expected = tf.expandDims(tf.gather(usual, label), 1); // [B, 1, C]
  const rec = tf.mean(tf.square(tf.sub(features, expected)), 2); // [B, N]
  const sem = tf.sigmoid(tf.matMul(tf.reshape(features, [-1, C]), towards)); // [B*N, 1]
  const side = (x: tf.Tensor) => tf.reshape(x, [-1, G, G]);
  const map = tf.add(side(rec), tf.mul(side(sem), 0.5));
  return { s_rec: side(rec), s_sem: side(sem), map, score: tf.max(map, [1, 2]), label };
}
