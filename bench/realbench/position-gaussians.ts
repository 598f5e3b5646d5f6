import type { FeatureStore } from "@ltad/feature-store";
import { CholeskyDecomposition, Matrix } from "ml-matrix";
import { type ClassScorer, standardised, type Standard } from "./baseline.js";

const ridge = 0.01;

/**
 * PaDiM with all channels: a Gaussian at each position, covariance + 0.01 I, score = Mahalanobis distance.
 * The covariance of n images has rank n - 1, so its inverse is applied through the n x n Gram matrix (Woodbury):
 * (X^T X / (n - 1) + r I)^-1 = (I - X^T (r (n - 1) I + X X^T)^-1 X) / r.
 */
export async function positionGaussians(
  store: FeatureStore,
  images: readonly number[],
  standard: Standard,
  tokens: number,
): Promise<ClassScorer> {
  const channels = standard.mean.length;
  const train = await Promise.all(images.map(async (index) => standardised((await store.read(index)).features.data, standard)));
  const places = Array.from({ length: tokens }, (_, token) => fitPlace(train, token, channels));
  return {
    score: async (features) => {
      const x = standardised(features, standard);
      return Float32Array.from(places, (place, token) => place(x.subarray(token * channels, (token + 1) * channels)));
    },
    dispose: async () => {},
  };
}

/** Mahalanobis distance at one position. */
function fitPlace(train: readonly Float32Array[], token: number, channels: number): (x: Float32Array) => number {
  const n = train.length;
  const rows = train.map((image) => image.subarray(token * channels, (token + 1) * channels));
  const mean = Float64Array.from({ length: channels }, (_, c) => rows.reduce((sum, row) => sum + row[c]!, 0) / n);
  const centred = rows.map((row) => Float64Array.from(row, (value, c) => value - mean[c]!));
  const gram = new Matrix(n, n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const product = dot(centred[i] as Float64Array, centred[j] as Float64Array) + (i === j ? ridge * Math.max(1, n - 1) : 0);
      gram.set(i, j, product);
      gram.set(j, i, product);
    }
  }
  const cholesky = new CholeskyDecomposition(gram);
  return (x) => {
    const r = Float64Array.from(x, (value, c) => value - mean[c]!);
    const seen = Matrix.columnVector(centred.map((row) => dot(row, r)));
    const explained = seen.dot(cholesky.solve(seen));
    return Math.sqrt(Math.max(0, (dot(r, r) - explained) / ridge));
  };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
