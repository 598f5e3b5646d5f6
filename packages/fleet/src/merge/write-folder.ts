import { randomBytes } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { LtadError, writeError } from "@ltad/core";

/**
 * Fills a folder completely or not at all: beside its place, and renamed at the end.
 * @throws LtadError `LTAD_CONFIG` when it is there already, unless `replace`
 */
export async function writeFolder<T>(folder: string, replace: boolean, fill: (beside: string) => Promise<T>): Promise<T> {
  if (existsSync(folder) && !replace) {
    const message = `--out ${folder}: it already exists. Choose another folder, or replace it with --force.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { folder } });
  }
  const beside = join(dirname(folder), `.${basename(folder)}.${randomBytes(6).toString("hex")}.part`);
  try {
    await mkdir(beside, { recursive: true }).catch((error: unknown) => {
      throw writeError(folder, error);
    });
    const filled = await fill(beside);
    if (replace) await rm(folder, { recursive: true, force: true });
    await rename(beside, folder).catch((error: unknown) => {
      throw writeError(folder, error);
    });
    return filled;
  } finally {
    await rm(beside, { recursive: true, force: true });
  }
}
