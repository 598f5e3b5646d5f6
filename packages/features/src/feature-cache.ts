import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  float32,
  floats,
  type JobOptions,
  LtadError,
  type NdArrays,
  readSafetensors,
  sha256,
  throwIfAborted,
  writeSafetensors,
} from "@ltad/core";

/** Features of one image: `features` [N, C] and `z` [Dz]. */
export interface ImageFeatures {
  readonly features: Float32Array;
  readonly z: Float32Array;
}

/** What encodes: a compiled encoder graph, see `encoderGraph`. */
export interface FeatureProgram {
  run(inputs: NdArrays): Promise<NdArrays>;
}

export interface EncodeOptions extends JobOptions {
  /** Folder of the cache; features of one encoder graph lie in a folder of their own. */
  readonly cacheDir: string;
  /** SHA-256 of the encoder graph: features are kept by content of the image and by this. */
  readonly encoderId: string;
  readonly inputSize: number;
  /** Opens the encoder; called only when an image is not in the cache yet. */
  readonly open: () => Promise<FeatureProgram>;
  /** Decodes one image to RGB 0..1, [inputSize, inputSize, 3]. */
  readonly load: (file: string, bytes: Uint8Array) => Promise<Float32Array>;
  /** Images per call of the encoder; 1, which is the fastest on a CPU and takes the least memory. */
  readonly batch?: number;
}

/** Features on disk, one safetensors file an image, read as they are needed. */
export interface FeatureStore {
  readonly count: number;
  read(index: number): Promise<ImageFeatures>;
}

/**
 * Encodes every image once: what is in the cache is not encoded again, two files of the same content share an entry.
 * Decoding of the next batch overlaps with the network.
 * @throws LtadError of `load` for an image that cannot be read, `LTAD_WRITE` when the cache cannot be written
 */
export async function encodeImages(files: readonly string[], options: EncodeOptions): Promise<FeatureStore> {
  const entries = await hashed(files, options);
  const missing = [...new Map(entries.filter(({ path }) => !existsSync(path)).map((entry) => [entry.path, entry])).values()];
  if (missing.length > 0) await encodeMissing(missing, files.length, options);
  return { count: files.length, read: (index) => readEntry((entries[index] as Entry).path) };
}

interface Entry {
  readonly file: string;
  readonly path: string;
}

async function hashed(files: readonly string[], { cacheDir, encoderId, signal }: EncodeOptions): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const file of files) {
    throwIfAborted(signal);
    const key = sha256(await readImage(file));
    entries.push({ file, path: join(cacheDir, "features", encoderId.slice(0, 16), key.slice(0, 2), `${key.slice(2, 34)}.safetensors`) });
  }
  return entries;
}

async function encodeMissing(missing: readonly Entry[], all: number, options: EncodeOptions): Promise<void> {
  const { batch = 1, load, open, inputSize, onProgress, signal } = options;
  const program = await open();
  const loadBatch = (from: number) =>
    Promise.all(missing.slice(from, from + batch).map(async ({ file }) => load(file, await readImage(file))));
  let done = all - missing.length;
  let next = loadBatch(0);
  for (let at = 0; at < missing.length; at += batch) {
    const images = await next;
    throwIfAborted(signal);
    next = loadBatch(at + batch);
    next.catch(() => {}); // awaited in the next round; a fault there must not be reported twice
    const encoded = await program.run({ image: stack(images, inputSize) });
    await Promise.all(images.map((_, i) => writeEntry((missing[at + i] as Entry).path, encoded, i, images.length)));
    done += images.length;
    onProgress?.({ phase: "encode", done, total: all, unit: "images" });
  }
}

function stack(images: readonly Float32Array[], size: number) {
  const batch = float32([images.length, size, size, 3]);
  images.forEach((image, i) => batch.data.set(image, i * size * size * 3));
  return batch;
}

async function writeEntry(path: string, { features, z }: NdArrays, index: number, count: number): Promise<void> {
  await writeSafetensors(path, { features: row(features, "features", index, count), z: row(z, "z", index, count) });
}

function row(array: NdArrays[string] | undefined, name: string, index: number, count: number) {
  const data = floats(array, name);
  const size = data.length / count;
  return float32((array as NdArrays[string]).shape.slice(1), data.slice(index * size, (index + 1) * size));
}

async function readEntry(path: string): Promise<ImageFeatures> {
  try {
    const { arrays } = await readSafetensors(path);
    return { features: floats(arrays["features"], "features"), z: floats(arrays["z"], "z") };
  } catch (error) {
    const message = `${path}: this entry of the feature cache is damaged. Delete the file and run again; its image is then encoded anew.`;
    throw new LtadError("LTAD_DATA", message, { cause: error, details: { file: path } });
  }
}

async function readImage(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (error) {
    throw new LtadError("LTAD_IMAGE", `${file}: cannot be read (${(error as Error).message}).`, { cause: error, details: { file } });
  }
}
