import { adamScalars, adamStep } from "./adamw.js";
import { decayed } from "./decayed.js";
import type { Clipping, Optimiser } from "./optimiser.js";

/** Options of Adam; the defaults are torch's. */
export interface AdamOptions extends Clipping {
  readonly kind: "adam";
  /** 0.9 by default. */
  readonly beta1?: number;
  /** 0.999 by default. */
  readonly beta2?: number;
  /** 1e-8 by default. */
  readonly epsilon?: number;
  /** Is multiplied by the parameter and added to the gradient; 0 by default. */
  readonly weightDecay?: number;
}

/** Adam as torch.optim.Adam. Its moments are sums, as those of `adamW`. @see Kingma and Ba 2015, algorithm 1 */
export function adam({ weightDecay = 0, ...settings }: AdamOptions): Optimiser {
  return {
    moments: ["m", "v"],
    scalars: (learningRate, step) => ({ ...adamScalars(learningRate, step, settings) }),
    update({ param, m, v }, gradient, { rate, epsilon }) {
      const whole = decayed(gradient, param!, weightDecay);
      const { step, ...moments } = adamStep({ m: m!, v: v! }, whole, { rate: rate!, epsilon: epsilon! }, settings);
      return { param: param!.sub(step), ...moments };
    },
  };
}
