import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { LtadError, sha256, throwIfAborted } from "@ltad/core";
import { list, type ReadEntry } from "tar";
import { type NpmPackage, type PinnedFile, type PinnedPackage, specOf } from "./pinned-package.js";

/** Contents of files by their base names. */
export type NamedBytes = Readonly<Record<string, Uint8Array>>;

/**
 * Takes the wanted files out of a package's tarball, in memory. The tarball's own bytes are checked first; then only plain files
 * with a wanted path and size are read: links, other paths and oversized entries never reach the disk.
 * @throws LtadError `LTAD_FETCH` when the tarball is not the published one
 */
export async function readTarball(pinned: PinnedPackage, path: string, signal?: AbortSignal): Promise<NamedBytes> {
  await checkTarball(pinned, path, pinned.sha512);
  throwIfAborted(signal);
  const wanted = new Map(pinned.files.map((file) => [file.path, file]));
  const parts = new Map<PinnedFile, Buffer[]>();
  await list({
    file: path,
    strict: true,
    onReadEntry(entry) {
      const file = wanted.get(entry.path);
      if (file && entry.type === "File" && entry.size === file.size) parts.set(file, chunksOf(entry));
    },
  });
  return Object.fromEntries(pinned.files.map((file) => [basename(file.path), checked(pinned, file, parts.get(file))]));
}

/**
 * Compares a tarball's bytes with the SHA-512 (base64) that the package was published under.
 * @throws LtadError `LTAD_FETCH` when they differ
 */
export async function checkTarball(wanted: NpmPackage, path: string, sha512: string): Promise<void> {
  const hash = createHash("sha512");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  const found = hash.digest("base64");
  if (found !== sha512) throw tamperedError(wanted, `its SHA-512 is ${found}, expected ${sha512}`);
}

function chunksOf(entry: ReadEntry): Buffer[] {
  const chunks: Buffer[] = [];
  entry.on("data", (chunk) => chunks.push(chunk));
  return chunks;
}

function checked(pinned: PinnedPackage, file: PinnedFile, chunks: Buffer[] | undefined): Uint8Array {
  if (!chunks) throw tamperedError(pinned, `it contains no plain file ${file.path} of ${file.size} bytes`);
  const bytes = Buffer.concat(chunks);
  if (sha256(bytes) !== file.sha256) throw tamperedError(pinned, `${file.path} has a different SHA-256`);
  return bytes;
}

/** The error for a tarball that is not the published one. */
export function tamperedError(wanted: NpmPackage, why: string): LtadError {
  return new LtadError(
    "LTAD_FETCH",
    `${specOf(wanted)}: npm delivered something other than the published package (${why}). Ask the administrator of your npm registry or proxy, then run again.`,
    { details: { package: specOf(wanted) } },
  );
}
