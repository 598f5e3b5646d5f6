import type { NdArrays } from "@ltad/core/browser";
import { bundleError } from "../bundle-error.js";
import { type ClassTables, decodeClass, keepTables } from "../class-tables.js";
import type { Manifest } from "../manifest.js";
import { parseManifest } from "../parse-manifest.js";
import type { BundleFiles } from "./files-of.js";

/** A bundle in a browser that has been checked: its manifest and its graphs. */
export interface WebBundle {
  readonly manifest: Manifest;
  readonly encoder: Uint8Array;
  readonly head: Uint8Array;
  /** Undefined if the head contains the tables of all classes. */
  readonly byClass?: { readonly nearest: Uint8Array; readonly tables: ClassTables };
}

/** Is called with the bytes received so far, and their total. */
export type OnBytes = (loaded: number, total: number) => void;

/**
 * Reads and checks the files of a bundle that prediction needs; it does not need the weights. The tables of classes are read too if they fit into the
 * memory; otherwise those of a class are read for its first image.
 * @throws LtadError `LTAD_BUNDLE` when a file is missing or damaged
 */
export async function loadBundle(files: BundleFiles, onBytes: OnBytes = () => {}, classMemory?: number): Promise<WebBundle> {
  const manifest = parseManifest(new TextDecoder().decode(await files("model.json")), "model.json");
  const { encoder, head, nearest } = manifest.graphs;
  const read = async (label: number, onClassBytes?: (bytes: number) => void): Promise<NdArrays> => {
    const file = manifest.classes[label]!.file!;
    return decodeClass(await checked(files, manifest, file, onClassBytes ?? (() => {})), manifest, file);
  };
  const first = new Map<number, (bytes: number) => void>(); // reports the progress of classes that are read while the bundle is opened
  const tables = keepTables(manifest, (label) => read(label, first.get(label)), classMemory);
  const graphs = [encoder, head, nearest].flatMap((graph) => graph?.file ?? []);
  const classes = nearest && tables.fits ? manifest.classes.map(({ file }) => file!) : [];
  const names = [...graphs, ...classes];
  const total = names.reduce((sum, name) => sum + manifest.files[name]!.bytes, 0);
  const loaded = names.map(() => 0);
  const progressOf = (i: number) => (bytes: number) => {
    loaded[i] = bytes;
    onBytes(
      loaded.reduce((sum, own) => sum + own, 0),
      total,
    );
  };
  for (const label of classes.keys()) first.set(label, progressOf(graphs.length + label));
  const [contents] = await Promise.all([
    Promise.all(graphs.map((name, i) => checked(files, manifest, name, progressOf(i)))),
    Promise.all(Array.from(classes.keys(), (label) => tables.of(label))),
  ]);
  first.clear();
  const [one, two, three] = contents;
  return { manifest, encoder: one!, head: two!, ...(three && { byClass: { nearest: three, tables } }) };
}

async function checked(files: BundleFiles, { files: listed }: Manifest, name: string, onBytes: (n: number) => void): Promise<Uint8Array> {
  const { bytes, sha256 } = listed[name]!;
  const content = await files(name, onBytes);
  if (content.length !== bytes)
    throw bundleError(name, `has ${content.length} bytes, expected ${bytes}: it is truncated or a different file. Copy the bundle again.`);
  const found = await hashOf(content);
  if (found !== undefined && found !== sha256)
    throw bundleError(name, `is damaged: SHA-256 ${found.slice(0, 12)}, expected ${sha256.slice(0, 12)}. Copy the bundle again.`);
  return content;
}

/** The SHA-256; undefined on pages loaded over plain HTTP from another machine, on which browsers offer no hashes. */
async function hashOf(content: Uint8Array): Promise<string | undefined> {
  const subtle = (globalThis.crypto as { readonly subtle?: SubtleLike } | undefined)?.subtle;
  if (!subtle) return undefined;
  return Array.from(new Uint8Array(await subtle.digest("SHA-256", content)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface SubtleLike {
  digest(algorithm: "SHA-256", data: Uint8Array): Promise<ArrayBuffer>;
}
