import { check, fields, func, tensor } from "@ltad/core/check";
import { unitLength } from "@ltad/jit/nn";
import * as tf from "@tensorflow/tfjs";

// Shapes: K classes, M tokens of a pseudo class name, V tokens of a prefix, L tokens of a text, Dtok size of a token, E width of the text vectors.

/** The function of a frozen text encoder T, [B, L, Dtok] -> [B, E]. Every row has L tokens. */
export type ForwardText = (tokens: tf.Tensor3D) => tf.Tensor2D;

/** The token embeddings of the prompts v_n and v_a, "a" and "a broken" in the paper. They may differ in length. */
export interface Prefixes {
  /** [V_n, Dtok] */
  readonly normal: tf.Tensor;
  /** [V_a, Dtok] */
  readonly abnormal: tf.Tensor;
}

/** The text vectors of every class, [K, E] each, at unit length. Gather rows of them by class index. */
export interface TextPrototypes {
  /** t_n,c */
  readonly normal: tf.Tensor2D;
  /** t_a,c */
  readonly abnormal: tf.Tensor2D;
}

const prefixRule = fields({ normal: tensor(2), abnormal: tensor(2) });

/**
 * Computes the text vectors of every class: t_n,c = T([v_n; s_c]) and t_a,c = T([v_a; s_c]), as in the paper, scaled to unit length.
 * @param names s_c of every class, [K, M, Dtok]
 */
export function textPrototypes(forwardText: ForwardText, prefixes: Prefixes, names: tf.Tensor): TextPrototypes {
  check("textPrototypes", { forwardText, prefixes, names }, { forwardText: func, prefixes: prefixRule, names: tensor(3) });
  return {
    normal: unitLength(forwardText(withPrefix(prefixes.normal, names))),
    abnormal: unitLength(forwardText(withPrefix(prefixes.abnormal, names))),
  };
}

/** [v; s_c]: puts [V, Dtok] in front of each of [K, M, Dtok] -> [K, V + M, Dtok]. */
function withPrefix(prefix: tf.Tensor, names: tf.Tensor): tf.Tensor3D {
  const prefixes = prefix.expandDims(0).tile<tf.Tensor>([names.shape[0], 1, 1]); // [K, V, Dtok]
  return tf.concat([prefixes, names], 1) as tf.Tensor3D; // [K, V + M, Dtok]
}
