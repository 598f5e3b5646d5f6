import { LtadError } from "@ltad/core";

/** @throws LtadError `LTAD_CONFIG` when the width is not divisible by `heads` and by `parts` */
export function checkHeads(width: number, heads: number, parts = 1): void {
  if (width % heads === 0 && width % parts === 0) return;
  const divisors = parts > 1 ? `${heads} heads and by ${parts}` : `${heads} heads`;
  throw new LtadError(
    "LTAD_CONFIG",
    `reconstruct.width: expected a number divisible by ${divisors}, received ${width}. Change width or heads.`,
    { details: { field: "width", width, heads } },
  );
}
