import * as tf from "@tensorflow/tfjs";

/** Options of the optimiser; the defaults are torch's but for the smaller weight decay. */
export interface AdamWOptions {
  readonly beta1?: number;
  readonly beta2?: number;
  readonly epsilon?: number;
  readonly weightDecay?: number;
  /** Largest norm of all gradients together; longer ones are scaled down. Left out: no clipping. */
  readonly clipNorm?: number;
}

const adamWDefaults = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 1e-4 } as const;

/**
 * One parameter with its moments, all of one shape. The moments are sums, not means: m / (1 - beta1) and v / (1 - beta2) of the paper, which saves
 * two passes over the gradient. Their factors are in {@link scalarsOf}.
 */
export interface Slot {
  readonly param: tf.Tensor;
  readonly m: tf.Tensor;
  readonly v: tf.Tensor;
}

/** What changes from step to step, folded to three scalars in double precision by {@link scalarsOf}. */
export interface StepScalars<T> {
  /** 1 - rate * weightDecay */
  readonly decay: T;
  /** rate (1 - beta1) / (1 - beta1^t) sqrt((1 - beta2^t) / (1 - beta2)) */
  readonly rate: T;
  /** epsilon sqrt((1 - beta2^t) / (1 - beta2)) */
  readonly epsilon: T;
}

/** @param step number of this step, from 1 */
export function scalarsOf(learningRate: number, step: number, options: AdamWOptions): StepScalars<number> {
  const { beta1, beta2, epsilon, weightDecay } = { ...adamWDefaults, ...options };
  const root = Math.sqrt((1 - beta2 ** step) / (1 - beta2));
  return {
    decay: 1 - learningRate * weightDecay,
    rate: ((learningRate * (1 - beta1)) / (1 - beta1 ** step)) * root,
    epsilon: epsilon * root,
  };
}

/**
 * One step of Adam with decoupled weight decay.
 * @see Loshchilov and Hutter 2019, algorithm 2; epsilon outside the root, as torch.optim.AdamW
 */
export function adamW(
  { param, m, v }: Slot,
  gradient: tf.Tensor,
  { decay, rate, epsilon }: StepScalars<tf.Tensor>,
  options: AdamWOptions,
): Slot {
  const { beta1, beta2 } = { ...adamWDefaults, ...options };
  const nextM = m.mul(beta1).add(gradient);
  const nextV = v.mul(beta2).add(gradient.square());
  const step = nextM.div(nextV.sqrt().add(epsilon)).mul(rate);
  return { param: param.mul(decay).sub(step), m: nextM, v: nextV };
}

/** Length of all gradients laid end to end. */
export function globalNorm(gradients: readonly tf.Tensor[]): tf.Scalar {
  return tf.sqrt(tf.addN(gradients.map((g) => g.square().sum<tf.Scalar>())));
}

/** min(1, clipNorm / (norm + 1e-6)), as torch.nn.utils.clip_grad_norm_. */
export function clipFactor(norm: tf.Scalar, clipNorm: number): tf.Scalar {
  return tf.minimum(tf.scalar(1), tf.scalar(clipNorm).div(norm.add(1e-6)));
}
