import { check, func, whole } from "@ltad/core/check";

/** Makes a record of layers with the keys "0", "1", ..., which `listOf` of @ltad/core reads in order. */
export function layersOf<L>(count: number, make: (index: number) => L): Record<string, L> {
  check("layersOf", { count, make }, { count: whole(0), make: func });
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [i, make(i)]));
}
