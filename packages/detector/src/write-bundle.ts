import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, type NdArrays, sha256, writeError, writeFileAtomic } from "@ltad/core";
import type { TensorSpecs } from "@ltad/runtime";
import { bundleError } from "./bundle-error.js";
import { bundleVersion, type GraphSpec, type Manifest, manifestSchema } from "./manifest.js";

/** A graph and what goes in and out of it. */
export interface GraphPart {
  readonly inputs: TensorSpecs;
  readonly outputs: readonly string[];
  /** A complete ONNX file. */
  readonly model: Uint8Array;
}

/** What makes a bundle: the manifest without what follows from the files, the graphs and the weights. */
export interface BundleParts {
  readonly manifest: Omit<Manifest, "format" | "version" | "created" | "graphs" | "weights" | "files"> & { readonly created?: string };
  readonly encoder: GraphPart;
  readonly head: GraphPart;
  /** Named arrays to train on from; prediction does not read them. */
  readonly weights: NdArrays;
}

/**
 * Writes a bundle into a folder, also over an older one; other files there stay.
 * Every file is named by its content and written whole; the renaming of model.json is the moment the new bundle takes
 * over. A reader sees the old or the new one, never a mixture, and a crash at any point leaves one of them complete.
 * @returns the manifest as written
 * @throws LtadError `LTAD_BUNDLE` for parts that contradict each other, `LTAD_WRITE` when the disk refuses
 */
export async function writeBundle(folder: string, parts: BundleParts): Promise<Manifest> {
  const encoder = stored("encoder", "onnx", parts.encoder.model);
  const head = stored("head", "onnx", parts.head.model);
  const weights = stored("weights", "safetensors", encodeSafetensors(parts.weights));
  const files = [encoder, head, weights];
  const result = manifestSchema.safeParse({
    ...parts.manifest,
    format: "ltad-bundle",
    version: bundleVersion,
    created: parts.manifest.created ?? new Date().toISOString(),
    graphs: { encoder: described(parts.encoder, encoder.name), head: described(parts.head, head.name) },
    weights: { file: weights.name },
    files: Object.fromEntries(files.map(({ name, hash, content }) => [name, { sha256: hash, bytes: content.length }])),
  });
  if (!result.success) {
    const issue = result.error.issues[0];
    throw bundleError(folder, `cannot be written, ${issue?.path.join(".")}: ${issue?.message}.`, result.error);
  }
  await makeFolder(folder);
  try {
    for (const { name, content } of files) await writeFileAtomic(join(folder, name), content);
    await writeFileAtomic(join(folder, "model.json"), `${JSON.stringify(result.data, null, 2)}\n`);
  } finally {
    await sweep(folder);
  }
  return result.data;
}

interface Stored {
  readonly name: string;
  readonly hash: string;
  readonly content: Uint8Array;
}

/** `encoder-3f2a91c07bd4.onnx`: two contents never share a name, so writing one never touches the other. */
function stored(role: string, extension: string, content: Uint8Array): Stored {
  const hash = sha256(content);
  return { name: `${role}-${hash.slice(0, 12)}.${extension}`, hash, content };
}

function described({ inputs, outputs }: GraphPart, file: string): GraphSpec {
  return { file, inputs, outputs };
}

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw writeError(folder, error);
  }
}

/**
 * Removes what model.json does not name: the bundle that was here before, or a new one that could not be finished.
 * It touches only names that {@link stored} makes.
 */
async function sweep(folder: string): Promise<void> {
  const ours = /^(encoder|head|weights)-[0-9a-f]{12}\.(onnx|safetensors)$/;
  const inUse = await readFile(join(folder, "model.json"), "utf8").catch(() => "");
  const old = (await readdir(folder)).filter((name) => ours.test(name) && !inUse.includes(name));
  await Promise.allSettled(old.map((name) => rm(join(folder, name), { force: true })));
}
