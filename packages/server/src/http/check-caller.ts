import { isIP } from "node:net";
import type { IncomingHttpHeaders } from "node:http";
import { HttpError } from "../http-error.js";

export interface CallerOptions {
  /** The address that the server listens on. */
  readonly host: string;
  /** More names that clients may call the server by; "*" allows every name. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins of pages that may call the server from a browser: https://line.example. "*" allows every page. */
  readonly corsOrigins?: readonly string[] | undefined;
}

/**
 * Refuses what a page of another origin could send to a server on this machine or behind it.
 * A page can point a name of its own at this machine (DNS rebinding), which shows in Host; a browser says in Sec-Fetch-Site and in Origin
 * which page sent a request. Addresses are no names, so a page cannot rebind them. Programs send neither header.
 */
export function createCallerCheck({ host, allowedHosts = [], corsOrigins = [] }: CallerOptions) {
  const names = new Set(["localhost", host.toLowerCase(), ...allowedHosts.map((name) => name.toLowerCase())]);
  return ({ headers, method, isPage }: { headers: IncomingHttpHeaders; method: string; isPage: boolean }): void => {
    const name = nameIn(headers.host);
    if (!(names.has("*") || names.has(name) || isIP(name) || name.endsWith(".localhost")))
      throw new HttpError(
        "LTAD_FORBIDDEN",
        `This server is not known as ${JSON.stringify(name.slice(0, 80))}. Its operator can allow the name (allowed hosts).`,
      );
    const { origin, "sec-fetch-site": site, "sec-fetch-mode": mode } = headers;
    if (origin !== undefined && (corsOrigins.includes(origin) || corsOrigins.includes("*"))) return;
    if (isPage && method === "GET" && mode === "navigate") return; // a link to our page
    const isForeign =
      site === undefined ? origin !== undefined && originHost(origin) !== headers.host : !["same-origin", "none"].includes(site);
    if (isForeign)
      throw new HttpError("LTAD_FORBIDDEN", "Pages of other origins may not call this server. Its operator can allow them (CORS origins).");
  };
}

/** Node takes the first Host and drops the others, where a proxy may have checked the last. @param rawHeaders names and values in turn */
export function refuseTwoHosts(rawHeaders: readonly string[]): void {
  const hosts = rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === "host");
  if (hosts.length > 1) throw new HttpError("LTAD_REQUEST", "The request has several Host headers; it may have one.");
}

/** `localhost` in `localhost:8080`, `::1` in `[::1]:8080`. */
function nameIn(host = ""): string {
  const bare = host.startsWith("[") ? host.slice(1, Math.max(host.indexOf("]"), 1)) : host.replace(/:\d*$/, "");
  return bare.toLowerCase().replace(/\.$/, "");
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
