import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { LtadError } from "@ltad/core";
import { extract, type Extract } from "tar-stream";
import { openBucket } from "../s3/open-bucket.js";
import { parseS3, type S3Options } from "../s3/s3-options.js";

/** A file in an archive, and the bytes that it takes there. */
export interface TarMember {
  readonly path: string;
  readonly offset: number;
  readonly bytes: number;
  /** Of a small text beside an image. */
  readonly text?: string;
}

const [block, piece, mostText] = [512, 8 * 1024 * 1024, 1024 * 1024]; // bytes
const isText = (name: string) => /\.(cls|json)$/.test(name);

/**
 * The files of a tar archive, by one pass over it. Nothing is unpacked, so wrong paths and sizes in an archive are harmless here.
 * @param archive a path, or s3://BUCKET/KEY
 * @throws LtadError `LTAD_DATA` for an archive that is cut off, compressed, or holds links or devices
 */
export async function tarMembers(archive: string, s3: S3Options = {}): Promise<TarMember[]> {
  const members: TarMember[] = [];
  const reader = extract();
  let seen = 0;
  const counted = async function* () {
    for await (const chunk of bytesOf(archive, s3)) {
      seen += chunk.length;
      yield chunk;
    }
  };
  const reading = pipeline(Readable.from(counted()), reader);
  try {
    for await (const entry of reader) {
      const member = await memberOf(entry, archive);
      if (member) members.push(member);
    }
    await reading;
  } catch (error) {
    await reading.catch(() => undefined);
    throw error instanceof LtadError ? error : tarError(archive, reasonOf(error as Error, seen), error);
  }
  const { offset, bytes } = members.at(-1) ?? { offset: 0, bytes: 0 };
  if (seen < Math.ceil((offset + bytes) / block) * block + block)
    throw tarError(archive, "it has no end-of-archive marker, so it may be cut off");
  return members;
}

async function* bytesOf(archive: string, s3: S3Options): AsyncGenerator<Uint8Array, void> {
  const remote = parseS3(archive);
  if (remote) yield* (await openBucket(remote.bucket, s3)).stream(remote.key, piece);
  else for await (const chunk of createReadStream(archive, { highWaterMark: piece })) yield chunk as Buffer;
}

type Entry = Extract extends AsyncIterable<infer Member> ? Member : never;

async function memberOf(entry: Entry, archive: string): Promise<TarMember | undefined> {
  const { name, type, size } = entry.header;
  const offset = entry.offset + block; // after its header
  if (type === "directory") {
    entry.resume();
    return undefined;
  }
  if (type !== "file" && type !== "contiguous-file")
    throw tarError(
      archive,
      `${JSON.stringify(name)} is a ${type ?? "member of an unknown kind"}. Pack files only, and links as files (tar --dereference)`,
    );
  const path = name.replace(/^(\.\/)+/, "");
  if (!isText(path) || size > mostText) {
    entry.resume();
    return { path, offset, bytes: size };
  }
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) chunks.push(chunk as Uint8Array);
  return { path, offset, bytes: size, text: Buffer.concat(chunks).toString("utf8") };
}

function reasonOf({ message }: Error, seen: number): string {
  if (/Unexpected end/.test(message)) return `it is cut off after ${seen} bytes. Copy it again`;
  if (/Invalid tar header/.test(message))
    return "it is damaged or compressed. Members of a compressed archive cannot be read one by one: use plain .tar";
  return message;
}

function tarError(archive: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_DATA", `${archive}: ${why}.`, { cause, details: { file: archive } });
}
