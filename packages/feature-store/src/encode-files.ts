import { existsSync } from "node:fs";
import { eachAtOnce, type JobOptions, throwIfAborted } from "@ltad/core";
import { readImageFile } from "@ltad/data";
import { entryPath, type FeatureStore, readEntry, writeEntry } from "./cache.js";
import type { ImageFile, TurnedFile } from "./encode-image.js";
import { featuresId, type FrozenEncoder } from "./features-id.js";
import { openOneThread } from "./one-thread.js";
import { builtWorker, canUseTwoThreads, openTwoThreads } from "./two-threads.js";

export interface EncodeFilesOptions extends JobOptions {
  /** Folder of the cache; the features of each encoder lie in a folder of their own. */
  readonly cacheDir: string;
  /** Largest image, in pixels; 100 million by default. */
  readonly maxPixels?: number | undefined;
}

/**
 * Features of image files, and of turned copies of them, by a frozen encoder. Each item of the list is read once, so a file with several
 * turns is read for each of them: the bytes that name an entry in the cache are the bytes that are encoded. Files with the same content and
 * turn share an entry, and an entry that exists is not made again. More than 64 images are encoded by two threads, with the same features
 * to the last bit. An image is resized to the square input before it is turned.
 * @param files a path alone takes the image as it is
 * @throws LtadError `LTAD_IMAGE` for an image that cannot be read, `LTAD_BUNDLE` for a graph that cannot be loaded, `LTAD_WRITE` when the
 *   cache cannot be written, `LTAD_ABORTED` between two images; the images encoded until then are kept
 */
export function encodeFiles(
  files: readonly (string | TurnedFile)[],
  encoder: FrozenEncoder,
  options: EncodeFilesOptions,
): Promise<FeatureStore> {
  return encodeFilesBy(builtWorker, files, encoder, options);
}

/** {@link encodeFiles} with this program in the two threads. */
export async function encodeFilesBy(
  worker: URL,
  files: readonly (string | TurnedFile)[],
  encoder: FrozenEncoder,
  options: EncodeFilesOptions,
): Promise<FeatureStore> {
  const search = searchCache(files, featuresId(encoder.graph, encoder.spec), options);
  const { first, many } = await firstOf(search.missing);
  if (first.length > 0) {
    const images = many && canUseTwoThreads(worker) ? openTwoThreads(encoder, worker) : await openOneThread(encoder);
    try {
      const encode = async (image: MissingImage) => {
        await writeEntry(image.path, await images.encode(image));
        search.onDone();
      };
      await eachAtOnce(chain(first, search.missing), encode, { atOnce: images.atOnce, signal: options.signal });
    } finally {
      await images.close();
    }
  }
  return { read: (index) => readEntry(search.paths[index]!) };
}

/** An image without an entry in the cache, and the path of the entry to come. */
interface MissingImage extends ImageFile {
  readonly path: string;
}

/** Reads the files in their order, as fast as `missing` is consumed. */
function searchCache(
  files: readonly (string | TurnedFile)[],
  encoderId: string,
  { cacheDir, maxPixels, onProgress, signal }: EncodeFilesOptions,
) {
  const paths: string[] = []; // of the entries, in the order of the files
  const known = new Set<string>();
  let done = 0;
  const onDone = () => onProgress?.({ phase: "encode", done: ++done, total: files.length, unit: "images" });
  async function* missing(): AsyncGenerator<MissingImage, void> {
    for (const item of files) {
      throwIfAborted(signal);
      const image: TurnedFile = typeof item === "string" ? { file: item } : item;
      const bytes = await readImageFile(image.file);
      const path = entryPath(cacheDir, encoderId, bytes, image);
      paths.push(path);
      if (known.has(path) || existsSync(path)) onDone();
      else yield { ...image, bytes, path, maxPixels };
      known.add(path);
    }
  }
  return { paths, missing: missing(), onDone };
}

/** From about this many images on, two threads save more than their start costs: 0.5 s, at about 9 ms an image (docs/decisions/0006). */
const fewImages = 64;
/** Bytes of images that may wait in memory before the encoder starts. Files of such size take long enough to decode for two threads. */
const mostWaiting = 64 * 1024 * 1024;

/** The first images, until it is known whether there are many. */
async function firstOf(images: AsyncGenerator<MissingImage, void>): Promise<{ first: MissingImage[]; many: boolean }> {
  const first: MissingImage[] = [];
  for (let waiting = 0; first.length <= fewImages && waiting <= mostWaiting; waiting += first.at(-1)!.bytes.length) {
    const next = await images.next();
    if (next.done) return { first, many: false };
    first.push(next.value);
  }
  return { first, many: true };
}

/** One after the other; an item of the list is let go of when it is consumed. */
async function* chain<T>(first: T[], rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  for (let item = first.shift(); item !== undefined; item = first.shift()) yield item;
  yield* rest;
}
