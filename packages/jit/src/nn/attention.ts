import { check, optional, tensor } from "@ltad/core/check";
import * as tf from "@tensorflow/tfjs";

// Shapes: B batch, H heads, P = B * H, N queries, M keys, K width of a head.

/**
 * Scaled dot-product attention, softmax(Q K^T / sqrt(K) + mask) V, for queries, keys and values that are already split into heads.
 * {@link multiHeadAttention} takes them unsplit.
 * @param query [B, H, N, K], or any number of leading axes
 * @param key [B, H, M, K]
 * @param value [B, H, M, K]
 * @param mask added to the logits: [N, M] for every image and head, or [B, 1, 1, M] for every query of an image; receives no gradient
 * @returns [B, H, N, K]
 * @see Vaswani et al. 2017, eq. 1
 */
export function attention<R extends tf.Rank>(query: tf.Tensor<R>, key: tf.Tensor<R>, value: tf.Tensor<R>, mask?: tf.Tensor): tf.Tensor<R> {
  check("attention", { query, key, value, mask }, { query: tensor(), key: tensor(), value: tensor(), mask: optional(tensor()) });
  const [keys, width] = key.shape.slice(-2) as [number, number];
  const isPerImage = mask !== undefined && mask.rank > 2;
  return keys > width && !isPerImage ? compactAttention(query, key, value, mask) : plainAttention(query, key, value, mask);
}

/** The equation itself, with the gradients of TF.js, for short sequences, whose attention maps are not larger than their values. */
function plainAttention<R extends tf.Rank>(q: tf.Tensor<R>, k: tf.Tensor<R>, v: tf.Tensor<R>, mask?: tf.Tensor): tf.Tensor<R> {
  const logits = tf.matMul(q.mul(scaleOf(q)), k, false, true); // [B, H, N, M]
  return tf.matMul(tf.softmax(mask ? logits.add(mask) : logits), v); // [B, H, N, K]
}

/**
 * The same with a custom gradient. It computes the row sums in the gradient of the softmax from the output [N, K] instead of the attention map
 * [N, M], which is larger when there are more keys than K.
 * @see Dao et al. 2022, eq. 4: rowsum(P dP) = rowsum(O dO)
 */
function compactAttention<R extends tf.Rank>(
  query: tf.Tensor<R>,
  key: tf.Tensor<R>,
  value: tf.Tensor<R>,
  mask: tf.Tensor | undefined,
): tf.Tensor<R> {
  const run = tf.customGrad((...args) => {
    const [q, k, v] = args as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const save = args[3] as tf.GradSaveFunc;
    const scale = scaleOf(q);
    const logits = tf.matMul(q.mul(scale), k, false, true); // [P, N, M]
    const weights = tf.softmax(mask ? logits.add(mask) : logits); // [P, N, M]
    const output = tf.matMul(weights, v); // [P, N, K]
    save([q, k, v, weights, output]);
    return { value: output, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => gradients(dy, saved, scale) };
  });
  // With rank 3, the transpose of the keys and that of the split into heads stay separate; combined, they would be slow.
  return run(flat(query), flat(key), flat(value)).reshape([-1, ...query.shape.slice(1)]);
}

function gradients(dy: tf.Tensor, saved: tf.Tensor[], scale: number): tf.Tensor[] {
  const [q, k, v, weights, output] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const shared = dy.mul(output).sum(-1, true); // [P, N, 1]
  const slopes = weights.mul(tf.matMul(dy, v, false, true).sub(shared)); // [P, N, M]: gradient of the logits
  return [tf.matMul(slopes, k).mul(scale), turned(tf.matMul(q, slopes, true).mul(scale)), turned(tf.matMul(dy, weights, true))];
}

/** [P, K, M] to [P, M, K]. */
const turned = (x: tf.Tensor) => x.transpose([0, 2, 1]);

/** 1 / sqrt(K) */
function scaleOf({ shape }: tf.Tensor): number {
  return 1 / Math.sqrt(shape.at(-1)!);
}

/** [B, H, N, K] to [P, N, K]. */
function flat(x: tf.Tensor): tf.Tensor3D {
  return x.reshape([-1, ...x.shape.slice(-2)]);
}
