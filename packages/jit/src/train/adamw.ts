import type * as tf from "@tensorflow/tfjs";
import type { Clipping, Optimiser } from "./optimiser.js";

/** Options of AdamW. The defaults are torch's, except for the smaller weight decay. */
export interface AdamWOptions extends Clipping {
  readonly kind?: "adamw";
  /** 0.9 by default. */
  readonly beta1?: number;
  /** 0.999 by default. */
  readonly beta2?: number;
  /** 1e-8 by default. */
  readonly epsilon?: number;
  /** Is decoupled from the gradient; 1e-4 by default. */
  readonly weightDecay?: number;
}

/** The scalars of one step of Adam, folded in double precision. */
export interface AdamScalars {
  /** rate (1 - beta1) / (1 - beta1^t) sqrt((1 - beta2^t) / (1 - beta2)) */
  readonly rate: number;
  /** epsilon sqrt((1 - beta2^t) / (1 - beta2)) */
  readonly epsilon: number;
}

type AdamSettings = Pick<AdamWOptions, "beta1" | "beta2" | "epsilon">;

const adamDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 } as const;

/**
 * Adam with decoupled weight decay. Its moments are sums and not means, the paper's m / (1 - beta1) and v / (1 - beta2), which saves two passes over the
 * gradient; the scalars contain the factors.
 * @see Loshchilov and Hutter 2019, algorithm 2; epsilon outside the root, as torch.optim.AdamW
 */
export function adamW(options: AdamWOptions): Optimiser {
  const { weightDecay = 1e-4, ...settings } = options;
  return {
    moments: ["m", "v"],
    scalars: (learningRate, step) => ({ decay: 1 - learningRate * weightDecay, ...adamScalars(learningRate, step, settings) }),
    update({ param, m, v }, gradient, { decay, rate, epsilon }) {
      const { step, ...moments } = adamStep({ m: m!, v: v! }, gradient, { rate: rate!, epsilon: epsilon! }, settings);
      return { param: param!.mul(decay!).sub(step), ...moments };
    },
  };
}

/** Computes the scalars of a step. @param step the number of this step, counted from 1 */
export function adamScalars(learningRate: number, step: number, options: AdamSettings): AdamScalars {
  const { beta1, beta2, epsilon } = { ...adamDefaults, ...options };
  const root = Math.sqrt((1 - beta2 ** step) / (1 - beta2));
  return { rate: ((learningRate * (1 - beta1)) / (1 - beta1 ** step)) * root, epsilon: epsilon * root };
}

type Moments = Readonly<Record<"m" | "v", tf.Tensor>>;

/** Computes the next moments, and what to subtract from the parameter. */
export function adamStep(
  { m, v }: Moments,
  gradient: tf.Tensor,
  { rate, epsilon }: Readonly<Record<keyof AdamScalars, tf.Tensor>>,
  options: AdamSettings,
): Moments & { readonly step: tf.Tensor } {
  const { beta1, beta2 } = { ...adamDefaults, ...options };
  const nextM = m.mul(beta1).add(gradient);
  const nextV = v.mul(beta2).add(gradient.square());
  return { m: nextM, v: nextV, step: nextM.div(nextV.sqrt().add(epsilon)).mul(rate) };
}
