import type { LtadError } from "@ltad/core";
import { faultKinds } from "../../images/fault-kinds.js";
import { byCodePoint } from "../../internal/by-code-point.js";
import type { Remarks } from "../remarks.js";

/** An image that cannot be used, or the mask of one. */
export interface ItemFault {
  readonly id: string;
  readonly class: string;
  readonly error: LtadError<"LTAD_IMAGE" | "LTAD_MASK">;
}

/** What is said of several images, and of one. */
type Words = readonly [several: string, one: string];
export const unusableImage: Words = ["cannot be used", "cannot be used"];
export const unusableMask: Words = ["whose masks cannot be used", "its mask cannot be used"];

/** Kinds of fault with more images than this are one remark. */
const listed = 3;

/** Remarks on files that cannot be used: one remark for each, or one for many with the same fault. */
export function remarkOnFaults(faults: readonly ItemFault[], { matter }: Remarks, what: Words): void {
  const ordered = faults.toSorted((a, b) => byCodePoint(a.id, b.id));
  for (const { message, faults: same } of faultKinds(ordered)) {
    if (same.length <= listed) for (const { id, error } of same) matter(id, `${what[1]}: ${error.message}`);
    else
      matter(
        placeOf(same),
        `${what[0]}, all for one reason. The first: ${message}`,
        same.map(({ id }) => id),
      );
  }
}

function placeOf(faults: readonly ItemFault[]): string {
  const classes = [...new Set(faults.map((fault) => fault.class))];
  return classes.length === 1 ? classes[0]! : `${classes.length} classes`;
}
