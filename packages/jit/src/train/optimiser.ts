import { check, fields, optional, type Rule } from "@ltad/core/check";
import { below, boolean, number, oneOf } from "@ltad/core/check";
import { LtadError } from "@ltad/core";
import type { Tensors } from "../traced-function.js";
import { adam, type AdamOptions } from "./adam.js";
import { adamW, type AdamWOptions } from "./adamw.js";
import { rmsProp, type RmsPropOptions } from "./rmsprop.js";
import { sgd, type SgdOptions } from "./sgd.js";
import type * as tf from "@tensorflow/tfjs";

/** Turns gradients into updates of parameters. */
export interface Optimiser {
  /** The names of the arrays that it keeps for each parameter, which start at 0. */
  readonly moments: readonly string[];
  /** The scalars of one step, in double precision. @param step counts from 1 */
  scalars(learningRate: number, step: number): Readonly<Record<string, number>>;
  /** The next values of one parameter, under `param`, and of its moments. */
  update(slot: Slot, gradient: tf.Tensor, scalars: Tensors): Slot;
}

/** One parameter, under `param`, with its moments, all of one shape. */
export type Slot = Readonly<Record<string, tf.Tensor>>;

/** The options that all optimisers have. */
export interface Clipping {
  /** The largest norm of all gradients together; larger ones are scaled down. Without it gradients are not clipped. */
  readonly clipNorm?: number;
}

/** The kind of an optimiser and its settings; AdamW by default. */
export type OptimiserOptions = AdamWOptions | AdamOptions | SgdOptions | RmsPropOptions;

const share = optional(number(0, 1));
const size = optional(number(0));
/** How much of a mean is kept. With 1 nothing would ever join it. */
const kept = optional(below(1, 0));
const adamFields = { beta1: kept, beta2: kept, epsilon: size, weightDecay: size };

/** The settings of each kind. */
const kinds = {
  adamw: { make: adamW, rules: adamFields },
  adam: { make: adam, rules: adamFields },
  sgd: { make: sgd, rules: { momentum: share, nesterov: optional(boolean), weightDecay: size } },
  rmsprop: { make: rmsProp, rules: { decay: kept, epsilon: size, momentum: share, centred: optional(boolean), weightDecay: size } },
} as const satisfies Record<string, { make(options: never): Optimiser; rules: Record<string, Rule> }>;

/**
 * The optimiser of these options.
 * @throws LtadError `LTAD_CONFIG` for an unknown kind or setting, or a setting out of range
 */
export function optimiserOf(options: OptimiserOptions): Optimiser {
  check("trainStep", { optimiser: options }, { optimiser: (value, path) => kindRule(Object(value) as { kind?: unknown }, path) });
  const kind = kinds[options.kind ?? "adamw"] as { make(options: OptimiserOptions): Optimiser; rules: Record<string, Rule> };
  check(
    "trainStep",
    { optimiser: options },
    { optimiser: fields({ kind: optional(oneOf(Object.keys(kinds))), clipNorm: size, ...kind.rules }) },
  );
  if (options.kind === "sgd" && options.nesterov && !options.momentum)
    throw new LtadError("LTAD_CONFIG", "trainStep: optimiser.nesterov: expected a momentum above 0 with it, received none. Set momentum.");
  return kind.make(options);
}

const kindRule = ({ kind }: { kind?: unknown }, path: string) => optional(oneOf(Object.keys(kinds)))(kind, `${path}.kind`);
