import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { LtadError, throwIfAborted } from "@ltad/core";
import { isPassing, refusalError, unreachableError } from "./fetch-error.js";
import type { FolderOptions } from "./folder-options.js";
import { claimPart, freePart, removeLeftParts } from "./part-file.js";
import { orWriteError } from "./or-write-error.js";

/** A file to fetch, and how its content is known. */
export interface Download {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where it goes; folders are made. */
  readonly to: string;
  /** Bytes, when they are known before. */
  readonly size?: number | undefined;
  /** The hash of its bytes: SHA-256, or SHA-1 with git's prefix; null if it is not known. */
  readonly digest: { readonly kind: "sha256" | "git"; readonly hex: string } | null;
  readonly onBytes?: (loaded: number, total: number) => void;
}

const attempts = 5;

/**
 * Fetches a file whole or not at all: into a part file in the same folder, checked, then renamed. A part that an earlier run left is continued.
 * Several processes may fetch the same file: each writes its own part (see {@link claimPart}).
 * @throws LtadError `LTAD_FETCH` for refusals, other bytes than expected, or a network that fails {@link attempts} times; `LTAD_WRITE`
 */
export async function download(file: Download, options: FolderOptions): Promise<void> {
  const part = await claimPart(file.to);
  try {
    await fetchInto(part, file, options);
    await checkPart(part, file).catch((error: unknown) => {
      throw error instanceof LtadError ? error : lostPartError(file, error);
    });
    await orWriteError(file.to, () => rename(part, file.to));
    await removeLeftParts(file.to);
  } catch (error) {
    const isOther = error instanceof LtadError && error.details["otherBytes"] === true;
    await (isOther ? rm(part, { force: true }) : rename(part, freePart(file.to)).catch(() => undefined));
    throw error;
  }
}

/** Goes on until the file is whole, with a pause after each failure that may pass. */
async function fetchInto(part: string, file: Download, options: FolderOptions): Promise<void> {
  const { retryAfter = 500, signal } = options;
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    const failure = await attemptOnce(part, file, options);
    throwIfAborted(signal);
    if (!failure) return;
    if (attempt === attempts) throw unreachableError(file.url, failure.why, failure.cause);
    await sleep(Math.max(failure.wait, retryAfter * 2 ** (attempt - 1)), undefined, signal ? { signal } : {}).catch(() => undefined);
  }
}

/** A failure that may pass: what happened, and how long the server asks to wait. */
interface Passing {
  readonly why: string;
  readonly wait: number;
  readonly cause?: unknown;
}

async function attemptOnce(part: string, file: Download, options: FolderOptions): Promise<Passing | undefined> {
  const have = (await stat(part).catch(() => undefined))?.size ?? 0;
  if (file.size !== undefined && have === file.size) return undefined;
  const stall = new AbortController();
  const watch = stallWatch(stall, options.stallAfter ?? 30_000);
  try {
    const range = have > 0 ? { range: `bytes=${have}-` } : {};
    const abort = options.signal ? AbortSignal.any([options.signal, stall.signal]) : stall.signal;
    const response = await fetch(file.url, { headers: { ...file.headers, ...range, "accept-encoding": "identity" }, signal: abort });
    if (response.status === 416) {
      await rm(part, { force: true }); // the part is longer than the file: begin again
      return { why: "its length changed", wait: 0 };
    }
    if (isPassing(response.status)) return { why: `the server answered ${response.status}`, wait: retryAfterOf(response) };
    if (!response.ok || !response.body) throw refusalError(file.url, response.status);
    await write(part, response, response.status === 206 ? have : 0, file, watch.touch);
    return undefined;
  } catch (error) {
    if (error instanceof LtadError) throw error;
    const why = stall.signal.aborted ? "no data arrived for too long" : reasonOf(error);
    return { why, wait: 0, cause: error };
  } finally {
    watch.stop();
  }
}

/** Writes a body behind what is there already. A body that is shorter than announced counts as broken off. */
async function write(part: string, response: Response, from: number, file: Download, touch: () => void): Promise<void> {
  const announced = Number(response.headers.get("content-length") ?? Number.NaN);
  const total = file.size ?? (Number.isFinite(announced) ? from + announced : 0);
  const output = await orWriteError(file.to, () => open(part, from > 0 ? "r+" : "w"));
  try {
    let at = from;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      touch();
      if (file.size !== undefined && at + chunk.length > file.size)
        throw otherBytesError(file, `more than the expected ${file.size} bytes`);
      const place = at;
      await orWriteError(file.to, () => output.write(chunk, 0, chunk.length, place));
      at += chunk.length;
      file.onBytes?.(at, total);
    }
    if (total > 0 && at < total) throw new Error(`the connection was lost at ${at} of ${total} bytes`);
  } finally {
    await output.close();
  }
}

async function checkPart(part: string, { digest, size, ...file }: Download): Promise<void> {
  const bytes = (await stat(part)).size;
  if (size !== undefined && bytes !== size) throw otherBytesError(file, `${bytes} bytes, expected ${size}`);
  if (!digest) return;
  const hash: Hash = digest.kind === "git" ? createHash("sha1").update(`blob ${bytes}\0`) : createHash("sha256");
  for await (const chunk of createReadStream(part)) hash.update(chunk as Buffer);
  const found = hash.digest("hex");
  if (found !== digest.hex)
    throw otherBytesError(
      file,
      `${digest.kind === "git" ? "SHA-1" : "SHA-256"} ${found.slice(0, 12)}, expected ${digest.hex.slice(0, 12)}`,
    );
}

function otherBytesError({ url }: Pick<Download, "url">, why: string): LtadError {
  const message = `${url}: the server sent other bytes than expected (${why}). Ask the administrator of the server or proxy, then run again; nothing was kept.`;
  return new LtadError("LTAD_FETCH", message, { details: { url, otherBytes: true } });
}

function lostPartError({ url, to }: Download, cause: unknown): LtadError {
  const message = `${url}: the partial download for ${to} can no longer be read (${(cause as Error).message}). Was the cache emptied in the meantime? Run again.`;
  return new LtadError("LTAD_FETCH", message, { cause, details: { url } });
}

/** Aborts when nothing has touched it for so long. */
function stallWatch(controller: AbortController, ms: number) {
  let timer = setTimeout(() => controller.abort(), ms);
  const stop = () => clearTimeout(timer);
  const touch = () => {
    stop();
    timer = setTimeout(() => controller.abort(), ms);
  };
  return { touch, stop };
}

/** What the server asks for, up to half a minute. */
function retryAfterOf({ headers }: Response): number {
  const seconds = Number(headers.get("retry-after") ?? 0);
  return Number.isFinite(seconds) ? Math.min(30, Math.max(0, seconds)) * 1000 : 0;
}

/** The reason for a failure, which `fetch` hides in the cause of its error. */
export function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
