import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type NdArrays, decodeSafetensors, sha256 } from "@ltad/core";
import { bundleError, whatABundleIs } from "./bundle-error.js";
import { decodeClass } from "./class-tables.js";
import type { Manifest } from "./manifest.js";
import { parseManifest } from "./parse-manifest.js";

/** A bundle on disk that has been checked: its manifest and its graphs. */
export interface Bundle {
  readonly folder: string;
  readonly manifest: Manifest;
  /** The ONNX files as the bytes that were hashed, so that exactly what was checked is run. */
  readonly encoder: Uint8Array;
  readonly head: Uint8Array;
  /** The tables of each class that the head needs; undefined if the head contains those of all classes. */
  readonly byClass?: {
    readonly nearest: Uint8Array;
    /** Reads the tables of one class, and checks them. @throws LtadError `LTAD_BUNDLE` */
    readonly read: (label: number) => Promise<NdArrays>;
  };
  /** Reads the weights, from which a training can continue; prediction does not need them. */
  readonly weights: () => Promise<NdArrays>;
}

/** The largest model.json in bytes, enough for 10,000 classes with the scores of 100 good images each. */
export const manifestLimit = 64 * 2 ** 20;
const fileLimit = 2 ** 31 - 1; // the limit of protobuf, and so of an ONNX file

/**
 * Reads a bundle and checks every file against its hash. For the files of classes it checks the size first, and the hash when they are read. It
 * executes nothing, and reads no file outside of the folder.
 * @throws LtadError `LTAD_BUNDLE` when the folder is not a bundle, has a newer version or a faulty model.json, or when a file is missing or damaged
 */
export async function loadBundle(folder: string): Promise<Bundle> {
  const text = await manifestText(folder);
  const manifest = parseManifest(text, join(folder, "model.json"));
  try {
    const { graphs, weights, classes } = manifest;
    const whole = [graphs.encoder.file, graphs.head.file, weights.file, graphs.nearest?.file].filter((name) => name !== undefined);
    const ofClasses = new Set(classes.flatMap(({ file }) => file ?? []));
    const [[encoder, head, , nearest]] = await Promise.all([
      Promise.all(whole.map((name) => readChecked(folder, manifest, name))),
      Promise.all(Array.from(ofClasses, (name) => checkSize(join(folder, name), manifest.files[name]!.bytes))),
    ]);
    const read = async (label: number) => {
      const { file } = classes[label]!;
      return decodeClass(await readChecked(folder, manifest, file!), manifest, join(folder, file!));
    };
    return {
      folder,
      manifest,
      encoder: encoder!,
      head: head!,
      ...(nearest && { byClass: { nearest, read } }),
      weights: async () => decodeSafetensors(await readChecked(folder, manifest, weights.file), folder).arrays,
    };
  } catch (error) {
    // A writer replaces model.json and then removes the old files. If it did so meanwhile, the new bundle is read.
    if ((await manifestText(folder)) !== text) return loadBundle(folder);
    throw error;
  }
}

/** Reads the text of model.json. @throws LtadError `LTAD_BUNDLE` that describes what is there instead of a bundle */
export async function manifestText(folder: string): Promise<string> {
  const place = join(folder, "model.json");
  try {
    const { size } = await stat(place);
    if (size > manifestLimit) throw bundleError(place, `has ${size} bytes, expected at most ${manifestLimit}. ${whatABundleIs}`);
    return await readFile(place, "utf8");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR" || code === "EISDIR") throw await noBundle(folder, error);
    if (code === "LTAD_BUNDLE") throw error;
    throw bundleError(place, `cannot be read (${(error as Error).message}).`, error);
  }
}

/** Describes what is there instead of a bundle. */
async function noBundle(folder: string, cause: unknown): Promise<Error> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => error);
  if (names instanceof Error) {
    const found =
      names.code === "ENOENT"
        ? "does not exist"
        : names.code === "ENOTDIR"
          ? "is a file, not a folder"
          : `cannot be read (${names.message})`;
    return bundleError(folder, `${found}. ${whatABundleIs}`, cause);
  }
  const some = names.slice(0, 5).join(", ") + (names.length > 5 ? ` and ${names.length - 5} more` : "");
  return bundleError(
    folder,
    `is not a bundle: it has no model.json, ${names.length ? `only ${some}` : "it is empty"}. ${whatABundleIs}`,
    cause,
  );
}

/** Reads a file of a bundle and checks it against its hash. @throws LtadError `LTAD_BUNDLE` when it is missing or damaged */
export async function readChecked(folder: string, manifest: Manifest, name: string): Promise<Uint8Array> {
  const place = join(folder, name);
  const { bytes, sha256: expected } = manifest.files[name]!;
  if (bytes > fileLimit) throw bundleError(place, `should have ${bytes} bytes, more than an ONNX file can hold. Write the bundle again.`);
  const content = await readWhole(place, bytes);
  const actual = sha256(content);
  if (actual !== expected)
    throw bundleError(
      place,
      `is damaged: SHA-256 ${actual.slice(0, 12)}, expected ${expected.slice(0, 12)}. Copy the bundle again, or train again.`,
    );
  return content;
}

async function readWhole(place: string, bytes: number): Promise<Uint8Array> {
  await checkSize(place, bytes);
  return fileAt(place, () => readFile(place));
}

/** Checks, before a file is read, that it exists and has this size. @throws LtadError `LTAD_BUNDLE` otherwise */
async function checkSize(place: string, bytes: number): Promise<void> {
  const found = await fileAt(place, () => stat(place));
  if (!found.isFile()) throw bundleError(place, "is not a file. Copy the bundle again.");
  if (found.size !== bytes)
    throw bundleError(
      place,
      `has ${found.size} bytes, expected ${bytes}: it is truncated or a different file. Copy the bundle again, or train again.`,
    );
}

async function fileAt<T>(place: string, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw bundleError(
      place,
      code === "ENOENT" ? "is missing from the bundle. Copy the bundle again, or train again." : `cannot be read (${message}).`,
      error,
    );
  }
}
