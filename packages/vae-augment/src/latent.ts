import { linear, type Linear } from "@ltad/jit/nn";
import type * as tf from "@tensorflow/tfjs";

// Shapes: B images, Z size of z, L latent.

/** F_mu and F_sigma: linear maps of z (P); the second predicts log sigma^2 (O). */
export type LatentParams<T = tf.Tensor> = { readonly mu: Linear<T>; readonly log_var: Linear<T> };

/** A normal distribution with independent components, [B, L] each. */
export interface Gaussian {
  readonly mu: tf.Tensor2D;
  readonly logVar: tf.Tensor2D;
}

/**
 * mu = F_mu(z), log sigma^2 = F_sigma(z).
 * @param z [B, Z], standardised
 */
export function encode(p: LatentParams, z: tf.Tensor2D): Gaussian {
  return { mu: linear(p.mu, z), logVar: linear(p.log_var, z) };
}

/**
 * z_hat = mu + sigma eps.
 * @param eps standard normal, [B, L]; zeros give the mean
 * @returns [B, L]
 */
export function sample({ mu, logVar }: Gaussian, eps: tf.Tensor2D): tf.Tensor2D {
  return mu.add(logVar.mul(0.5).exp().mul(eps));
}

/**
 * KL(N(mu, sigma^2) || N(0, I)) = sum over the latent of (sigma^2 + mu^2 - 1 - log sigma^2)/2, mean over images.
 * @returns scalar >= 0
 */
export function klDivergence({ mu, logVar }: Gaussian): tf.Scalar {
  return logVar.exp().add(mu.square()).sub(1).sub(logVar).sum(-1).mean().mul(0.5);
}
