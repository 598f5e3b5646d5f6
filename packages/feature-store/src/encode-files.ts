import { existsSync } from "node:fs";
import { relative } from "node:path";
import { eachAtOnce, type JobOptions, throwIfAborted } from "@ltad/core";
import { readImageFile } from "@ltad/data";
import { entryPath, type FeatureStore, readEntry, writeEntry } from "./cache.js";
import type { ImageFile, TurnedFile } from "./encode-image.js";
import { featuresId, type FrozenEncoder } from "./features-id.js";
import { openOneThread } from "./one-thread.js";
import { builtWorker, canUseTwoThreads, openTwoThreads } from "./two-threads.js";

/** Where features are stored, and how large an image may be. */
export interface EncodeFilesOptions extends JobOptions {
  /** The folder of the cache, which has a folder for each encoder. */
  readonly cacheDir: string;
  /** The most pixels that an image may have; 100 million by default. */
  readonly maxPixels?: number | undefined;
}

/** The features of the encoded files. */
export interface EncodedFiles extends FeatureStore {
  /** For each item, the name of its entry in the cache: equal for two items if their features are the same by encoder, content, range and turn. */
  readonly entries: readonly string[];
}

/**
 * Encodes image files, and turned copies of them, with a frozen encoder, and stores the features on disk. Images whose features are already stored are
 * not encoded again, and files with the same content and turn share an entry. More than 64 images are encoded by two threads, with exactly the same
 * features. An image is resized to the square input before it is turned.
 *
 * Each item of the list is read once, and a file with several turns once for each, so that the bytes that name an entry are the bytes that are encoded.
 * @param files paths of images, or paths with a turn
 * @throws LtadError `LTAD_IMAGE` for an image that cannot be read, `LTAD_BUNDLE` for a graph that cannot be loaded, `LTAD_WRITE` when the
 *   cache cannot be written, `LTAD_ABORTED` between two images; the images encoded until then are kept
 */
export function encodeFiles(
  files: readonly (string | TurnedFile)[],
  encoder: FrozenEncoder,
  options: EncodeFilesOptions,
): Promise<EncodedFiles> {
  return encodeFilesBy(builtWorker, files, encoder, options);
}

/** {@link encodeFiles}, with this program for the two threads. */
export async function encodeFilesBy(
  worker: URL,
  files: readonly (string | TurnedFile)[],
  encoder: FrozenEncoder,
  options: EncodeFilesOptions,
): Promise<EncodedFiles> {
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
  return {
    read: (index) => readEntry(search.paths[index]!),
    entries: search.paths.map((path) => relative(options.cacheDir, path)),
  };
}

/** An image without an entry in the cache, and the path that its entry will have. */
interface MissingImage extends ImageFile {
  readonly path: string;
}

/** Reads the files in their order, as fast as `missing` is consumed. */
function searchCache(
  files: readonly (string | TurnedFile)[],
  encoderId: string,
  { cacheDir, maxPixels, onProgress, signal }: EncodeFilesOptions,
) {
  const paths: string[] = []; // the entries in the order of the files
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

/** With more images than this, two threads save more time than they need to start: 0.5 s, at about 9 ms saved per image (docs/decisions/0006). */
const fewImages = 64;
/** How many bytes of images may wait in memory before the encoder starts. Files of this size take long enough to decode to be worth two threads. */
const mostWaiting = 64 * 1024 * 1024;

/** Collects the first images, until it is known whether there are many. */
async function firstOf(images: AsyncGenerator<MissingImage, void>): Promise<{ first: MissingImage[]; many: boolean }> {
  const first: MissingImage[] = [];
  for (let waiting = 0; first.length <= fewImages && waiting <= mostWaiting; waiting += first.at(-1)!.bytes.length) {
    const next = await images.next();
    if (next.done) return { first, many: false };
    first.push(next.value);
  }
  return { first, many: true };
}

/** Yields the items of the list, which are removed from it, and then the rest. */
async function* chain<T>(first: T[], rest: AsyncGenerator<T, void>): AsyncGenerator<T, void> {
  for (let item = first.shift(); item !== undefined; item = first.shift()) yield item;
  yield* rest;
}
