import type * as tf from "@tensorflow/tfjs";
import { decayed } from "./decayed.js";
import type { Clipping, Optimiser } from "./optimiser.js";

/** Options of RMSprop; the defaults are torch's. */
export interface RmsPropOptions extends Clipping {
  readonly kind: "rmsprop";
  /** How much of the mean square goes on; 0.99. */
  readonly decay?: number;
  /** 1e-8 */
  readonly epsilon?: number;
  /** How much of the last step goes on; 0. */
  readonly momentum?: number;
  /** Divides by the deviation from the mean gradient instead of the mean square; false. */
  readonly centred?: boolean;
  /** Added to the gradient, times the parameter; 0. */
  readonly weightDecay?: number;
}

/** RMSprop as torch.optim.RMSprop: `v` is the mean square, `a` the mean of the gradient, `m` the momentum. @see Hinton 2012, lecture 6 */
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
