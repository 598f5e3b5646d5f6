import { existsSync } from "node:fs";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { withFolderBeside } from "./folder-beside.js";
import { notCachedError } from "./not-cached-error.js";
import { npmPack } from "./npm-pack.js";
import { orWriteError } from "./or-write-error.js";
import { type NpmPackage, specOf } from "./pinned-package.js";
import { checkTarball } from "./read-tarball.js";
import { npmError, packCommand, runNpm } from "./run-npm.js";
import { unpackTarball } from "./unpack-tarball.js";
import { cacheFolder } from "./cache-dir.js";
import type { FolderOptions } from "./folder-options.js";

/** The folder of a package's files on this disk, before or after it is fetched. */
export function packageFolder(wanted: NpmPackage, options: Pick<FolderOptions, "cacheDir">): string {
  return join(cacheFolder(options), "npm", specOf(wanted).replace("/", "+"));
}

/**
 * The files of any npm package: fetched once by the user's own npm, checked against the SHA-512 that the registry names, and unpacked into the cache.
 * None of them is run or installed. Several processes may fetch the same package: each fills a folder of its own, and the first rename wins.
 * @returns the folder
 * @throws LtadError `LTAD_FETCH` offline, when npm fails or delivers other bytes; `LTAD_WRITE` when the cache cannot be written
 */
export async function fetchPackage(wanted: NpmPackage, options: FolderOptions): Promise<string> {
  const folder = packageFolder(wanted, options);
  if (existsSync(folder)) return folder; // it came here by one rename, so it is whole
  if (options.offline) {
    const details = { package: specOf(wanted), folder, command: packCommand(wanted) };
    throw notCachedError(specOf(wanted), folder, details);
  }
  await withFolderBeside(folder, async (beside) => {
    const { sha512, bytes } = await published(wanted, beside, options);
    const report = (done: number) =>
      bytes > 0 && options.onProgress?.({ phase: `fetch ${wanted.name}`, done: Math.min(done, bytes), total: bytes, unit: "bytes" });
    report(0);
    const tarball = await npmPack(wanted, beside, { npm: options.npm, signal: options.signal });
    await checkTarball(wanted, tarball, sha512);
    const ready = join(beside, "ready");
    await orWriteError(folder, () => mkdir(ready));
    await unpackTarball(wanted, tarball, ready, { onBytes: report, signal: options.signal });
    await orWriteError(folder, () => rename(ready, folder).catch((error: unknown) => existsSync(folder) || Promise.reject(error as Error)));
    report(bytes);
  });
  return folder;
}

/** What the registry says of a version: the tarball's SHA-512 in base64, and the bytes of its files (0: it does not say). */
async function published(wanted: NpmPackage, cwd: string, options: FolderOptions): Promise<{ sha512: string; bytes: number }> {
  const text = await runNpm(wanted, ["view", "dist.integrity", "dist.unpackedSize", "--json"], cwd, options);
  const answer = parsed(text);
  // With one field only, npm prints its value alone.
  const { "dist.integrity": integrity, "dist.unpackedSize": bytes = 0 } =
    typeof answer === "string" ? { "dist.integrity": answer } : answer;
  const sha512 = /(?:^|\s)sha512-([\w+/]{86}==)/.exec(integrity ?? "")?.[1];
  if (sha512 === undefined) throw npmError(wanted, "the registry gives no SHA-512 for this version");
  return { sha512, bytes };
}

function parsed(text: string): string | { "dist.integrity"?: string; "dist.unpackedSize"?: number } {
  try {
    return (JSON.parse(text) ?? {}) as ReturnType<typeof parsed>;
  } catch {
    return {}; // a version that is not there: some versions of npm print nothing
  }
}
