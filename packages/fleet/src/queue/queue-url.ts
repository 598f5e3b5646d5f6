import { LtadError } from "@ltad/core";

/** The protocols of a queue's URL, and the packages that speak them. */
export const drivers = { "redis:": "ioredis", "rediss:": "ioredis", "postgres:": "pg", "postgresql:": "pg" } as const;
type Protocol = keyof typeof drivers;

const expected = "expected a URL such as redis://127.0.0.1:6379 or postgres://user@127.0.0.1/db";
const encode = "In a user name or password, write / as %2F, ? as %3F, # as %23, @ as %40 and % as %25";

/**
 * The URL of a queue. No message repeats what may be a part of a password.
 * @throws LtadError `LTAD_CONFIG` for another kind of URL, and for one that a password with special characters has broken
 */
export function queueUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.host && !isQueue(url)) throw urlError(`${expected}, received ${url.protocol}//${url.host}.`);
  if (!url?.host && !text.includes("@")) throw urlError(`${expected}, received ${text}.`);
  if (!url || !isQueue(url) || isBroken(url) || !isDecodable(url)) throw urlError(`${expected}; this one cannot be read. ${encode}.`);
  if (drivers[url.protocol as Protocol] === "ioredis" && !/^\/?\d{0,5}$/.test(url.pathname))
    throw urlError(`expected the number of a database after redis://${url.host}/, received ${url.pathname.slice(1)}.`);
  return url;
}

/** A URL as messages and command lines may show it. */
export function withoutPassword(text: string): string {
  if (!URL.canParse(text)) return text.replace(/\/\/.*@/s, "//");
  const url = new URL(text);
  if (url.password !== "") url.password = "PASSWORD";
  for (const key of url.searchParams.keys()) if (/password/i.test(key)) url.searchParams.set(key, "PASSWORD");
  return url.href;
}

function isQueue({ protocol }: URL): boolean {
  return protocol in drivers;
}

/** A password has ended the host: "redis://user:6#secret@host" would be port 6 of the host user. */
function isBroken({ hash, host, pathname, search }: URL): boolean {
  return host === "" || hash !== "" || `${pathname}${search}`.includes("@");
}

function isDecodable({ username, password }: URL): boolean {
  try {
    decodeURIComponent(username + password);
    return true;
  } catch {
    return false;
  }
}

function urlError(why: string): LtadError {
  return new LtadError("LTAD_CONFIG", `--queue: ${why}`, { details: { field: "queue" } });
}
