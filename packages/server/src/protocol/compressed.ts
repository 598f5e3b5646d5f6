import { promisify } from "node:util";
import { deflate, gzip } from "node:zlib";
import type { WrittenResponse } from "./write-response.js";

const methods = { gzip: promisify(gzip), deflate: promisify(deflate) } as const;
/** Fewer bytes are not compressed, because it would not be worth the time. */
const few = 1024;

/** Compresses a response in another thread, if the client accepts that. */
export async function compressed(response: WrittenResponse, accepted: string | string[] = ""): Promise<WrittenResponse> {
  const wanted = String(accepted)
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => !/;\s*q=0(\.0*)?$/.test(name));
  const names = new Set(wanted.map((name) => name.split(";")[0]!.trim()));
  const method = (["gzip", "deflate"] as const).find((name) => names.has(name));
  if (!method || response.body.length < few) return response;
  const body = await methods[method](response.body, { level: 1 });
  return { body, headers: { ...response.headers, "content-encoding": method, vary: "accept-encoding" } };
}
