import type { LtadErrorDetails } from "./error-details.js";

/** Stable identifiers of errors. The CLI maps them to exit codes, and the server maps them to HTTP statuses. */
export type LtadErrorCode =
  /** A file, folder or image is not what it should be. */
  | "LTAD_DATA"
  /** An image cannot be read: truncated, foreign, too large, hostile. */
  | "LTAD_IMAGE"
  /** A mask does not fit its image. */
  | "LTAD_MASK"
  /** An option or a field of a config is unknown or out of range. */
  | "LTAD_CONFIG"
  /** A tensor or array has the wrong shape or type. */
  | "LTAD_SHAPE"
  /** An operation cannot be traced. */
  | "LTAD_TRACE"
  /** An operation produced a NaN or an infinity, and the caller had enabled the check. */
  | "LTAD_NOT_FINITE"
  /** A metric does not exist for this input. */
  | "LTAD_UNDEFINED_METRIC"
  /** A bundle is damaged, foreign or of a newer version. */
  | "LTAD_BUNDLE"
  /** Encoder weights are damaged or do not fit. */
  | "LTAD_WEIGHTS"
  /** Something had to be fetched and could not. */
  | "LTAD_FETCH"
  /** The disk is full, or a file may not be written. */
  | "LTAD_WRITE"
  /** The caller aborted. */
  | "LTAD_ABORTED";

/**
 * Every error that a user can cause. Its message reads `where: expected, received, what to do`. Any other error that leaves a package is a bug.
 * Compare `code` rather than the class: the class differs between two installed copies of this package, the code does not.
 */
export class LtadError<Code extends LtadErrorCode = LtadErrorCode> extends Error {
  override readonly name = "LtadError";

  constructor(
    readonly code: Code,
    message: string,
    options: ErrorOptions & { readonly details?: LtadErrorDetails[Code] } = {},
  ) {
    super(message, options);
    this.details = options.details ?? {};
  }

  /** The same facts as in the message, for programs; see {@link LtadErrorDetails}. */
  readonly details: LtadErrorDetails[Code];
}

/** An {@link LtadError} of any code. Once you have compared `code`, TypeScript knows which details the error may have. */
export type AnyLtadError = { [Code in LtadErrorCode]: LtadError<Code> }[LtadErrorCode];

/** True for an {@link LtadError}, also one made by another installed copy of this package. */
export function isLtadError(error: unknown): error is AnyLtadError {
  return (
    error instanceof Error &&
    typeof (error as { code?: unknown }).code === "string" &&
    String((error as { code?: unknown }).code).startsWith("LTAD_")
  );
}

/** @throws LtadError `LTAD_ABORTED` when the signal has fired */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new LtadError("LTAD_ABORTED", "Stopped on request.", { cause: signal.reason });
}
