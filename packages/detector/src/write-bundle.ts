import { copyFile, link, mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { encodeSafetensors, type NdArrays, sha256, writeError, writeFileAtomic } from "@ltad/core";
import type { TensorSpecs } from "@ltad/runtime";
import { bundleError } from "./bundle-error.js";
import { type ClassPart, encodeClass } from "./class-part.js";
import { manifestLimit } from "./load-bundle.js";
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
  /** What the head needs of each class, in the order of the classes; absent for a head that has the tables of all classes inside. */
  readonly byClass?: { readonly nearest: GraphPart; readonly classes: readonly ClassPart[] } | undefined;
  /** Named arrays from which training can continue; prediction does not read them. */
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
  const nearest = parts.byClass && stored("nearest", "onnx", parts.byClass.nearest.model);
  const files = [encoder, head, weights, ...(nearest ? [nearest] : [])];
  const classes = parts.byClass?.classes.map(classFile);
  const result = manifestSchema.safeParse({
    ...parts.manifest,
    classes: parts.manifest.classes.map((entry, label) => ({ ...entry, file: classes?.[label]?.name })),
    format: "ltad-bundle",
    version: parts.byClass ? bundleVersion : 1,
    created: parts.manifest.created ?? new Date().toISOString(),
    graphs: {
      encoder: described(parts.encoder, encoder.name),
      head: described(parts.head, head.name),
      ...(nearest && { nearest: described(parts.byClass.nearest, nearest.name) }),
    },
    weights: { file: weights.name },
    files: Object.fromEntries(
      [...files.map(({ name, hash, content }) => ({ name, sha256: hash, bytes: content.length })), ...(classes ?? [])].map(
        ({ name, sha256, bytes }) => [name, { sha256, bytes }],
      ),
    ),
  });
  if (!result.success) {
    const issue = result.error.issues[0];
    throw bundleError(folder, `cannot be written, ${issue?.path.join(".")}: ${issue?.message}.`, result.error);
  }
  const text = `${JSON.stringify(result.data, null, 2)}\n`;
  if (text.length > manifestLimit) throw tooLarge(folder, text.length);
  await makeFolder(folder);
  try {
    for (const { name, content } of files) await writeFileAtomic(join(folder, name), content);
    for (const [label, { name }] of classes?.entries() ?? []) await writeClass(join(folder, name), parts.byClass!.classes[label]!);
    await writeFileAtomic(join(folder, "model.json"), text);
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

/** The file of a class. Its content is made again when it is written: those of all classes can be more than the memory holds. */
function classFile(part: ClassPart): { readonly name: string; readonly sha256: string; readonly bytes: number } {
  const { hash, bytes } = "path" in part ? { hash: part.sha256, bytes: part.bytes } : ofContent(encodeClass(part.arrays));
  return { name: `class-${hash.slice(0, 12)}.safetensors`, sha256: hash, bytes };
}

function ofContent(content: Uint8Array): { readonly hash: string; readonly bytes: number } {
  return { hash: sha256(content), bytes: content.length };
}

/** Writes the file of a class, or another name of the file that there is, where the disk allows. */
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
    await rm(beside, { force: true }); // two names of one file are not renamed to each other
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
 * Removes what model.json does not name: the bundle that was here before, or a new one that could not be finished.
 * It touches only names that {@link stored} makes.
 */
async function sweep(folder: string): Promise<void> {
  const ours = /^(encoder|head|nearest|weights|class)-[0-9a-f]{12}\.(onnx|safetensors)$/;
  const text = await readFile(join(folder, "model.json"), "utf8").catch(() => "");
  const inUse = new Set(text.match(/[a-z]+-[0-9a-f]{12}\.[a-z]+/g));
  const old = (await readdir(folder)).filter((name) => ours.test(name) && !inUse.has(name));
  await Promise.allSettled(old.map((name) => rm(join(folder, name), { force: true })));
}
