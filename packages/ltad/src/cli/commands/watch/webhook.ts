import { LtadError } from "@ltad/core";
import type { Receiver } from "./outbox.js";

const patience = 10_000;
/** Answers that say that this result is wrong, whenever it comes; all others may be better tomorrow. */
const refusals = new Set([400, 413, 415, 422]);

/** Posts results as JSON to a URL. @throws LtadError `LTAD_CONFIG` */
export function webhook(address: string): Receiver {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !["http:", "https:"].includes(url.protocol))
    throw new LtadError("LTAD_CONFIG", `--webhook: expected a URL such as http://127.0.0.1:3000/results, received ${address}.`);
  const { username, password } = url;
  const login =
    username === "" ? {} : { authorization: `Basic ${btoa(`${decodeURIComponent(username)}:${decodeURIComponent(password)}`)}` };
  url.username = url.password = "";
  const name = `${url.origin}${url.pathname}`;
  return {
    name,
    async send(line, signal) {
      const signals = AbortSignal.any([signal, AbortSignal.timeout(patience)]);
      const headers = { "content-type": "application/json", ...login };
      const answer = await fetch(url, { method: "POST", headers, body: line, signal: signals, redirect: "manual" }).catch(
        (error: unknown) => {
          throw new Error(`cannot be reached (${reasonOf(error as Error)}).`, { cause: error });
        },
      );
      await answer.body?.cancel();
      if (answer.ok) return "sent";
      if (refusals.has(answer.status)) return "refused";
      throw new Error(`answered with status ${answer.status}.`);
    },
    close: async () => {},
  };
}

function reasonOf(error: Error): string {
  const { cause, name, message } = error;
  return (cause as { code?: string } | undefined)?.code ?? (name === "TimeoutError" ? `no answer in ${patience / 1000} s` : message);
}
