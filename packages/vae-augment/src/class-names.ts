import { float32, LtadError, type NdArray, type Rng } from "@ltad/core";
import { check, floatData, func, number, rng as random, tensor, whole } from "@ltad/core/check";
import { unitLength } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";

// Shapes: K classes, M tokens of a pseudo class name, Dtok size of a token, E width of the text vectors.
// (P) marks what the paper says, and (O) our own choice; docs/method.md goes through both.

/**
 * Initialises the pseudo class names s_c with N(0, deviation^2) around the mean token embedding of the text encoder T (O). The real names of the
 * classes are never read.
 * @param classes K
 * @param tokens M, 1 or more; the presets use 4 (O)
 * @param meanToken [Dtok], `meanToken` of a text encoder
 * @param deviation the standard deviation; 0.02 by default (O)
 * @returns [K, M, Dtok]
 * @throws LtadError `LTAD_CONFIG` when a name has no token
 */
export function initClassNames(classes: number, tokens: number, meanToken: Float32Array, rng: Rng, deviation = 0.02): NdArray {
  const sizes = { classes: whole(1), tokens: number(), meanToken: floatData(), rng: random, deviation: number(0) };
  check("initClassNames", { classes, tokens, meanToken, rng, deviation }, sizes);
  if (!Number.isInteger(tokens) || tokens < 1) throw tokensError(tokens);
  const size = meanToken.length;
  const noise = rng.normals(classes * tokens * size, deviation);
  return float32(
    [classes, tokens, size],
    noise.map((x, i) => x + meanToken[i % size]!),
  );
}

/**
 * The text vectors of all classes, t_c = T(s_c) (P), scaled to unit length (O).
 * @param forwardText the frozen text encoder T, [K, M, Dtok] -> [K, E]
 * @param names s_c, [K, M, Dtok]
 * @returns [K, E]; gather the rows of a batch's classes from this table
 */
export function classTexts(forwardText: (tokens: tf.Tensor3D) => tf.Tensor2D, names: tf.Tensor): tf.Tensor2D {
  check("classTexts", { forwardText, names }, { forwardText: func, names: tensor(3) });
  return unitLength(forwardText(names as tf.Tensor3D)); // [K, E]
}

function tokensError(received: number): LtadError {
  const message = `vae-augment: expected 1 or more tokens in a class name, received ${received}.`;
  return new LtadError("LTAD_CONFIG", message, { details: { received } });
}
