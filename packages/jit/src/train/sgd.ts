import { decayed } from "./decayed.js";
import type { Clipping, Optimiser } from "./optimiser.js";

/** Options of gradient descent. */
export interface SgdOptions extends Clipping {
  readonly kind: "sgd";
  /** The share of the last step that is added to the next; 0 by default. */
  readonly momentum?: number;
  /** Uses Nesterov's momentum, which looks one step ahead; false by default. */
  readonly nesterov?: boolean;
  /** Is multiplied by the parameter and added to the gradient; 0 by default. */
  readonly weightDecay?: number;
}

/** Gradient descent with momentum, as torch.optim.SGD without dampening. @see Sutskever et al. 2013 */
export function sgd({ momentum = 0, nesterov = false, weightDecay = 0 }: SgdOptions): Optimiser {
  return {
    moments: momentum > 0 ? ["m"] : [],
    scalars: (learningRate) => ({ rate: learningRate }),
    update({ param, m }, gradient, { rate }) {
      const whole = decayed(gradient, param!, weightDecay);
      if (!m) return { param: param!.sub(whole.mul(rate!)) };
      const next = m.mul(momentum).add(whole);
      const direction = nesterov ? whole.add(next.mul(momentum)) : next;
      return { param: param!.sub(direction.mul(rate!)), m: next };
    },
  };
}
