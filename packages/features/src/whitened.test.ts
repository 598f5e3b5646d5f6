import * as tf from "@tensorflow/tfjs";
import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, it } from "vitest";
import { whiten, whitened, type WhiteningTables } from "./whitened.js";

// Pairwise different sizes: K 3 classes, N 4 tokens, C 5 channels, r 2 axes, B 2 images, T 6 drawn tokens.
const [K, N, C, R, B, T] = [3, 4, 5, 2, 2, 6];
const rng = createRng(5);
const [deviation, mean, gain] = [rng.uniforms(C, 0.5, 2), rng.normals(C), rng.uniforms(K, 1, 2)];
const positionMean = rng.normals(K * N * C);
const whitening = symmetric(rng.normals(K * C * C));
const axes = rng.normals(K * N * R * C, 0.3);
const features = rng.normals(B * T * C);
const labels = [2, 0];
const positions = [
  [3, 0, 1, 1, 2, 0],
  [2, 2, 3, 0, 1, 3],
];
const tables: WhiteningTables = {
  channelMean: tf.tensor1d(mean),
  channelDeviation: tf.tensor1d(deviation),
  positionMean: tf.tensor3d(positionMean, [K, N, C]),
};
const byClass = { ...tables, whitening: tf.tensor3d(whitening, [K, C, C]) };
const byPosition = { ...byClass, axes: tf.tensor4d(axes, [K, N, R, C]), gain: tf.tensor1d(gain) };
const patches = {
  features: tf.tensor3d(features, [B, T, C]),
  label: tf.tensor1d(labels, "int32"),
  positions: tf.tensor2d(positions, [B, T], "int32"),
};
const close = { rtol: 1e-5, atol: 1e-5 };

describe("whitened", () => {
  it("without whitening is (f - mean) / deviation", () => {
    const expected = each((b, t) => channels((c) => (at(b, t, c) - mean[c]!) / deviation[c]!));
    expectClose(whitened(tables, patches).dataSync(), expected, close, "patches");
  });

  it("with whitening is W_c (f / deviation - m_c,i)", () => {
    expectClose(whitened(byClass, patches).dataSync(), each(plainWhitened), close, "patches");
  });

  it("with axes is gain (x - U^T U x)", () => {
    const expected = each((b, t) => {
      const x = plainWhitened(b, t);
      const own = (k: number, c: number) => axes[((labels[b]! * N + positions[b]![t]!) * R + k) * C + c]!;
      const shares = [0, 1].map((k) => x.reduce((sum, value, c) => sum + own(k, c) * value, 0));
      return x.map((value, c) => gain[labels[b]!]! * (value - shares.reduce((sum, share, k) => sum + share * own(k, c), 0)));
    });
    expectClose(whitened(byPosition, patches).dataSync(), expected, close, "patches");
  });

  it("is linear in what is left: the way between two patches is whitened like a patch", () => {
    const other = tf.tensor3d(rng.normals(B * T * C), [B, T, C]);
    const way = tf.div<tf.Tensor3D>(tf.sub(other, patches.features), byPosition.channelDeviation);
    const difference = tf.sub(whitened(byPosition, { ...patches, features: other }), whitened(byPosition, patches));
    expectClose(whiten(byPosition, way, patches).dataSync(), difference.dataSync(), { rtol: 1e-4, atol: 1e-4 }, "way");
  });
});

function plainWhitened(b: number, t: number): number[] {
  const label = labels[b]!;
  const left = channels((c) => at(b, t, c) / deviation[c]! - positionMean[(label * N + positions[b]![t]!) * C + c]!);
  return channels((row) => left.reduce((sum, value, column) => sum + value * whitening[(label * C + row) * C + column]!, 0));
}

function each(of: (b: number, t: number) => number[]): number[] {
  return [0, 1].flatMap((b) => [0, 1, 2, 3, 4, 5].flatMap((t) => of(b, t)));
}

function channels(of: (c: number) => number): number[] {
  return [0, 1, 2, 3, 4].map(of);
}

function at(b: number, t: number, c: number): number {
  return features[(b * T + t) * C + c]!;
}

function symmetric(values: Float32Array): Float32Array {
  return values.map((value, i) => {
    const [k, row, column] = [Math.floor(i / C ** 2), Math.floor(i / C) % C, i % C];
    return value + values[k * C ** 2 + column * C + row]!;
  });
}
