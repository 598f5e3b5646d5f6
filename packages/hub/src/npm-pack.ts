import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { throwIfAborted } from "@ltad/core";
import type { NpmPackage } from "./pinned-package.js";
import { npmError, type NpmOptions, runNpm } from "./run-npm.js";

/**
 * Downloads the tarball of a package with the user's own npm; no script of it runs.
 * @param wanted with the size of the tarball, if it is known, for reports of progress
 * @param folder an empty folder, in which npm runs
 * @returns the path of the tarball
 * @throws LtadError `LTAD_FETCH` with npm's own error line, `LTAD_WRITE`
 */
export async function npmPack(
  wanted: NpmPackage & { readonly size?: number },
  folder: string,
  { npm, onProgress, signal }: NpmOptions = {},
): Promise<string> {
  throwIfAborted(signal);
  const { name, size: total } = wanted;
  const report = (done: number) => total !== undefined && onProgress?.({ phase: `fetch ${name}`, done, total, unit: "bytes" });
  const watch = setInterval(() => void tarballIn(folder).then(({ size }) => size > 0 && report(size)), 250);
  report(0);
  try {
    await runNpm(wanted, ["pack", "--ignore-scripts", "--pack-destination=."], folder, { npm, signal });
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    clearInterval(watch);
  }
  const { path, size } = await tarballIn(folder);
  if (!path) throw npmError(wanted, "npm wrote no tarball");
  report(size);
  return path;
}

async function tarballIn(folder: string): Promise<{ path?: string; size: number }> {
  try {
    const name = (await readdir(folder)).find((file) => file.endsWith(".tgz"));
    if (!name) return { size: 0 };
    return { path: join(folder, name), size: (await stat(join(folder, name))).size };
  } catch {
    return { size: 0 };
  }
}
