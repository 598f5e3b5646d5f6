import { join } from "node:path";
import {
  float32,
  type FloatArray,
  floats,
  LtadError,
  type NdArray,
  type NdArrays,
  readSafetensors,
  sha256,
  writeSafetensors,
} from "@ltad/core";
import type { Turn } from "@ltad/data";

/** The features of one image, as a batch of one. */
export interface ImageFeatures {
  /** [1, N, C] */
  readonly features: FloatArray;
  /** [1, Dz] */
  readonly z: FloatArray;
}

/** Features on disk, one safetensors file for each image, which are read when they are needed. */
export interface FeatureStore {
  /** Reads the features of an image. @param index of the image in the list of files @throws LtadError `LTAD_DATA` when its file is damaged */
  read(index: number): Promise<ImageFeatures>;
}

/** What determines the features of an image besides its content. */
export interface Reading {
  readonly turn?: Turn;
  readonly range?: number | readonly number[] | undefined;
}

/** The path of an image's features: a folder for the encoder, and a name from the hash of the content, the range and the turn. */
export function entryPath(cacheDir: string, encoderId: string, image: Uint8Array, { turn, range }: Reading = {}): string {
  const key = sha256(image);
  const name = [key.slice(2, 34), ...(range === undefined ? [] : [`r${[range].flat().join("_")}`]), ...(turn ? [turn] : [])].join("-");
  return join(cacheDir, "features", encoderId.slice(0, 16), key.slice(0, 2), `${name}.safetensors`);
}

/**
 * Stores the outputs of an encoder graph for one image.
 * @throws LtadError `LTAD_WRITE` when the file cannot be written
 */
export async function writeEntry(path: string, { features, z }: NdArrays): Promise<void> {
  await writeSafetensors(path, { features: withoutBatch(features, "features"), z: withoutBatch(z, "z") });
}

/** @throws LtadError `LTAD_DATA` when the entry is damaged */
export async function readEntry(path: string): Promise<ImageFeatures> {
  try {
    const { arrays } = await readSafetensors(path);
    return { features: asBatch(arrays["features"], "features"), z: asBatch(arrays["z"], "z") };
  } catch (error) {
    const message = `${path}: this entry of the feature cache is damaged. Delete the file and run again; its image is then encoded again.`;
    throw new LtadError("LTAD_DATA", message, { cause: error, details: { file: path } });
  }
}

/** [1, ...] -> [...] */
function withoutBatch(array: NdArray | undefined, name: string): FloatArray {
  return float32(array!.shape.slice(1), floats(array, name));
}

/** [...] -> [1, ...] */
function asBatch(array: NdArray | undefined, name: string): FloatArray {
  const data = floats(array, name);
  return float32([1, ...array!.shape], data);
}
