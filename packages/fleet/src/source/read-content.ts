import { type FileHandle, open } from "node:fs/promises";
import { LtadError } from "@ltad/core";
import { readImageFile } from "@ltad/data";
import { openBucket } from "../s3/open-bucket.js";
import { parseS3, type S3Options } from "../s3/s3-options.js";
import { parseLocation } from "./location.js";

/** As for files in a folder. */
const mostBytes = 256 * 1024 * 1024;

/**
 * The content of an image, wherever it is.
 * @param name what messages call it
 * @throws LtadError `LTAD_IMAGE` when it is missing, too large or cut off; `LTAD_FETCH` when the bucket cannot be reached
 */
export async function readContent(location: string, name: string, s3: S3Options = {}): Promise<Uint8Array> {
  const { place, part } = parseLocation(location);
  if (part && part.bytes > mostBytes)
    throw imageError(name, `it has ${part.bytes} bytes; expected at most ${mostBytes}. Save a smaller file`);
  const remote = parseS3(place);
  if (!remote && !part) return readImageFile(place, { name });
  const content = remote ? await (await openBucket(remote.bucket, s3)).get(remote.key, part ?? whole) : await readPart(place, part!, name);
  if (!content) throw imageError(name, `there is no object ${place}. Check the address`, { code: "ENOENT" });
  if (content.length > mostBytes) throw imageError(name, `it has more than ${mostBytes} bytes. Save a smaller file`);
  if (part && content.length < part.bytes)
    throw imageError(name, `${place} ends in the middle of it. Copy the archive again and make a new plan`);
  return content;
}

/** One byte more than may be, so that a larger object shows. */
const whole = { offset: 0, bytes: mostBytes + 1 };

async function readPart(file: string, { offset, bytes }: { offset: number; bytes: number }, name: string): Promise<Uint8Array> {
  let handle: FileHandle | undefined;
  try {
    handle = await open(file);
    const content = Buffer.alloc(bytes);
    const { bytesRead } = await handle.read(content, 0, bytes, offset);
    return content.subarray(0, bytesRead);
  } catch (error) {
    throw imageError(name, `the archive ${file} cannot be read (${(error as Error).message}). Check the path`, error);
  } finally {
    await handle?.close();
  }
}

function imageError(name: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_IMAGE", `${name}: ${why}.`, { cause, details: { file: name } });
}
