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
  if (!isCompact(key, mask)) return plainAttention(query, key, value, mask);
  return compactAttention([query, key, value], mask, apart).reshape([-1, ...query.shape.slice(1)]);
}

/**
 * The same with the heads joined.
 * @param query [B, H, N, K]
 * @returns [B, N, H, K], which a training holds once; for {@link attention} it would hold both layouts
 */
export function joinedAttention(query: tf.Tensor4D, key: tf.Tensor4D, value: tf.Tensor4D, mask?: tf.Tensor): tf.Tensor4D {
  if (!isCompact(key, mask)) return plainAttention(query, key, value, mask).transpose([0, 2, 1, 3]);
  return compactAttention([query, key, value], mask, joinedBy(query.shape[1]));
}

/** Whether an attention map is larger than the values of its head. */
function isCompact({ shape }: tf.Tensor, mask: tf.Tensor | undefined): boolean {
  const [keys, width] = shape.slice(-2) as [number, number];
  const isPerImage = mask !== undefined && mask.rank > 2;
  return keys > width && !isPerImage;
}

/** How the output lies in memory: `join` brings [P, N, n] there, and `split` back. */
interface Layout<T extends tf.Tensor> {
  readonly join: (x: tf.Tensor3D) => T;
  readonly split: (x: T) => tf.Tensor3D;
}

const apart: Layout<tf.Tensor3D> = { join: (x) => x, split: (x) => x };

/** [P, N, n] and [B, N, H, n] */
const joinedBy = (heads: number): Layout<tf.Tensor4D> => ({
  join: (x) => x.reshape([-1, heads, ...x.shape.slice(1)]).transpose<tf.Tensor4D>([0, 2, 1, 3]),
  split: (x) => flat(x.transpose([0, 2, 1, 3])),
});

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
function compactAttention<T extends tf.Tensor>(
  inputs: readonly [query: tf.Tensor, key: tf.Tensor, value: tf.Tensor],
  mask: tf.Tensor | undefined,
  layout: Layout<T>,
): T {
  const run = tf.customGrad((...args) => {
    const [q, k, v] = args as [tf.Tensor3D, tf.Tensor3D, tf.Tensor3D];
    const save = args[3] as tf.GradSaveFunc;
    const scale = scaleOf(q);
    const logits = tf.matMul(q.mul(scale), k, false, true); // [P, N, M]
    const weights = tf.softmax(mask ? logits.add(mask) : logits); // [P, N, M]
    const output = layout.join(tf.matMul(weights, v)); // [P, N, K] in that layout
    save([q, k, v, weights, output]);
    return { value: output, gradFunc: (dy: T, saved: tf.Tensor[]) => gradients(dy, saved, scale, layout) };
  });
  // With rank 3, the transpose of the keys and that of the split into heads stay separate; combined, they would be slow.
  return run(...inputs.map(flat));
}

function gradients<T extends tf.Tensor>(slope: T, saved: tf.Tensor[], scale: number, { split }: Layout<T>): tf.Tensor[] {
  const [q, k, v, weights, output] = saved as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor];
  const shared = split(slope.mul(output).sum(-1, true)); // [P, N, 1]
  const dy = split(slope); // [P, N, K]
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
