import { LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import { byCodePoint } from "../internal/by-code-point.js";
import { paretoShares } from "./pareto-shares.js";
import type { Protocol } from "./protocol.js";

/** TailedCore leaves no class with fewer images. */
const fewestOfTailedCore = 5;

/** A class and a number of training images. */
export interface ClassCount {
  readonly name: string;
  readonly count: number;
}

/** "size": from most to least images, ties by name; or the names of all classes from most to least. */
export type ClassOrder = "size" | readonly string[];

/**
 * The classes in order.
 * @throws LtadError `LTAD_CONFIG` when a list does not name every class once
 */
export function orderClasses(available: readonly ClassCount[], given: ClassOrder): ClassCount[] {
  const order = given === "size" ? given : given.map((name) => name.normalize("NFC"));
  if (order === "size") return [...available].sort((a, b) => b.count - a.count || byCodePoint(a.name, b.name));
  const byName = new Map(available.map((entry) => [entry.name, entry]));
  const names = available.map(({ name }) => shown(name)).join(", ");
  const fail = (why: string) =>
    new LtadError("LTAD_CONFIG", `order: ${why}. Name each class once: ${names}; or use "size".`, { details: { field: "order" } });
  const unknown = order.find((name) => !byName.has(name));
  if (unknown !== undefined) throw fail(`there is no class ${shown(unknown)}`);
  const twice = order.find((name, i) => order.indexOf(name) !== i);
  if (twice !== undefined) throw fail(`${shown(twice)} is listed twice`);
  const missing = available.filter(({ name }) => !order.includes(name));
  if (missing.length > 0) throw fail(`${missing.map(({ name }) => shown(name)).join(", ")} missing`);
  return order.map((name) => byName.get(name)!);
}

/**
 * How many images each class keeps. With K classes in order, k = 0..K-1, n_max what the first one has and F the factor:
 * `exp` floor(n_max F^(-k/(K-1))); `step` n_max for the first half (rounded up), floor(n_max / F) for the rest; `pareto` see {@link paretoShares};
 * never below 1, at most what exists.
 * @param ordered available counts, see {@link orderClasses}
 * @see method.md, Data protocol (the one customary in long-tail work)
 */
export function longTailCounts(ordered: readonly ClassCount[], protocol: Exclude<Protocol, { kind: "file" }>): ClassCount[] {
  const most = ordered[0]?.count ?? 0;
  const wanted = wantedCounts(protocol, most, ordered.length);
  return ordered.map(({ name, count }, k) => ({ name, count: Math.min(count, Math.max(1, wanted?.[k] ?? count)) }));
}

/** Null for all. */
function wantedCounts(protocol: Exclude<Protocol, { kind: "file" }>, most: number, classes: number): number[] | null {
  if (protocol.kind === "full") return null;
  const { kind, factor } = protocol;
  if (kind !== "pareto") return Array.from({ length: classes }, (_, k) => share({ kind, factor }, most, k, classes));
  if (factor !== undefined) return paretoShares(classes, factor).map((part) => Math.floor(most * part + 1e-9));
  return paretoShares(classes).map((part) => Math.max(fewestOfTailedCore, Math.round(most * part)));
}

function share({ kind, factor }: { kind: "exp" | "step"; factor: number }, most: number, k: number, classes: number): number {
  if (kind === "step") return k < Math.ceil(classes / 2) ? most : Math.floor(most / factor);
  const position = classes > 1 ? k / (classes - 1) : 0;
  return Math.floor(most * factor ** -position + 1e-9); // 49 * (1/49) is a little under 1 in floating point
}
