import { setTimeout as sleep } from "node:timers/promises";
import { LtadError } from "@ltad/core";
import type * as S3 from "@aws-sdk/client-s3";
import { isTransient, type Place, s3Error, statusOf } from "./s3-error.js";
import type { S3Options } from "./s3-options.js";

/** An object of a bucket. */
export interface BucketEntry {
  readonly key: string;
  readonly bytes: number;
  /** In milliseconds since 1970. */
  readonly modified: number;
}

/** The objects of one bucket. What fails for a moment is tried again; what fails for good is an LtadError. */
export interface Bucket {
  /** The content of an object, or a part of it; undefined where there is none. */
  get(key: string, part?: { readonly offset: number; readonly bytes: number }): Promise<Uint8Array | undefined>;
  /** The content of a large object, piece by piece. */
  stream(key: string, pieceBytes: number): AsyncGenerator<Uint8Array, void>;
  put(key: string, content: Uint8Array): Promise<void>;
  /** All objects whose keys begin so, in ascending order. */
  list(prefix: string): Promise<BucketEntry[]>;
}

/** How long a failing server is waited for. */
export interface Patience {
  /** Each failure is followed by twice the pause of the one before. */
  readonly tries: number;
  readonly pause: number; // ms
  /** How long an open connection may be silent. */
  readonly silence: number; // ms
}

const usual: Patience = { tries: 6, pause: 500, silence: 30_000 };
const opened = new Map<string, Promise<[typeof S3, S3.S3Client]>>();

/**
 * Opens a bucket. The package @aws-sdk/client-s3 is loaded here, so that only users of S3 need it.
 * @throws LtadError `LTAD_CONFIG` when the package is missing; the bucket itself is not looked at
 */
export async function openBucket(bucket: string, options: S3Options, patience: Patience = usual): Promise<Bucket> {
  const id = JSON.stringify([options.endpoint, options.region, patience.silence]);
  const connected = opened.get(id) ?? connect(bucket, options, patience);
  opened.set(id, connected);
  const [sdk, client] = await connected;
  const place = (key: string): Place => ({ bucket, key, endpoint: options.endpoint });
  const send = <T>(key: string, once: () => Promise<T>) => persist(once, place(key), patience);
  const get: Bucket["get"] = (key, part) =>
    send(key, async () => {
      const range = part && { Range: `bytes=${part.offset}-${part.offset + part.bytes - 1}` };
      const answer = await client.send(new sdk.GetObjectCommand({ Bucket: bucket, Key: key, ...range })).catch(absentAsUndefined);
      return answer && wholeBody(answer);
    });
  return {
    get,
    async *stream(key, pieceBytes) {
      const { ContentLength: size = 0 } = await send(key, () => client.send(new sdk.HeadObjectCommand({ Bucket: bucket, Key: key })));
      for (let offset = 0; offset < size; offset += pieceBytes) {
        const piece = await get(key, { offset, bytes: Math.min(pieceBytes, size - offset) });
        if (!piece) throw new LtadError("LTAD_FETCH", `s3://${bucket}/${key}: it was removed while it was read. Plan again.`);
        yield piece;
      }
    },
    put: (key, content) =>
      send(key, async () => void (await client.send(new sdk.PutObjectCommand({ Bucket: bucket, Key: key, Body: content })))),
    async list(prefix) {
      const found: BucketEntry[] = [];
      for (let next: string | undefined; ;) {
        const page = await send(prefix, () =>
          client.send(new sdk.ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: next })),
        );
        for (const { Key: key, Size: bytes = 0, LastModified } of page.Contents ?? [])
          if (key !== undefined) found.push({ key, bytes, modified: LastModified?.getTime() ?? 0 });
        next = page.IsTruncated ? page.NextContinuationToken : undefined;
        if (next === undefined) return found.sort((a, b) => (a.key < b.key ? -1 : 1));
      }
    },
  };
}

/** A bucket of another server than AWS is part of the path: most have no name of their own for each bucket. */
async function connect(bucket: string, { endpoint, region }: S3Options, { silence }: Patience): Promise<[typeof S3, S3.S3Client]> {
  if (endpoint !== undefined && !/^https?:\/\/[^/]/.test(endpoint)) {
    const message = `--s3-endpoint: expected a URL such as http://127.0.0.1:7070, received ${endpoint}.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { field: "endpoint", received: endpoint } });
  }
  const sdk = await load(bucket);
  const where = { ...(endpoint !== undefined && { endpoint, forcePathStyle: true, region: "us-east-1" }), ...(region && { region }) };
  const requestHandler = { connectionTimeout: Math.min(10_000, silence), socketTimeout: silence };
  return [sdk, new sdk.S3Client({ ...where, maxAttempts: 1, requestHandler })]; // `persist` tries again
}

async function load(bucket: string): Promise<typeof S3> {
  try {
    return await import("@aws-sdk/client-s3");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw error;
    const message = `s3://${bucket}: the package @aws-sdk/client-s3 is needed. Install it: npm install @aws-sdk/client-s3`;
    throw new LtadError("LTAD_CONFIG", message, { cause: error, details: { field: "store" } });
  }
}

async function persist<T>(once: () => Promise<T>, place: Place, { tries, pause }: Patience): Promise<T> {
  for (let failures = 0; ;) {
    try {
      return await once();
    } catch (error) {
      if (!isTransient(error) || ++failures >= tries) throw s3Error(error, place, failures);
      await sleep(pause * 2 ** (failures - 1));
    }
  }
}

function absentAsUndefined(error: unknown): undefined {
  if ((error as Error).name === "NoSuchKey" || ((error as Error).name === "NotFound" && statusOf(error) === 404)) return undefined;
  throw error;
}

/** The SDK compares the checksum where the server has one, and this the length. */
async function wholeBody({ Body: body, ContentLength: expected }: S3.GetObjectCommandOutput): Promise<Uint8Array> {
  const content = (await body?.transformToByteArray()) ?? new Uint8Array(0);
  if (expected !== undefined && content.length !== expected) throw new Error(`${content.length} of ${expected} bytes arrived`);
  return content;
}
