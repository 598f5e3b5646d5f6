import { LtadError } from "@ltad/core";

/** A numbered record of layers. */
export function layersOf<L>(count: number, make: () => L): Record<string, L> {
  return Object.fromEntries(Array.from({ length: count }, (_, i) => [i, make()]));
}

/** @throws LtadError `LTAD_CONFIG` when the heads or `parts` do not divide the width */
export function checkHeads(width: number, heads: number, parts = 1): void {
  if (width % heads === 0 && width % parts === 0) return;
  throw new LtadError(
    "LTAD_CONFIG",
    `reconstruct: expected a width that ${heads} heads${parts > 1 ? ` and ${parts}` : ""} divide, received ${width}. Change width or heads.`,
    { details: { field: "width", width, heads } },
  );
}
