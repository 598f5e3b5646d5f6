import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenPlan } from "../plan/open-plan.js";
import type { ScoreTask } from "../plan/plan.js";

/** Uses the model of a plan, whose files lie in a folder meanwhile. */
export async function withModel<T>(
  opened: Pick<OpenPlan, "object">,
  { model }: ScoreTask,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-model-"));
  try {
    for (const [name, hash] of Object.entries(model)) await writeFile(join(folder, name), await opened.object(hash));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
