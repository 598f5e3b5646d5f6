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

/** What encodes several images at the same time, from their files. */
export interface FileEncoder {
  /** How many at the same time. */
  readonly atOnce: number;
  /**
   * @returns `features` [1, N, C] and `z` [1, Dz]
   * @throws LtadError `LTAD_IMAGE` for an image that cannot be read
   */
  encode(file: string): Promise<NdArrays>;
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
  /** Takes the place of `open` and `load` when more than {@link fewImages} are not in the cache: it may take long to start. */
  readonly openMany?: (() => Promise<FileEncoder>) | undefined;
}

/** From about so many images on, encoding several at once saves more than its start costs: 0.5 s of about 9 ms an image (docs/decisions/0006). */
const fewImages = 64;

/** Features on disk, one safetensors file an image, read as they are needed. */
export interface FeatureStore {
  readonly count: number;
  read(index: number): Promise<ImageFeatures>;
}

/**
 * Encodes every image once: what is in the cache is not encoded again, two files of the same content share an entry.
 * @throws LtadError of `load` for an image that cannot be read, `LTAD_WRITE` when the cache cannot be written
 */
export async function encodeImages(files: readonly string[], options: EncodeOptions): Promise<FeatureStore> {
  const entries = await hashed(files, options);
  const missing = [...new Map(entries.filter(({ path }) => !existsSync(path)).map((entry) => [entry.path, entry])).values()];
  if (missing.length > 0) await encodeMissing(missing, files.length, options);
  return { count: files.length, read: (index) => readEntry(entries[index]!.path) };
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
  const { openMany, onProgress, signal } = options;
  const encoder = openMany && missing.length > fewImages ? await openMany() : oneByOne(await options.open(), options);
  let done = all - missing.length;
  await eachAtOnce(missing, encoder.atOnce, async ({ file, path }) => {
    throwIfAborted(signal);
    await writeEntry(path, await encoder.encode(file));
    onProgress?.({ phase: "encode", done: ++done, total: all, unit: "images" });
  });
}

/** Decodes, then runs the network: it blocks this thread and takes all cores, and a decode beside it made both slower (docs/decisions/0006). */
function oneByOne(program: FeatureProgram, { load, inputSize }: EncodeOptions): FileEncoder {
  return {
    atOnce: 1,
    async encode(file) {
      const data = await load(file, await readImage(file));
      return program.run({ image: float32([1, inputSize, inputSize, 3], data) });
    },
  };
}

/** Runs a job over items, so many at once. After a failure nothing new begins; it is thrown when all that ran has ended. */
async function eachAtOnce<T>(items: readonly T[], atOnce: number, job: (item: T) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const failures: unknown[] = [];
  const lane = async () => {
    for (const item of waiting) {
      await job(item).catch((error: unknown) => failures.push(error));
      if (failures.length > 0) return;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  if (failures.length > 0) throw failures[0];
}

async function writeEntry(path: string, { features, z }: NdArrays): Promise<void> {
  await writeSafetensors(path, { features: row(features, "features"), z: row(z, "z") });
}

/** [1, ...] -> [...] */
function row(array: NdArrays[string] | undefined, name: string) {
  return float32(array!.shape.slice(1), floats(array, name));
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
