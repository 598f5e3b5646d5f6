import type { LtadErrorCode } from "./errors.js";

/** The exit codes of the programs: 0 done, 1 failed but may work if repeated, 2 wrong usage, 3 bad data, 4 an image is not OK, 130 stopped by Ctrl-C. */
export const exitCodes = { done: 0, failed: 1, wrongUse: 2, badData: 3, defect: 4, stopped: 130 } as const;

/**
 * The exit code of `ltad` and `ltad-server` for each error code. A full disk counts as bad data, because the same command fails again
 * until there is room.
 */
export const exitCodeOf: Readonly<Record<LtadErrorCode, number>> = {
  LTAD_CONFIG: exitCodes.wrongUse,
  LTAD_DATA: exitCodes.badData,
  LTAD_IMAGE: exitCodes.badData,
  LTAD_MASK: exitCodes.badData,
  LTAD_BUNDLE: exitCodes.badData,
  LTAD_WEIGHTS: exitCodes.badData,
  LTAD_UNDEFINED_METRIC: exitCodes.badData,
  LTAD_WRITE: exitCodes.badData,
  LTAD_FETCH: exitCodes.failed,
  LTAD_SHAPE: exitCodes.failed,
  LTAD_TRACE: exitCodes.failed,
  LTAD_NOT_FINITE: exitCodes.failed,
  LTAD_ABORTED: exitCodes.stopped,
};
