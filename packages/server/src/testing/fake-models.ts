import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../engine/engine.js";
import { Models } from "../models/models.js";

/** Models that open any folder with a model.json as the engine given. */
export async function fakeModels(engine: Engine, ...names: string[]): Promise<Models> {
  const folder = await mkdtemp(join(tmpdir(), "ltad-models-"));
  await writeFile(join(folder, "model.json"), "{}");
  const folders = new Map((names.length > 0 ? names : ["ltad"]).map((name) => [name, folder]));
  const models = await Models.open({ folders, open: async () => engine, log: () => {} });
  await rm(folder, { recursive: true });
  return models;
}
