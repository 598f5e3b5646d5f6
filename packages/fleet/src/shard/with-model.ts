import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isLtadError } from "@ltad/core";
import type { OpenPlan } from "../plan/open-plan.js";
import type { ScoreTask } from "../plan/plan.js";
import { scratchError } from "../work/scratch-folder.js";

/**
 * The files of a plan's model in a temporary folder, which stays until it is removed: a detector of many classes reads them late.
 * @param scratch the folder above it; that of the system by default
 * @throws LtadError `LTAD_FETCH` when there is no room, `LTAD_DATA` when a file of the model is damaged
 */
export async function fetchModel(opened: Pick<OpenPlan, "object">, { model }: ScoreTask, scratch = tmpdir()) {
  const folder = await mkdtemp(join(scratch, "ltad-model-")).catch((error: unknown) => {
    throw scratchError(scratch, error);
  });
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    for (const [name, hash] of Object.entries(model)) await writeFile(join(folder, name), await opened.object(hash));
    return { folder, remove };
  } catch (error) {
    await remove();
    throw isLtadError(error) ? error : scratchError(folder, error);
  }
}

/** Calls a function with a temporary folder that contains the model of a plan, and removes the folder afterwards. */
export async function withModel<T>(opened: Pick<OpenPlan, "object">, task: ScoreTask, use: (folder: string) => Promise<T>): Promise<T> {
  const { folder, remove } = await fetchModel(opened, task);
  try {
    return await use(folder);
  } finally {
    await remove();
  }
}
