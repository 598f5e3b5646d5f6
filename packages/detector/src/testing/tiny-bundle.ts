import { createRng, float32, type NdArrays } from "@ltad/core";
import { type Tensors, toOnnx } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import type { BundleParts } from "../write-bundle.js";
import { sampleParts, sizes } from "./sample-parts.js";

// Shapes: B batch, S 32, G 4 tokens a side, N = G * G, C 5 channels, Dz 6, K 2 classes.
const { inputSize: S, grid: G, tokens: N, channels: C, zSize: Dz } = sizes;

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
    encoder: { ...encoder, model: toOnnx(encode, encoder.inputs, { constants: { mix, toZ } }) },
    head: { ...head, model: toOnnx(judge, head.inputs, { constants: { toZ, usual, towards } }) },
  };
}

function encode({ image, mix, toZ }: Tensors): Tensors {
  const pooled = tf.avgPool(image as tf.Tensor4D, S / G, S / G, "valid"); // [B, G, G, 3]
  const features = tf.matMul(tf.reshape(pooled, [-1, 3]), mix as tf.Tensor2D); // [B*N, C]
  const patches = tf.reshape(features, [-1, N, C]);
  return { features: patches, z: tf.matMul(tf.mean(patches, 1), toZ as tf.Tensor2D) };
}

function judge({ features, z, class: given, toZ, usual, towards }: Tensors): Tensors {
  const means = tf.matMul(usual as tf.Tensor2D, toZ as tf.Tensor2D); // [K, Dz]
  const distances = tf.sum(tf.square(tf.sub(tf.expandDims(z as tf.Tensor2D, 1), tf.expandDims(means, 0))), 2); // [B, K]
  const label = tf.where(tf.less(given as tf.Tensor1D, 0), tf.argMin(distances, 1), given as tf.Tensor1D); // [B]
  const expected = tf.expandDims(tf.gather(usual as tf.Tensor2D, label as tf.Tensor1D), 1); // [B, 1, C]
  const rec = tf.mean(tf.square(tf.sub(features as tf.Tensor3D, expected)), 2); // [B, N]
  const sem = tf.sigmoid(tf.matMul(tf.reshape(features as tf.Tensor3D, [-1, C]), towards as tf.Tensor2D)); // [B*N, 1]
  const side = (x: tf.Tensor) => tf.reshape(x, [-1, G, G]);
  const map = tf.add(side(rec), tf.mul(side(sem), 0.5));
  return { s_rec: side(rec), s_sem: side(sem), map, score: tf.max(map, [1, 2]), label };
}
