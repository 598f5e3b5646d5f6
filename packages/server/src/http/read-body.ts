import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { createGunzip, createInflate } from "node:zlib";
import { HttpError, tooLarge } from "../http-error.js";
import type { ByteBudget } from "./byte-budget.js";

export interface ReadBodyOptions {
  /** Most bytes of the body, after decompression too. */
  readonly limit: number;
  /** Counts the bytes of all bodies together; whoever answers the request releases them. */
  readonly budget: ByteBudget;
}

const compressions = { gzip: createGunzip, deflate: createInflate } as const;

/**
 * Reads a body whole. It may be compressed; what it becomes is counted while it comes, so that a small body cannot become a large one.
 * @throws HttpError `LTAD_TOO_LARGE`, `LTAD_BUSY`, `LTAD_MEDIA_TYPE`, `LTAD_REQUEST`
 */
export async function readBody(payload: Readable, headers: IncomingHttpHeaders, { limit, budget }: ReadBodyOptions): Promise<Buffer> {
  const stream = decompressed(payload, headers["content-encoding"]);
  const chunks: Buffer[] = [];
  let received = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      received += chunk.length;
      if (received > limit) throw new HttpError("LTAD_TOO_LARGE", tooLarge);
      budget.add(chunk.length);
      chunks.push(chunk);
    }
  } catch (error) {
    payload.unpipe();
    payload.resume(); // what is still on its way is thrown away, and the answer can go out
    if (error instanceof HttpError) throw error;
    throw new HttpError("LTAD_REQUEST", `The body cannot be read (${(error as Error).message}).`, { cause: error });
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

/** The most bytes that a body may announce. @throws HttpError `LTAD_TOO_LARGE`, before anything is read */
export function checkAnnounced({ "content-length": length }: IncomingHttpHeaders, limit: number): void {
  if (Number(length ?? 0) > limit) throw new HttpError("LTAD_TOO_LARGE", tooLarge);
}

function decompressed(payload: Readable, encoding = "identity"): Readable {
  const name = encoding.trim().toLowerCase();
  if (name === "identity" || name === "") return payload;
  const create = Object.hasOwn(compressions, name) ? compressions[name as keyof typeof compressions] : undefined;
  if (!create)
    throw new HttpError("LTAD_MEDIA_TYPE", `content-encoding: expected gzip or deflate, received ${JSON.stringify(name.slice(0, 40))}.`, {
      headers: { "accept-encoding": "gzip, deflate" },
    });
  const stream = create();
  payload.on("error", (error) => stream.destroy(error));
  payload.on("close", () => payload.readableEnded || stream.destroy(new Error("it ended early")));
  return payload.pipe(stream);
}
