import { createHash, randomBytes } from "node:crypto";
import { readlinkSync } from "node:fs";
import { mkdir, readdir, rename, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { orWriteError } from "./or-write-error.js";

/** After so many milliseconds without a write, a part file belongs to a process that has ended, on this machine or another. */
const abandonedAfter = 60_000;
/** Where a process id means something: the machine and, on Linux, the PID namespace, because containers may share a host name. */
const host = createHash("sha256").update(`${hostname()} ${pidNamespace()}`).digest("hex").slice(0, 8);

/** A part file that its process has given up; the next run may take it immediately. */
export const freePart = (to: string) => `${to}.incomplete`;

/**
 * The path of a part file for this process: one that another process left, renamed, or a new one. Its name contains its owner, so that other
 * processes can tell when the owner has ended. Only one process can take over a part file, because renaming succeeds only once.
 */
export async function claimPart(to: string): Promise<string> {
  const own = `${to}.${host}-${process.pid}-${randomBytes(4).toString("hex")}.incomplete`;
  await orWriteError(to, () => mkdir(dirname(to), { recursive: true }));
  for (const place of await leftParts(to)) {
    const won = await rename(place, own).then(
      () => true,
      () => false,
    );
    if (won) break;
  }
  return own;
}

/** Removes the part files of a file that is now complete. */
export async function removeLeftParts(to: string): Promise<void> {
  for (const place of await leftParts(to)) await rm(place, { force: true }).catch(() => undefined);
}

async function leftParts(to: string): Promise<string[]> {
  const folder = dirname(to);
  const names = (await readdir(folder)).filter((name) => name.startsWith(`${basename(to)}.`) && name.endsWith(".incomplete"));
  const parts = await Promise.all(names.map(async (name) => ({ place: join(folder, name), left: await isLeft(join(folder, name), to) })));
  return parts.filter(({ left }) => left).map(({ place }) => place);
}

async function isLeft(place: string, to: string): Promise<boolean> {
  if (place === freePart(to)) return true;
  const [, at, pid] = /\.([0-9a-f]{8})-(\d+)-[0-9a-f]{8}\.incomplete$/.exec(place) ?? [];
  if (at === host && !isRunning(Number(pid))) return true;
  const changed = (await stat(place).catch(() => undefined))?.mtimeMs ?? Date.now();
  return Date.now() - changed >= abandonedAfter;
}

function pidNamespace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return ""; // not Linux
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // it is another user's
  }
}
