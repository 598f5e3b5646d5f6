import { LtadError } from "@ltad/core";

/** The error of a failed download: what was requested, what came, and what to do. */
export function fetchError(url: string, why: string, advice: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_FETCH", `${url}: could not be fetched: ${why}. ${advice}`, { cause, details: { url } });
}

/** The error of a network that fails repeatedly, while the source itself may be right. */
export function unreachableError(url: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_FETCH", `${url}: could not be fetched: ${why}. ${networkAdvice}`, {
    cause,
    details: { url, unreachable: true },
  });
}

/** The error for a status of a server that a retry does not change. */
export function refusalError(url: string, status: number): LtadError {
  if (status === 401 || status === 403)
    return fetchError(
      url,
      `the server answered ${status}`,
      "The model is private, gated or misspelt: accept its licence on its page, and set HF_TOKEN to a token that has access to it.",
    );
  if (status === 404 || status === 410)
    return fetchError(url, `not found (${status})`, "Check the name of the model, its revision and its files.");
  return fetchError(url, `the server answered ${status}`, "Check the address, and HF_ENDPOINT if it is set.");
}

/** Whether a retry may help: the server gets too many requests, or is down. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

const networkAdvice = "Check the connection, then run again: the part that was downloaded is kept, and the download resumes from there.";
