import { opendir } from "node:fs/promises";
import { isLtadError, LtadError } from "@ltad/core";
import { parseS3, type S3Options } from "../s3/s3-options.js";
import { nameOf, parseLocation } from "./location.js";
import { readContent } from "./read-content.js";

interface Item {
  readonly id: string;
  readonly file: string;
}

/** What a file system says when it is out of reach or overloaded, which is no fault of an image. */
const outages = new Set(["ESTALE", "ENOTCONN", "ETIMEDOUT", "EHOSTDOWN", "EHOSTUNREACH", "ENETUNREACH", "EMFILE", "ENFILE", "ENOMEM"]);

/**
 * Reads images below a root.
 * @throws LtadError `LTAD_IMAGE` when one cannot be read, `LTAD_FETCH` when none can: the bucket, or the folder of all images, is out of reach
 */
export function itemReader(root: string, s3: S3Options | undefined): (item: Item) => Promise<Uint8Array> {
  return async (item) => {
    try {
      return await readContent(item.file, nameOf(item), s3);
    } catch (error) {
      if (!isUnreadable(error)) throw error;
      if (outages.has(codeOf(error)!)) throw unreachable(item.file, error.message, error);
      if (!parseS3(root) && parseLocation(item.file).place.startsWith(root)) await checkRoot(root);
      throw error;
    }
  };
}

/** Whether an image is missing or may not be read; whatever is in it was not looked at. */
export function isUnreadable(error: unknown): error is LtadError<"LTAD_IMAGE"> {
  return isLtadError(error) && error.code === "LTAD_IMAGE" && codeOf(error) !== undefined;
}

/** Of the operating system, such as ENOENT. */
function codeOf({ cause }: Error): string | undefined {
  const { code } = (cause ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && /^E[A-Z]+$/.test(code) ? code : undefined;
}

/** A worker without the images would leave all of them out by name. */
async function checkRoot(root: string): Promise<void> {
  try {
    const folder = await opendir(root);
    const first = await folder.read();
    await folder.close();
    if (first) return;
  } catch (error) {
    throw unreachable(root, (error as Error).message, error, { folder: root });
  }
  throw unreachable(root, "the folder is empty", undefined, { folder: root });
}

function unreachable(place: string, why: string, cause: unknown, details: { readonly folder?: string } = {}): LtadError {
  const message = `${place}: the images cannot be reached (${why}). Mount their folder on this machine, or name it with --images.`;
  return new LtadError("LTAD_FETCH", message, { cause, details });
}

/** Whether an error says that this machine has not the folder of the images, which others may have. */
export function isWithoutImages(error: unknown): boolean {
  return isLtadError(error) && error.code === "LTAD_FETCH" && error.details["folder"] !== undefined;
}
