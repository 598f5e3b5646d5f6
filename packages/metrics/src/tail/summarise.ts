import { LtadError } from "@ltad/core/browser";
import { boolean, check, listOf, refuse, type Rule, string } from "@ltad/core/check";
import { type Measure, measureRule } from "../ranking/measure.js";

/** Means over all classes, over the half with the most training images, and over the other half. */
export interface Summary {
  readonly avg: Measure;
  readonly high: Measure;
  readonly low: Measure;
}

const measures: Rule = (value, path) => {
  if (!(value instanceof Map)) throw refuse(path, "a Map", value);
  for (const [name, measure] of value) measureRule(measure, `${path}.${String(name)}`);
};

/**
 * Avg, High and Low of one metric. High is the first half of the order, rounded up, and Low is the rest.
 * A class without a value is left out of the mean and named in `reason`; a mean without any value is null.
 * @param perClass a measure for every class
 * @param order all classes, from most to least training images
 * @throws LtadError `LTAD_CONFIG` when the order does not name every class once, or a class has no measure
 * @see method.md, Data protocol
 */
export function summarise(perClass: ReadonlyMap<string, Measure>, order: readonly string[]): Summary {
  check("summarise", { perClass, order }, { perClass: measures, order: listOf(string) });
  const same = order.length === perClass.size && new Set(order).size === order.length && order.every((name) => perClass.has(name));
  if (!same) {
    throw new LtadError(
      "LTAD_CONFIG",
      `summarise: the order (${order.join(", ")}) must name each class once (${[...perClass.keys()].join(", ")}).`,
    );
  }
  const half = Math.ceil(order.length / 2);
  const mean = (names: readonly string[]) => meanOf(names.map((name) => [name, perClass.get(name)!]));
  return { avg: mean(order), high: mean(order.slice(0, half)), low: mean(order.slice(half)) };
}

function meanOf(entries: readonly (readonly [string, Measure])[]): Measure {
  const values = entries.flatMap(([, { value }]) => (value === null ? [] : [value]));
  const missing = entries.filter(([, { value }]) => value === null).map(([name]) => name);
  if (values.length === 0)
    return { value: null, reason: entries.length === 0 ? "no class in this half" : `undefined for ${missing.join(", ")}` };
  const value = values.reduce((a, b) => a + b, 0) / values.length;
  return missing.length === 0 ? { value } : { value, reason: `without ${missing.join(", ")}` };
}

/** A class and its value. */
export interface WorstClass {
  readonly class: string;
  readonly value: number;
}

/**
 * The class with the worst value, and the first one among equals; null when no class has a value.
 * @param lowerIsBetter true for metrics such as false positive rates
 */
export function worstClass(perClass: ReadonlyMap<string, Measure>, lowerIsBetter = false): WorstClass | null {
  check("worstClass", { perClass, lowerIsBetter }, { perClass: measures, lowerIsBetter: boolean });
  let worst: WorstClass | null = null;
  for (const [name, { value }] of perClass) {
    if (value === null) continue;
    if (worst === null || (lowerIsBetter ? value > worst.value : value < worst.value)) worst = { class: name, value };
  }
  return worst;
}
