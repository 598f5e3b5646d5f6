import { randomBytes } from "node:crypto";
import { readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeError } from "@ltad/core";

/**
 * Removes a folder so that it is there or not, never half: it is renamed first.
 * @throws LtadError `LTAD_WRITE`
 */
export async function removeWhole(folder: string): Promise<void> {
  const beside = join(dirname(folder), `.${randomBytes(6).toString("hex")}.part`);
  try {
    await rename(folder, beside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
    throw writeError(folder, error);
  }
  await rm(beside, { recursive: true, force: true });
}

/** Removes what a killed process left half written or half removed in a folder. */
export async function removeParts(folder: string): Promise<void> {
  const left = (await readdir(folder)).filter((name) => /^\.[0-9a-f]{12}\.part$/.test(name));
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
