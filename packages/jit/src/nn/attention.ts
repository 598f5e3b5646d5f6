import * as tf from "@tensorflow/tfjs";

// Shapes: B.. batch and heads, P their product, N queries, M keys, K width of a head.

/**
 * softmax(Q K^T / sqrt(K) + mask) V with one gradient for all of it, which takes the row sums of the softmax's gradient from the small output
 * in place of the large map.
 * @param query [B.., N, K] @param key [B.., M, K] @param value [B.., M, K]
 * @param mask [N, M], added to the logits everywhere; receives no gradient
 * @returns [B.., N, K]
 * @see Vaswani et al. 2017, eq. 1; Dao et al. 2022, eq. 4 for rowsum(P dP) = rowsum(O dO)
 */
export function attention<R extends tf.Rank>(
  query: tf.Tensor<R>,
  key: tf.Tensor<R>,
  value: tf.Tensor<R>,
  mask?: tf.Tensor2D,
): tf.Tensor<R> {
  const run = tf.customGrad((...args) => {
    const [q, k, v] = args as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const save = args[3] as tf.GradSaveFunc;
    const scale = 1 / Math.sqrt(q.shape[2]);
    const logits = tf.matMul(q.mul(scale), k, false, true); // [P, N, M]
    const weights = tf.softmax(mask ? logits.add(mask) : logits);
    const output = tf.matMul(weights, v); // [P, N, K]
    save([q, k, v, weights, output]);
    return { value: output, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved, scale) };
  });
  // Rank 3 keeps the transposes of K and of the split into heads apart: together they would be one slow one.
  return run(flat(query), flat(key), flat(value)).reshape([-1, ...query.shape.slice(1)]);
}

function gradients(dy: tf.Tensor, saved: tf.Tensor[], scale: number): tf.Tensor[] {
  const [q, k, v, weights, output] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const shared = dy.mul(output).sum(-1, true); // [P, N, 1]
  const slopes = weights.mul(tf.matMul(dy, v, false, true).sub(shared)); // [P, N, M]: gradient of the logits
  return [tf.matMul(slopes, k).mul(scale), tf.matMul(slopes, q, true).mul(scale), tf.matMul(weights, dy, true)];
}

/** [B.., N, K] to [P, N, K]. */
function flat(x: tf.Tensor): tf.Tensor3D {
  return x.reshape([-1, ...x.shape.slice(-2)]);
}
