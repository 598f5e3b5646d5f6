import { execFile, type ExecFileException } from "node:child_process";
import { readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type JobOptions, LtadError, throwIfAborted } from "@ltad/core";
import { type PinnedPackage, specOf } from "./pinned-package.js";

/** What runs npm; tests put their own in its place. */
export interface NpmOptions extends JobOptions {
  /** The npm to run, default `npm` from the PATH (`npm.cmd` on Windows). */
  readonly npm?: string | undefined;
}

/** The command a user can type to see what npm says. */
export function packCommand(pinned: Pick<PinnedPackage, "name" | "version">): string {
  return `npm pack ${specOf(pinned)}`;
}

/**
 * Downloads the tarball of a package with the user's own npm, so that registry, proxy and login are theirs; no script of it runs.
 * @param folder an empty folder; npm runs in it, under a package.json of its own, so that no project around it takes part
 * @returns the path of the tarball
 * @throws LtadError `LTAD_FETCH` with npm's own error line
 */
export async function npmPack(pinned: PinnedPackage, folder: string, { npm, onProgress, signal }: NpmOptions = {}): Promise<string> {
  throwIfAborted(signal);
  await writeFile(join(folder, "package.json"), '{"private":true}');
  const report = (done: number) => onProgress?.({ phase: `fetch ${pinned.name}`, done, total: pinned.size, unit: "bytes" });
  const watch = setInterval(() => void tarballIn(folder).then(({ size }) => size > 0 && report(size)), 250);
  report(0);
  try {
    await runNpm(pinned, folder, { npm, signal });
  } catch (error) {
    throwIfAborted(signal);
    throw error;
  } finally {
    clearInterval(watch);
  }
  const { path, size } = await tarballIn(folder);
  if (!path) throw fetchError(pinned, "npm wrote no tarball");
  report(size);
  return path;
}

/** A failed fetch, in words: what was wanted, what npm said, what to do. */
function fetchError(pinned: PinnedPackage, why: string, cause?: unknown): LtadError {
  const advice = `Check the connection and npm's registry, proxy and login (try "${packCommand(pinned)}"), then run again.`;
  return new LtadError("LTAD_FETCH", `${specOf(pinned)}: could not be fetched: ${why}. ${advice}`, {
    cause,
    details: { package: specOf(pinned), command: packCommand(pinned) },
  });
}

function runNpm(pinned: PinnedPackage, cwd: string, { npm, signal }: NpmOptions): Promise<void> {
  const windows = process.platform === "win32";
  const retries = ["--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=5000"];
  const args = ["pack", specOf(pinned), "--ignore-scripts", "--pack-destination=.", "--loglevel=error", "--no-update-notifier", ...retries];
  return new Promise((resolve, reject) => {
    // Windows starts .cmd files through a shell only; every argument here is a constant without blanks.
    const options = { cwd, shell: windows, windowsHide: true, maxBuffer: 2 ** 24, ...(signal ? { signal } : {}) };
    execFile(npm ?? (windows ? "npm.cmd" : "npm"), args, options, (error, _stdout, stderr) => {
      if (!error) resolve();
      else if (signal?.aborted) reject(error);
      else reject(fetchError(pinned, reasonOf(error, stderr), error));
    });
  });
}

/** The line of npm's error output that says most: the code and the first sentence after it. */
function reasonOf(error: ExecFileException, stderr: string): string {
  if (error.code === "ENOENT") return 'the program "npm" was not found; it comes with Node.js';
  const lines = stderr.split("\n").flatMap((line) => /^npm (?:error|ERR!) ?(.*)$/.exec(line.trim())?.[1]?.trim() || []);
  const code = lines.find((line) => line.startsWith("code "))?.slice("code ".length);
  const text = lines.find((line) => line.includes(" ") && !/^(?:code|syscall|errno|path|A complete log) /.test(line));
  if (code || text) return `npm says ${[code, text].filter(Boolean).join(": ")}`.replace(/\.$/, "");
  return `npm failed (${stderr.trim().split("\n").at(-1) || error.message})`;
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
