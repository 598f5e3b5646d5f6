import { copyFile, link, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, type NdArrays, sha256, writeError, writeFileAtomic } from "@ltad/core";
import type { TensorSpecs } from "@ltad/runtime";
import { bundleError } from "./bundle-error.js";
import { type ClassPart, encodeClass } from "./class-part.js";
import { manifestLimit } from "./load-bundle.js";
import { bundleVersion, type GraphSpec, type Manifest, manifestSchema } from "./manifest.js";

/** A graph with its inputs and outputs. */
export interface GraphPart {
  readonly inputs: TensorSpecs;
  readonly outputs: readonly string[];
  /** A complete ONNX file. */
  readonly model: Uint8Array;
}

/** The parts of a bundle: the graphs, the weights, and the manifest without the fields that follow from the files. */
export interface BundleParts {
  readonly manifest: Omit<Manifest, "format" | "version" | "created" | "graphs" | "weights" | "files"> & { readonly created?: string };
  readonly encoder: GraphPart;
  readonly head: GraphPart;
  /** The graph that finds classes, and the tables of each class in their order; undefined for a head that contains the tables of all classes. */
  readonly byClass?: { readonly nearest: GraphPart; readonly classes: readonly ClassPart[] } | undefined;
  /** Named arrays from which a training can continue; prediction does not read them. */
  readonly weights: NdArrays;
}

/**
 * Writes a bundle into a folder, which may contain an older bundle; other files there are kept.
 * Every file is named by its content and written completely, and the new bundle takes effect when model.json is renamed. A reader sees the old bundle
 * or the new one, never a mixture, and a crash at any point leaves one of them complete.
 * @returns the manifest as written
 * @throws LtadError `LTAD_BUNDLE` for parts that contradict each other, `LTAD_WRITE` when a file cannot be written
 */
export async function writeBundle(folder: string, parts: BundleParts): Promise<Manifest> {
  const encoder = stored("encoder", "onnx", parts.encoder.model);
  const head = stored("head", "onnx", parts.head.model);
  const weights = stored("weights", "safetensors", encodeSafetensors(parts.weights));
  const nearest = parts.byClass && stored("nearest", "onnx", parts.byClass.nearest.model);
  const classes = parts.byClass?.classes.map(classFile);
  const files = [encoder, head, weights, ...(nearest ? [nearest] : [])];
  const manifest = manifestOf(folder, parts, { encoder, head, weights, nearest, files, classes });
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  if (text.length > manifestLimit) throw tooLarge(folder, text.length);
  await makeFolder(folder);
  try {
    for (const { name, content } of files) await writeFileAtomic(join(folder, name), content);
    for (const [label, { name }] of classes?.entries() ?? []) await writeClass(join(folder, name), parts.byClass!.classes[label]!);
    await writeFileAtomic(join(folder, "model.json"), text);
  } finally {
    await sweep(folder);
  }
  return manifest;
}

interface Stored {
  readonly name: string;
  readonly hash: string;
  readonly content: Uint8Array;
}

/** The name, hash and size of the file of a class. */
interface ClassFile {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** The files of a bundle, named by their content. */
interface BundleFiles {
  readonly encoder: Stored;
  readonly head: Stored;
  readonly weights: Stored;
  readonly nearest: Stored | undefined;
  /** All of these, in the order in which they are written. */
  readonly files: readonly Stored[];
  readonly classes: readonly ClassFile[] | undefined;
}

/** Completes the manifest by the fields that follow from the files. @throws LtadError `LTAD_BUNDLE` for parts that contradict each other */
function manifestOf(folder: string, { manifest, ...parts }: BundleParts, bundle: BundleFiles): Manifest {
  const { encoder, head, weights, nearest, classes } = bundle;
  const files = [...bundle.files.map(({ name, hash, content }) => ({ name, sha256: hash, bytes: content.length })), ...(classes ?? [])];
  const result = manifestSchema.safeParse({
    ...manifest,
    classes: manifest.classes.map((entry, label) => ({ ...entry, file: classes?.[label]?.name })),
    format: "ltad-bundle",
    version: parts.byClass ? bundleVersion : 1,
    created: manifest.created ?? new Date().toISOString(),
    graphs: {
      encoder: described(parts.encoder, encoder.name),
      head: described(parts.head, head.name),
      ...(nearest && parts.byClass && { nearest: described(parts.byClass.nearest, nearest.name) }),
    },
    weights: { file: weights.name },
    files: Object.fromEntries(files.map(({ name, sha256, bytes }) => [name, { sha256, bytes }])),
  });
  if (result.success) return result.data;
  const issue = result.error.issues[0];
  throw bundleError(folder, `cannot be written, ${issue?.path.join(".")}: ${issue?.message}.`, result.error);
}

/** Names a file by its content, such as `encoder-3f2a91c07bd4.onnx`, so that writing one never changes another. */
function stored(role: string, extension: string, content: Uint8Array): Stored {
  const hash = sha256(content);
  return { name: `${role}-${hash.slice(0, 12)}.${extension}`, hash, content };
}

/** Describes the file of a class. Its content is encoded again when it is written, because all classes together may not fit into memory. */
function classFile(part: ClassPart): ClassFile {
  const { hash, bytes } = "path" in part ? { hash: part.sha256, bytes: part.bytes } : ofContent(encodeClass(part.arrays));
  return { name: `class-${hash.slice(0, 12)}.safetensors`, sha256: hash, bytes };
}

function ofContent(content: Uint8Array): { readonly hash: string; readonly bytes: number } {
  return { hash: sha256(content), bytes: content.length };
}

/** Writes the file of a class. A file of another bundle gets a second name (a hard link) if the disk allows, and is copied otherwise. */
async function writeClass(place: string, part: ClassPart): Promise<void> {
  if (!("path" in part)) return writeFileAtomic(place, encodeClass(part.arrays));
  if (part.path === place) return;
  const beside = `${place}.part`;
  try {
    await rm(beside, { force: true });
    await link(part.path, beside).catch(() => copyFile(part.path, beside));
    await rename(beside, place);
  } catch (error) {
    throw writeError(place, error);
  } finally {
    await rm(beside, { force: true }); // renaming does nothing if both names are of the same file
  }
}

function tooLarge(folder: string, bytes: number): Error {
  const limit = `${manifestLimit / 2 ** 20} MiB`;
  return bundleError(
    folder,
    `cannot be written: model.json would have ${bytes} bytes, more than ${limit}. Train fewer classes in one model.`,
  );
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
 * Removes files that model.json does not name: those of an older bundle, or of a new one that could not be finished.
 * It removes only files with names that {@link stored} makes.
 */
async function sweep(folder: string): Promise<void> {
  const ours = /^(encoder|head|nearest|weights|class)-[0-9a-f]{12}\.(onnx|safetensors)$/;
  const text = await readFile(join(folder, "model.json"), "utf8").catch(() => "");
  const inUse = new Set(text.match(/[a-z]+-[0-9a-f]{12}\.[a-z]+/g));
  const old = (await readdir(folder)).filter((name) => ours.test(name) && !inUse.has(name));
  await Promise.allSettled(old.map((name) => rm(join(folder, name), { force: true })));
}
