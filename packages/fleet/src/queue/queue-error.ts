import { LtadError } from "@ltad/core";

/** What a server says of a user, a password, a database or a certificate that does not fit. */
const refusals = [
  /^(NOAUTH|WRONGPASS|NOPERM)\b/,
  /DB index is out of range/,
  /authentication failed|password must be a string|no pg_hba\.conf entry/,
  /^(database|role) .* does not exist$/,
  /permission denied/,
  /does not support SSL|certificate/,
];

/** Why a queue cannot be used: its server refuses this program for good, or is out of reach for now. */
export function queueError(error: Error & { readonly code?: string }, { host }: URL): LtadError {
  const reason = reasonOf(error);
  if (refusals.some((pattern) => pattern.test(reason))) {
    const message = `--queue: the server ${host} refuses the connection (${reason}). Check the user, the password and the database of the URL, and its certificate.`;
    return new LtadError("LTAD_CONFIG", message, { cause: error, details: { field: "queue" } });
  }
  const message = `--queue: the server ${host} cannot be reached (${reason}). Check its address, and that it runs.`;
  return new LtadError("LTAD_FETCH", message, { cause: error });
}

/** PostgreSQL's code of a server that is starting. */
const starting = "57P03";
const outOfReach = new Set(["ECONNREFUSED", "ECONNRESET", "EPIPE", "ETIMEDOUT", "EHOSTUNREACH", "57P01", "57P02", starting]);

/** Whether the server has gone, and may come back. */
export function isOutOfReach({ code, message }: Error & { readonly code?: string }): boolean {
  return outOfReach.has(code ?? "") || message.startsWith("Connection terminated");
}

/** Whether the server said that it is starting. */
export function isStarting({ cause }: Error): boolean {
  return (cause as { readonly code?: string } | undefined)?.code === starting;
}

/** The same in few words. */
export function reasonOf({ message, code }: Error & { readonly code?: string }): string {
  if (message.startsWith("NOAUTH")) return "NOAUTH: it expects a password"; // the original explains the protocol
  return message || (code ?? "no reason given");
}
