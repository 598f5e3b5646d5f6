import * as tf from "@tensorflow/tfjs";
import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, it } from "vitest";
import type { FeatureSpec } from "./feature-spec.js";
import { whitened } from "./whitened.js";

// Pairwise different sizes: K 3 classes, N 4 tokens, C 5 channels (2 + 3), B 2 images, T 6 drawn tokens.
const spec: FeatureSpec = {
  inputSize: 32,
  gridStride: 16,
  shrink: "area",
  kernel: "linear",
  grid: 2,
  tokens: 4,
  channels: 5,
  zSize: 7,
  stages: [
    { stage: 2, channels: 2, stride: 4 },
    { stage: 5, channels: 3, stride: 16 },
  ],
};
const groups = [[5], [2, 5]];
const rng = createRng(5);
const [deviation, mean] = [rng.uniforms(5, 0.5, 2), rng.normals(5)];
const positionMean = rng.normals(3 * 4 * 5);
const whitening = [rng.normals(3 * 3 * 3), rng.normals(3 * 5 * 5)].map((w, g) => symmetric(w, [3, 5][g]!));
const features = rng.normals(2 * 6 * 5);
const labels = [2, 0];
const positions = [
  [3, 0, 1, 1, 2, 0],
  [2, 2, 3, 0, 1, 3],
];

function run(withWhitening: boolean) {
  const tables = {
    channelMean: tf.tensor1d(mean),
    channelDeviation: tf.tensor1d(deviation),
    positionMean: tf.tensor3d(positionMean, [3, 4, 5]),
    whitening: withWhitening ? [tf.tensor3d(whitening[0]!, [3, 3, 3]), tf.tensor3d(whitening[1]!, [3, 5, 5])] : [],
  };
  const patches = {
    features: tf.tensor3d(features, [2, 6, 5]),
    label: tf.tensor1d(labels, "int32"),
    positions: tf.tensor2d(positions, [2, 6], "int32"),
  };
  return whitened(tables, patches, { spec, groups }).map((x) => x.dataSync());
}

describe("whitened", () => {
  it("with whitening is W_c (f / deviation - m_c,i), group by group", () => {
    run(true).forEach((actual, g) => expectClose(actual, plainWhitened(g), { rtol: 1e-5, atol: 1e-5 }, `group ${g}`));
  });

  it("without whitening is (f - mean) / deviation", () => {
    run(false).forEach((actual, g) => {
      const chosen = g === 0 ? [2, 3, 4] : [0, 1, 2, 3, 4];
      const expected = [0, 1].flatMap((b) =>
        [0, 1, 2, 3, 4, 5].flatMap((t) => chosen.map((c) => (at(features, b, t, c) - mean[c]!) / deviation[c]!)),
      );
      expectClose(actual, expected, { rtol: 1e-5, atol: 1e-5 }, `group ${g}`);
    });
  });
});

function plainWhitened(g: number): number[] {
  const chosen = g === 0 ? [2, 3, 4] : [0, 1, 2, 3, 4];
  const size = chosen.length;
  return labels.flatMap((label, b) =>
    positions[b]!.flatMap((position, t) => {
      const left = chosen.map((c) => at(features, b, t, c) / deviation[c]! - positionMean[(label * 4 + position) * 5 + c]!);
      return chosen.map((_, row) =>
        left.reduce((sum, value, column) => sum + value * whitening[g]![(label * size + row) * size + column]!, 0),
      );
    }),
  );
}

function at(values: Float32Array, b: number, t: number, c: number): number {
  return values[(b * 6 + t) * 5 + c]!;
}

function symmetric(values: Float32Array, size: number): Float32Array {
  return values.map((value, i) => {
    const [k, row, column] = [Math.floor(i / size ** 2), Math.floor(i / size) % size, i % size];
    return value + values[k * size ** 2 + column * size + row]!;
  });
}
