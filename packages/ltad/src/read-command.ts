import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The command line that made a model, as `ltad train` left it on the first line of config.yaml; null when it is not there. */
export async function readCommand(folder: string): Promise<string | null> {
  const text = await readFile(join(folder, "config.yaml"), "utf8").catch(() => "");
  return /^# (ltad train .{1,2000})$/m.exec(text)?.[1] ?? null;
}
