import { mkdir, mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { orWriteError } from "./or-write-error.js";

const prefix = ".fetch-";
/** A temporary folder that is older was left by a process that was killed: no fetch takes so long. */
const abandonedAfter = 24 * 60 * 60 * 1000;

/**
 * Runs a job with an empty folder beside a place, on the same disk, so that its files can be renamed into the place. The folder is removed in
 * any case; those that killed processes left are removed after a day, if that is allowed.
 * @throws LtadError `LTAD_WRITE` when it cannot be made
 */
export async function withFolderBeside<T>(place: string, job: (beside: string) => Promise<T>): Promise<T> {
  const parent = dirname(place);
  const beside = await orWriteError(place, async () => {
    await mkdir(parent, { recursive: true });
    return mkdtemp(join(parent, prefix));
  });
  try {
    await removeAbandoned(parent);
    return await job(beside);
  } finally {
    await rm(beside, { recursive: true, force: true, maxRetries: 3 }); // a job that failed may still be writing its last file
  }
}

async function removeAbandoned(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    if (!name.startsWith(prefix)) continue;
    const age = Date.now() - ((await stat(join(parent, name)).catch(() => undefined))?.mtimeMs ?? Date.now());
    if (age > abandonedAfter) await rm(join(parent, name), { recursive: true, force: true }).catch(() => undefined); // another user's
  }
}
