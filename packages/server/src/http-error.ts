import { isLtadError, type LtadErrorCode } from "@ltad/core";

/** Codes of the server, in addition to those of @ltad/core. */
export type ServerErrorCode =
  | "LTAD_REQUEST"
  | "LTAD_UNAUTHORIZED"
  | "LTAD_FORBIDDEN"
  | "LTAD_NOT_FOUND"
  | "LTAD_METHOD"
  | "LTAD_MEDIA_TYPE"
  | "LTAD_TOO_LARGE"
  | "LTAD_URI"
  | "LTAD_SLOW"
  | "LTAD_HEADERS"
  | "LTAD_BUSY"
  | "LTAD_NOT_READY"
  | "LTAD_CRASHED"
  | "LTAD_TIMEOUT"
  | "LTAD_INTERNAL";

/** HTTP statuses of all error codes: the one table. */
export const statuses: Readonly<Record<LtadErrorCode | ServerErrorCode, number>> = {
  LTAD_REQUEST: 400,
  LTAD_CONFIG: 400, // an unknown class
  LTAD_UNAUTHORIZED: 401,
  LTAD_FORBIDDEN: 403,
  LTAD_NOT_FOUND: 404,
  LTAD_METHOD: 405,
  LTAD_SLOW: 408,
  LTAD_TOO_LARGE: 413,
  LTAD_URI: 414,
  LTAD_MEDIA_TYPE: 415,
  LTAD_IMAGE: 422,
  LTAD_HEADERS: 431,
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

/** Options of an {@link HttpError}. */
export interface HttpErrorOptions extends ErrorOptions {
  /** Seconds after which the client may try again. */
  readonly retryAfter?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error that is sent as an answer. */
export class HttpError extends Error {
  override readonly name = "HttpError";
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly retryAfter: number | undefined;

  constructor(
    readonly code: LtadErrorCode | ServerErrorCode,
    message: string,
    { retryAfter, headers = {}, ...options }: HttpErrorOptions = {},
  ) {
    super(message, options);
    this.status = statuses[code];
    this.retryAfter = retryAfter;
    this.headers = retryAfter === undefined ? headers : { ...headers, "retry-after": String(retryAfter) };
  }
}

const failed = "The server failed. Its log has the reason.";
const notANumber = "The model did not return a number. Do not use it; the server's log has the reason.";

/**
 * What a client learns about an error. When the client did not cause it, that is only that there was one, because its words may
 * name files of this machine.
 */
export function toHttpError(error: unknown): HttpError {
  if (error instanceof HttpError) return error;
  if (isLtadError(error)) {
    const hidden = error.code === "LTAD_NOT_FINITE" ? notANumber : failed;
    return new HttpError(error.code, statuses[error.code] === 500 ? hidden : error.message, { cause: error });
  }
  const { statusCode, message, code } = error as { statusCode?: number; message?: string; code?: string };
  if (statusCode === 413) return new HttpError("LTAD_TOO_LARGE", tooLarge, { cause: error });
  if (statusCode === 414) return new HttpError("LTAD_URI", "A part of the URL is too long.", { cause: error });
  if (statusCode === 404)
    return new HttpError("LTAD_NOT_FOUND", "There is nothing at this URL. /openapi.json lists all endpoints.", { cause: error });
  if (code === "FST_ERR_BAD_URL") return new HttpError("LTAD_REQUEST", "The URL is not well formed.", { cause: error });
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500)
    return new HttpError("LTAD_REQUEST", (message ?? "The request cannot be understood.").slice(0, 300), { cause: error });
  return new HttpError("LTAD_INTERNAL", failed, { cause: error });
}

export const tooLarge = "The request is larger than this server accepts. Send a smaller image.";
