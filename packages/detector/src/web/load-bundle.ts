import { bundleError } from "../bundle-error.js";
import type { Manifest } from "../manifest.js";
import { parseManifest } from "../parse-manifest.js";
import type { BundleFiles } from "./files-of.js";

/** A bundle in a browser: its manifest and its graphs, checked. */
export interface WebBundle {
  readonly manifest: Manifest;
  readonly encoder: Uint8Array;
  readonly head: Uint8Array;
}

/** Bytes that came so far, and all that will. */
export type OnBytes = (loaded: number, total: number) => void;

/** Reads what a prediction needs of a bundle, and checks it; the weights are not needed. @throws LtadError `LTAD_BUNDLE` */
export async function loadBundle(files: BundleFiles, onBytes: OnBytes = () => {}): Promise<WebBundle> {
  const manifest = parseManifest(new TextDecoder().decode(await files("model.json")), "model.json");
  const { encoder, head } = manifest.graphs;
  const total = manifest.files[encoder.file]!.bytes + manifest.files[head.file]!.bytes;
  const loaded = [0, 0];
  const read = (name: string, i: number) =>
    checked(files, manifest, name, (bytes) => {
      loaded[i] = bytes;
      onBytes(loaded[0]! + loaded[1]!, total);
    });
  const [first, second] = await Promise.all([read(encoder.file, 0), read(head.file, 1)]);
  return { manifest, encoder: first, head: second };
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

/** SHA-256; undefined on pages that the browser does not trust with it, which are those of plain HTTP from another machine. */
async function hashOf(content: Uint8Array): Promise<string | undefined> {
  const subtle = (globalThis.crypto as { readonly subtle?: SubtleLike } | undefined)?.subtle;
  if (!subtle) return undefined;
  return Array.from(new Uint8Array(await subtle.digest("SHA-256", content)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

interface SubtleLike {
  digest(algorithm: "SHA-256", data: Uint8Array): Promise<ArrayBuffer>;
}
