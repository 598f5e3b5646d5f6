import type * as tf from "@tensorflow/tfjs";
import { decayed } from "./decayed.js";
import type { Clipping, Optimiser } from "./optimiser.js";

/** Options of RMSprop; the defaults are torch's. */
export interface RmsPropOptions extends Clipping {
  readonly kind: "rmsprop";
  /** The share of the mean square that each step keeps; 0.99 by default. */
  readonly decay?: number;
  /** 1e-8 by default. */
  readonly epsilon?: number;
  /** The share of the last step that is added to the next; 0 by default. */
  readonly momentum?: number;
  /** Divides by the deviation from the mean gradient instead of the root of the mean square; false by default. */
  readonly centred?: boolean;
  /** Is multiplied by the parameter and added to the gradient; 0 by default. */
  readonly weightDecay?: number;
}

/** RMSprop as torch.optim.RMSprop. `v` is the mean square, `a` is the mean of the gradient, and `m` is the momentum. @see Hinton 2012, lecture 6 */
export function rmsProp({ decay = 0.99, epsilon = 1e-8, momentum = 0, centred = false, weightDecay = 0 }: RmsPropOptions): Optimiser {
  const mean = (before: tf.Tensor, now: tf.Tensor) => before.mul(decay).add(now.mul(1 - decay));
  return {
    moments: ["v", ...(centred ? ["a"] : []), ...(momentum > 0 ? ["m"] : [])],
    scalars: (learningRate) => ({ rate: learningRate }),
    update({ param, v, a, m }, gradient, { rate }) {
      const whole = decayed(gradient, param!, weightDecay);
      const next: Record<string, tf.Tensor> = { v: mean(v!, whole.square()) };
      if (a) next["a"] = mean(a, whole);
      const variance = next["a"] ? next["v"]!.sub(next["a"].square()) : next["v"]!;
      const step = whole.div(variance.sqrt().add(epsilon));
      if (m) next["m"] = m.mul(momentum).add(step);
      return { param: param!.sub((next["m"] ?? step).mul(rate!)), ...next };
    },
  };
}
