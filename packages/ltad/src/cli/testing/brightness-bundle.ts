import { createHash } from "node:crypto";
import { float32 } from "@ltad/core";
import type { ResizeKernel } from "@ltad/data";
import { type Manifest, writeBundle } from "@ltad/detector";
import { f32, i32, toOnnx } from "@ltad/jit";
import type { Tiles } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";

const [inputSize, grid, channels] = [32, 4, 3] as const;
const tokens = grid * grid;

/**
 * Writes a bundle that takes bright places for anomalous: features are colours averaged over cells of 8 pixels, the map is their brightness.
 * The class, when not given, is the first. Its distance is 1 for grey images and larger for coloured ones.
 */
export async function brightnessBundle(
  folder: string,
  classes: readonly string[],
  change: {
    readonly display?: boolean;
    readonly kernel?: ResizeKernel;
    readonly tiles?: Tiles;
    readonly range?: number;
    readonly decision?: Manifest["decision"];
  } = {},
): Promise<string> {
  const side = change.tiles?.size ?? inputSize;
  const image = f32(null, side, side, 3);
  const [features, z, given] = [f32(null, tokens, channels), f32(null, channels), i32(null)];
  const encoder = toOnnx(
    (inputs) => {
      const cells = tf.avgPool(inputs.image, 8, 8, "valid");
      const patches = tf.reshape(cells, [-1, (side / 8) ** 2, channels]);
      return { features: patches, z: tf.mean(patches, 1) };
    },
    { image },
  );
  const head = toOnnx(
    (inputs) => {
      const map = tf.reshape(tf.mean(inputs.features, 2), [-1, grid, grid]);
      const spread = tf.sum(tf.mul(inputs.z, 0), 1); // the head must read z
      return {
        s_rec: map,
        s_sem: tf.mul(map, 0.5),
        map: tf.mul(map, 1),
        score: tf.add(tf.max(map, [1, 2]), spread),
        label: tf.maximum(inputs.class, tf.scalar(0, "int32")),
        distance: tf.add(1, tf.mul(100, tf.sum(tf.square(tf.sub(inputs.z, tf.mean(inputs.z, 1, true))), 1))),
      };
    },
    { features, z, class: given },
  );
  await writeBundle(folder, {
    manifest: {
      producer: "ltad test",
      preset: "recommended",
      protocol: "exp4",
      seed: 5,
      encoder: { name: "brightness", id: createHash("sha256").update(encoder).digest("hex"), inputSize },
      features: {
        inputSize,
        gridStride: 8,
        ...(change.tiles && { tiles: change.tiles }),
        shrink: "area",
        length: "raw",
        kernel: change.kernel ?? "linear",
        stages: [{ stage: 2, channels, stride: 8 }],
        grid,
        tokens,
        channels,
        zSize: channels,
      },
      classes: classes.map((name, order) => ({
        name,
        trainImages: 8 >> order,
        order,
        ...(change.range === undefined ? {} : { range: change.range }),
      })),
      score: { imageScore: "max", lambda: 0.5 },
      ...(change.display === false ? {} : { display: { low: 0.4, high: 1 } }),
      ...(change.decision && { decision: change.decision }),
      config: { preset: "recommended", detect: { steps: 400 } },
    },
    encoder: { model: encoder, inputs: { image }, outputs: ["features", "z"] },
    head: { model: head, inputs: { features, z, class: given }, outputs: ["s_rec", "s_sem", "map", "score", "label", "distance"] },
    weights: { nothing: float32([1], [0]) },
  });
  return folder;
}
