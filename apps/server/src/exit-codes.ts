import { isLtadError } from "@ltad/core";

/** 0 done, 1 failed (can be tried again), 2 wrong use, 3 bad data. */
export function exitCode(error: unknown): 1 | 2 | 3 {
  if (!isLtadError(error)) return 1;
  if (error.code === "LTAD_CONFIG") return 2;
  return error.code === "LTAD_BUNDLE" || error.code === "LTAD_DATA" || error.code === "LTAD_WEIGHTS" ? 3 : 1;
}
