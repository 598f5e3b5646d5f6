import { LtadError } from "@ltad/core/browser";
import { shown } from "@ltad/core/format";

/** An LTAD_IMAGE error: file, what was found, what to do. */
export function imageError(name: string, found: string, advice: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_IMAGE", `${shown(name)}: ${found}. ${advice}`, {
    details: { file: name },
    ...(cause === undefined ? {} : { cause }),
  });
}
