import { existsSync } from "node:fs";
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { LtadError, writeFileAtomic } from "@ltad/core";

/** What the demo has made in its folder, so that a second run goes on from it and no other folder is ever touched. */
interface DemoState {
  readonly made: "ltad demo";
  readonly seed: number;
  readonly data: "making" | "ready";
}

const file = "demo.json";

/**
 * Takes a folder for the demo. The data set in it is kept when it is complete and of this seed, else removed.
 * @returns true when the data set is there
 * @throws LtadError `LTAD_CONFIG` when the folder holds something else
 */
export async function openDemo(folder: string, seed: number): Promise<boolean> {
  const state = await readState(folder);
  if (state?.seed === seed && state.data === "ready" && existsSync(join(folder, "data"))) return true;
  if (!state) await checkEmpty(folder);
  await rm(join(folder, "data"), { recursive: true, force: true });
  await writeState(folder, { made: "ltad demo", seed, data: "making" });
  return false;
}

/** Notes that the data set is complete. */
export async function demoReady(folder: string, seed: number): Promise<void> {
  await writeState(folder, { made: "ltad demo", seed, data: "ready" });
}

async function writeState(folder: string, state: DemoState): Promise<void> {
  await writeFileAtomic(join(folder, file), `${JSON.stringify(state)}\n`);
}

async function readState(folder: string): Promise<DemoState | null> {
  try {
    const state = JSON.parse(await readFile(join(folder, file), "utf8")) as Partial<DemoState> | null;
    return state?.made === "ltad demo" ? (state as DemoState) : null;
  } catch {
    return null;
  }
}

async function checkEmpty(folder: string): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return [];
    throw new LtadError("LTAD_CONFIG", `--out ${folder}: expected a folder (${error.code}). Choose another.`, { cause: error });
  });
  if (names.length === 0) return;
  throw new LtadError(
    "LTAD_CONFIG",
    `--out ${folder}: it holds ${names.slice(0, 3).join(", ")}, which the demo did not make. Choose another folder.`,
    {
      details: { folder },
    },
  );
}
