import { execFile, type ExecFileException } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import type { FolderOptions } from "./folder-options.js";
import { orWriteError } from "./or-write-error.js";
import { type NpmPackage, specOf } from "./pinned-package.js";

/** What runs npm. */
export type NpmOptions = Pick<FolderOptions, "npm" | "onProgress" | "signal">;

/** The command a user can type to see what npm says. */
export function packCommand(wanted: NpmPackage): string {
  return `npm pack ${specOf(wanted)}`;
}

/**
 * Runs the user's own npm on a package, so that registry, proxy and login are theirs.
 * @param job a command and its options, without characters that a shell interprets, because Windows starts npm through one
 * @param cwd the folder in which it runs, with its own package.json, so that no .npmrc of a project above it is used
 * @returns what it prints
 * @throws LtadError `LTAD_FETCH` with npm's own error line, `LTAD_WRITE`
 */
export async function runNpm(wanted: NpmPackage, job: readonly string[], cwd: string, { npm, signal }: NpmOptions): Promise<string> {
  const alone = join(cwd, "package.json");
  await orWriteError(alone, () => writeFile(alone, '{"private":true}'));
  const windows = process.platform === "win32";
  const [command = "", ...more] = job;
  const retries = ["--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=5000"];
  const args = [command, specOf(wanted), ...more, "--loglevel=error", "--no-update-notifier", ...retries];
  return new Promise((resolve, reject) => {
    const options = { cwd, shell: windows, windowsHide: true, maxBuffer: 2 ** 24, ...(signal ? { signal } : {}) };
    execFile(npm ?? (windows ? "npm.cmd" : "npm"), args, options, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (signal?.aborted) reject(error);
      else reject(npmError(wanted, reasonOf(error, stderr), error));
    });
  });
}

/** The error of a download by npm: what was requested, what npm printed, and what to do. */
export function npmError(wanted: NpmPackage, why: string, cause?: unknown): LtadError {
  const advice = `Check the connection and npm's registry, proxy and login (try "${packCommand(wanted)}"), then run again.`;
  return new LtadError("LTAD_FETCH", `${specOf(wanted)}: could not be fetched: ${why}. ${advice}`, {
    cause,
    details: { package: specOf(wanted), command: packCommand(wanted) },
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
