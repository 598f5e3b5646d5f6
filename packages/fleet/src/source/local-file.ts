import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { sha256 } from "@ltad/core";
import type { OpenPlan } from "../plan/open-plan.js";
import { isPath } from "./location.js";

/**
 * The path of a file of a plan on this machine: its own path, or that of a copy in the folder.
 * @param file as the items of a plan have it
 * @throws LtadError `LTAD_IMAGE` or `LTAD_FETCH` when it cannot be read
 */
export async function localFile({ read }: Pick<OpenPlan, "read">, file: string, folder: string): Promise<string> {
  if (isPath(file)) return file;
  const copy = join(folder, sha256(file).slice(0, 32));
  await mkdir(folder, { recursive: true });
  await writeFile(copy, await read({ id: file, file }));
  return copy;
}
