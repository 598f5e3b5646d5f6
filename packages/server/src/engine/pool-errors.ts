import { LtadError } from "@ltad/core";
import { HttpError } from "../http-error.js";
import type { Failure } from "../messages.js";

// What a pool of processes says when it has no answer.

export function unusable(bundle: string, what: string): LtadError {
  return new LtadError("LTAD_BUNDLE", `${bundle}: ${what}. The model may need more memory than is available, or be damaged.`);
}

export function shuttingDown(): HttpError {
  return new HttpError("LTAD_NOT_READY", "The server is shutting down.", { retryAfter: 5 });
}

export function tooLate(timeout: number): HttpError {
  return new HttpError("LTAD_TIMEOUT", `The image took longer than ${timeout / 1000} s. Send a smaller one.`);
}

export function tooLongInQueue(): HttpError {
  return new HttpError("LTAD_BUSY", "The image waited too long for its turn. Try again later.", { retryAfter: 5 });
}

export function errorOf({ code, message }: Failure, log: (message: string) => void): Error {
  if (code === "LTAD_TOO_LARGE") return new HttpError(code, message);
  if (code !== "LTAD_INTERNAL") return new LtadError(code, message);
  log(`an inference process failed: ${message}`);
  return new HttpError(code, "The server failed. Its log has the reason.");
}
