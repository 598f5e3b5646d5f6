import { isLtadError, type LtadErrorCode } from "@ltad/core";

/** Codes of the server, in addition to those of @ltad/core. */
export type ServerErrorCode =
  | "LTAD_REQUEST"
  | "LTAD_NOT_FOUND"
  | "LTAD_TOO_LARGE"
  | "LTAD_BUSY"
  | "LTAD_NOT_READY"
  | "LTAD_CRASHED"
  | "LTAD_TIMEOUT"
  | "LTAD_INTERNAL";

/** HTTP statuses of all error codes: the one table. */
export const statuses: Readonly<Record<LtadErrorCode | ServerErrorCode, number>> = {
  LTAD_REQUEST: 400,
  LTAD_CONFIG: 400, // an unknown class
  LTAD_NOT_FOUND: 404,
  LTAD_TOO_LARGE: 413,
  LTAD_IMAGE: 422,
  LTAD_BUSY: 503,
  LTAD_NOT_READY: 503,
  LTAD_CRASHED: 503,
  LTAD_TIMEOUT: 504,
  LTAD_INTERNAL: 500,
  // These cannot be the fault of a request.
  LTAD_DATA: 500,
  LTAD_MASK: 500,
  LTAD_SHAPE: 500,
  LTAD_TRACE: 500,
  LTAD_NOT_FINITE: 500,
  LTAD_UNDEFINED_METRIC: 500,
  LTAD_BUNDLE: 500,
  LTAD_WEIGHTS: 500,
  LTAD_FETCH: 500,
  LTAD_WRITE: 500,
  LTAD_ABORTED: 503,
};

/** An answer that is an error. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: LtadErrorCode | ServerErrorCode,
    message: string,
    options: ErrorOptions & { /** seconds */ readonly retryAfter?: number } = {},
  ) {
    super(message, options);
    this.status = statuses[code];
    this.retryAfter = options.retryAfter;
  }
}

const failed = "The server failed. Its log has the reason.";

/**
 * What a client learns about an error. When the client did not cause it, that is only that there was one, because its words may
 * name files of this machine.
 */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (isLtadError(error)) return new HttpError(error.code, statuses[error.code] === 500 ? failed : error.message, { cause: error });
  const { statusCode, message, code } = error as { statusCode?: number; message?: string; code?: string };
  if (statusCode === 413 || code === "FST_REQ_FILE_TOO_LARGE")
    return new HttpError("LTAD_TOO_LARGE", "The request is larger than this server accepts. Send a smaller image.", { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new HttpError("LTAD_REQUEST", message ?? "The request cannot be understood.", { cause: error });
  return new HttpError("LTAD_INTERNAL", failed, { cause: error });
}
