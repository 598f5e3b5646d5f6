import { setTimeout as sleep } from "node:timers/promises";
import { throwIfAborted } from "@ltad/core";
import { reasonOf } from "./download.js";
import { isPassing, unreachableError } from "./fetch-error.js";
import type { FolderOptions } from "./folder-options.js";

const attempts = 4;

/**
 * A small request, which is repeated if a retry may help.
 * @throws LtadError `LTAD_FETCH` when no retry succeeds
 */
export async function requestOnce(
  url: string,
  headers: Readonly<Record<string, string>>,
  options: FolderOptions,
  { method = "GET", redirect = "follow" }: Pick<RequestInit, "method" | "redirect"> = {},
): Promise<Response> {
  const { signal, retryAfter = 500, stallAfter = 30_000 } = options;
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    const limit = AbortSignal.timeout(stallAfter);
    const answer = await fetch(url, {
      method,
      headers: { ...headers, "accept-encoding": "identity" },
      redirect,
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    }).catch((error: unknown) => error as Error);
    throwIfAborted(signal);
    if (answer instanceof Response && !isPassing(answer.status)) return answer;
    const why = answer instanceof Response ? `the server answered ${answer.status}` : reasonOf(answer);
    if (attempt === attempts) throw unreachableError(url, why, answer);
    await sleep(retryAfter * 2 ** (attempt - 1), undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}
