import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type NdArrays, decodeSafetensors, sha256 } from "@ltad/core";
import { bundleError, whatABundleIs } from "./bundle-error.js";
import type { Manifest } from "./manifest.js";
import { parseManifest } from "./parse-manifest.js";

/** A bundle on disk, checked: its manifest and the content of its graphs. */
export interface Bundle {
  readonly folder: string;
  readonly manifest: Manifest;
  /** ONNX files, as bytes that were hashed: what is run is what was checked. */
  readonly encoder: Uint8Array;
  readonly head: Uint8Array;
  /** Reads the weights, for training on; prediction does not need them. */
  readonly weights: () => Promise<NdArrays>;
}

const manifestLimit = 16 * 2 ** 20;
const fileLimit = 2 ** 31 - 1; // of protobuf, hence of an ONNX file

/**
 * Reads a bundle and checks every file against its hash. It executes nothing and reads no file outside the folder.
 * @throws LtadError `LTAD_BUNDLE`: no bundle, a newer version, a faulty model.json, a file that is missing or damaged
 */
export async function loadBundle(folder: string): Promise<Bundle> {
  const text = await manifestText(folder);
  const manifest = parseManifest(text, join(folder, "model.json"));
  try {
    const [encoder, head] = await Promise.all([
      readChecked(folder, manifest, manifest.graphs.encoder.file),
      readChecked(folder, manifest, manifest.graphs.head.file),
      readChecked(folder, manifest, manifest.weights.file),
    ]);
    const weights = async () => decodeSafetensors(await readChecked(folder, manifest, manifest.weights.file), folder).arrays;
    return { folder, manifest, encoder, head, weights };
  } catch (error) {
    // A writer replaces model.json first and removes the old files then: if it did so meanwhile, take the new bundle.
    if ((await manifestText(folder)) !== text) return loadBundle(folder);
    throw error;
  }
}

/** The text of a model.json. @throws LtadError `LTAD_BUNDLE` that says what is there in place of a bundle */
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

/** Says what is there in place of a bundle. */
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

/** One file of a bundle, checked against its hash. @throws LtadError `LTAD_BUNDLE` */
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
  try {
    const found = await stat(place);
    if (!found.isFile()) throw bundleError(place, "is not a file. Copy the bundle again.");
    if (found.size !== bytes)
      throw bundleError(
        place,
        `has ${found.size} bytes, expected ${bytes}: it is truncated or a different file. Copy the bundle again, or train again.`,
      );
    return await readFile(place);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "LTAD_BUNDLE") throw error;
    throw bundleError(
      place,
      code === "ENOENT" ? "is missing from the bundle. Copy the bundle again, or train again." : `cannot be read (${message}).`,
      error,
    );
  }
}
