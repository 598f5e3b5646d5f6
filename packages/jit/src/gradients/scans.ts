import * as tf from "@tensorflow/tfjs";

/** Of y_j = the sum of x_i over i <= j: dx_i = the sum of dy_j over j >= i. TF.js permutes the axes of its result once more. */
export const cumsumGradient: tf.GradConfig = {
  kernelName: "Cumsum",
  gradFunc: (dy, _, attrs) => ({
    x: () => {
      const { axis, exclusive, reverse } = attrs as unknown as tf.CumsumAttrs;
      return tf.cumsum(dy as tf.Tensor, axis, exclusive, !reverse);
    },
  }),
};

/**
 * Of y_j = x_0 .. x_j: dx_i = (x_0 .. x_{i-1}) sum over j >= i of dy_j (x_{i+1} .. x_j), the products inside as a triangle [n, n].
 * Nothing is divided by x, so zeros are exact.
 */
export const cumprodGradient: tf.GradConfig = {
  kernelName: "Cumprod",
  inputsToSave: ["x"],
  gradFunc: (dy, saved, attrs) => ({
    x: () => {
      const { axis, exclusive, reverse } = attrs as unknown as tf.CumprodAttrs;
      const x = saved[0]!;
      const [at] = tf.util.parseAxisParam(axis, x.shape) as [number];
      const [order, back] = toLast(x.rank, at);
      const turn = (v: tf.Tensor) => (reverse ? v.reverse(-1) : v);
      const rows = turn(x.transpose(order)); // [.., n]
      const upstream = turn((dy as tf.Tensor).transpose(order));
      const n = rows.shape.at(-1)!;
      const last = upstream.slice(
        upstream.shape.map((_, i) => (exclusive && i === upstream.rank - 1 ? 1 : 0)),
        upstream.shape.with(upstream.rank - 1, exclusive ? n - 1 : n),
      );
      const shifted = exclusive ? tf.concat([last, tf.zeros(upstream.shape.with(upstream.rank - 1, 1))], -1) : upstream;
      const after = tf.linalg
        .bandPart(tf.ones([n, n]), 0, -1)
        .sub(tf.eye(n))
        .cast("bool"); // [n, n], j > i
      const inner = tf.where(after, rows.expandDims(-2), tf.onesLike(rows.expandDims(-2))); // [.., n (i), n (j)]
      const upTo = tf.cumprod(inner, inner.rank - 1);
      const seen = tf.linalg.bandPart(tf.ones([n, n]), 0, -1); // j >= i
      const slope = upTo.mul(seen).mul(shifted.expandDims(-2)).sum(-1);
      return turn(tf.cumprod(rows, rows.rank - 1, true).mul(slope)).transpose(back);
    },
  }),
};

/** The permutation that brings an axis to the end, and the one that brings it back. */
function toLast(rank: number, axis: number): [number[], number[]] {
  const order = [...Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis), axis];
  return [order, order.map((_, i) => order.indexOf(i))];
}
