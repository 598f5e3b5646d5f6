import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { LtadError, writeError } from "@ltad/core";

/** Bytes that must be free: encoder, head and weights of a usual model. */
export const roomForModel = 100 * 1024 * 1024;

export interface TrainingFolderOptions {
  /** Continue from a checkpoint. */
  readonly resume: boolean;
  /** Start over, whatever is there. */
  readonly force: boolean;
}

/**
 * Makes sure that a training writes over no work: neither the checkpoint of a stopped training nor a finished model.
 * @throws LtadError `LTAD_CONFIG`
 */
export function checkTrainingFolder(folder: string, { resume, force }: TrainingFolderOptions): void {
  if (force) return;
  const [isStopped, isFinished] = [existsSync(join(folder, "checkpoint/checkpoint.json")), existsSync(join(folder, "model.json"))];
  if (isStopped && !resume)
    throw folderError(folder, "it holds the checkpoint of a stopped training. Continue with --resume, or start over with --force.");
  if (isFinished && !isStopped && !resume)
    throw folderError(folder, "it holds a finished model. Choose another folder, or replace the model with --force.");
}

/** Who trains into a folder. */
interface Lock {
  readonly pid: number;
  readonly host: string;
  readonly since: string;
  /** When the process started, because another one may have got its number since; known on Linux alone. */
  readonly start?: string | undefined;
  /** It was to replace what is there, and had not yet written a checkpoint. */
  readonly force?: boolean;
}

/** A folder that is ours. */
export interface LockedFolder {
  /** An earlier training that was to replace the model here was killed. */
  readonly wasForced: boolean;
  readonly unlock: () => Promise<void>;
}

const lockFile = "training.lock";

/** Whether a file of a model folder is its lock. */
export function isOfLock(name: string): boolean {
  return name === lockFile;
}

/**
 * Keeps a second training out of a folder, which is made if it is not there. The lock of a process that has ended does not count.
 * @throws LtadError `LTAD_WRITE` when another training has the folder, or when it cannot be written
 */
export async function lockTrainingFolder(folder: string, force = false): Promise<LockedFolder> {
  const path = join(folder, lockFile);
  const left = await readLock(path);
  const wasForced = force || (left?.force ?? false);
  const since = new Date().toISOString();
  const lock: Lock = { pid: process.pid, host: hostname(), since, start: startOf(process.pid), ...(wasForced && { force: true }) };
  const take = () => writeFile(path, JSON.stringify(lock), { flag: "wx" });
  try {
    await mkdir(folder, { recursive: true });
    await take().catch(async (error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      await removeIfStale(path);
      await take();
    });
  } catch (error) {
    throw error instanceof LtadError ? error : writeError(path, error);
  }
  return { wasForced, unlock: () => rm(path, { force: true }) };
}

async function removeIfStale(path: string): Promise<void> {
  const other = await readLock(path);
  if (other && (other.host !== hostname() || isRunning(other))) {
    const message = `${path}: another training (process ${other.pid} on ${other.host}, since ${other.since}) is writing to this folder. Wait for it, choose another folder, or delete this file if that process is not a training.`;
    throw new LtadError("LTAD_WRITE", message, { details: { file: path } });
  }
  await rm(path, { force: true });
}

async function readLock(path: string): Promise<Lock | null> {
  try {
    const lock = JSON.parse(await readFile(path, "utf8")) as Partial<Lock>;
    return typeof lock.pid === "number" && typeof lock.host === "string" ? { since: "?", ...lock, pid: lock.pid, host: lock.host } : null;
  } catch {
    return null; // cut off by a crash
  }
}

function isRunning({ pid, start }: Lock): boolean {
  try {
    process.kill(pid, 0); // asks only
    return start === undefined || start === startOf(pid);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM"; // of another user
  }
}

/** The time at which a process started, in the units of Linux; undefined elsewhere. */
function startOf(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    return text.slice(text.lastIndexOf(")") + 2).split(" ")[19]; // after the name, which may hold blanks
  } catch {
    return undefined;
  }
}

function folderError(folder: string, why: string): LtadError {
  return new LtadError("LTAD_CONFIG", `--out ${folder}: ${why}`, { details: { folder } });
}
