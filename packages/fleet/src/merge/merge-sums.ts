import { type ClassSums, mergeSums } from "@ltad/features";
import type { ShardResult } from "../shard/shard-result.js";

/** The sums of one class from a result; undefined where the shard has none of it. */
export function sumsOf({ info, doubles }: ShardResult, label: number): ClassSums | undefined {
  const images = info.counts?.[String(label)];
  if (images === undefined) return undefined;
  return classSums(images, String(label), doubles);
}

/** Sums from the arrays of a file. */
export function classSums(images: number, name: string, doubles: ShardResult["doubles"]): ClassSums {
  const of = (part: "position" | "scatter" | "z" | "zSquare") => doubles[`${name}.${part}`]!;
  return { images, position: of("position"), scatter: of("scatter"), z: of("z"), zSquare: of("zSquare") };
}

/** Sums over both; undefined counts as none. */
export function addSums(a: ClassSums | undefined, b: ClassSums | undefined): ClassSums | undefined {
  return a && b ? mergeSums([a, b]) : (a ?? b);
}
