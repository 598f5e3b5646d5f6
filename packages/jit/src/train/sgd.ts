import { decayed } from "./decayed.js";
import type { Clipping, Optimiser } from "./optimiser.js";

/** Options of gradient descent. */
export interface SgdOptions extends Clipping {
  readonly kind: "sgd";
  /** How much of the last step goes on; 0. */
  readonly momentum?: number;
  /** Looks ahead along the momentum (Nesterov); false. */
  readonly nesterov?: boolean;
  /** Added to the gradient, times the parameter; 0. */
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
