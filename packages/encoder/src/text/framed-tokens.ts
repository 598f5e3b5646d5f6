import * as tf from "@tensorflow/tfjs";

// Shapes: B texts, L tokens of a text, L + 2 places with the special tokens, D token size.

/** A batch of texts, each between the special tokens of a model. */
export interface FramedTokens {
  /** [B, L + 2, D]: begin, tokens, end, then zeros */
  readonly words: tf.Tensor3D;
  /** [B, L + 2], 1 up to the end token; undefined when every text fills its row */
  readonly mask: tf.Tensor2D | undefined;
  /** [B or 1, L + 2], 1 at the end token */
  readonly end: tf.Tensor2D;
}

/**
 * Puts the special tokens of a model around word vectors: [CLS] ... [SEP] for BERT, start and end of text for CLIP.
 * @param special the vectors of the begin and the end token, [D] each
 * @param tokens [B, L, D]
 * @param mask [B, L], 1 for tokens, which come first, and 0 for padding; if omitted, all are tokens
 */
export function frameTokens(
  special: { readonly begin: tf.Tensor; readonly end: tf.Tensor },
  tokens: tf.Tensor3D,
  mask?: tf.Tensor2D,
): FramedTokens {
  const [, length, width] = tokens.shape;
  const places = length + 2;
  const inner = mask ? tokens.mul<tf.Tensor3D>(mask.expandDims(2)) : tokens;
  const nothing: tf.Tensor3D = inner.slice([0, 0, 0], [-1, 1, -1]).mul(0); // [B, 1, D]
  const begin: tf.Tensor3D = nothing.add(special.begin);
  if (!mask)
    return { words: tf.concat([begin, inner, nothing.add<tf.Tensor3D>(special.end)], 1), mask: undefined, end: oneAt(places - 1, places) };
  const real: tf.Tensor2D = padded(mask, [1, 1]).add(oneAt(0, places)); // [B, L + 2], begin and tokens
  const end: tf.Tensor2D = padded(real.slice([0, 0], [-1, places - 1]), [1, 0]).mul<tf.Tensor2D>(tf.sub(1, real)); // [B, L + 2], the first place after them
  const rows = tf.concat([begin, inner, nothing], 1); // [B, L + 2, D]
  return { words: rows.add<tf.Tensor3D>(end.expandDims(2).mul(special.end.reshape([1, 1, width]))), mask: real.add<tf.Tensor2D>(end), end };
}

function padded(x: tf.Tensor2D, columns: [number, number]): tf.Tensor2D {
  return tf.pad(x, [[0, 0], columns]);
}

/** A row [1, places] that is 1 at one place and 0 elsewhere. */
function oneAt(place: number, places: number): tf.Tensor2D {
  return tf.tensor2d(
    Array.from({ length: places }, (_, i) => (i === place ? 1 : 0)),
    [1, places],
  );
}
