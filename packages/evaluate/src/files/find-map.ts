import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { LtadError } from "@ltad/core";
import type { TestItem } from "@ltad/data";

/** Of several maps of an image, the first in this order is read. */
export const mapEndings: readonly string[] = [".npy", ".tiff", ".tif", ".png"];

/** The maps of an image, of which the first is read. @throws LtadError `LTAD_DATA` if there is none */
export async function findMap(folder: string, { id }: TestItem): Promise<[string, ...string[]]> {
  const stem = join(folder, id.slice(0, id.length - extname(id).length));
  const [first, ...more] = mapEndings.map((ending) => stem + ending).filter((file) => existsSync(file));
  if (first !== undefined) return [first, ...more];
  const beside = (await readdir(dirname(stem)).catch(() => [])).filter((name) => name.startsWith(`${basename(stem)}.`));
  const found = beside.length > 0 ? `there is ${beside.slice(0, 3).join(", ")}, which is not read` : "there is no such file";
  throw new LtadError(
    "LTAD_DATA",
    `${id}: expected its map as ${stem}.npy, .tiff or .png; ${found}. Every test image needs a map: .npy, float TIFF or grey PNG.`,
    { details: { image: id, file: `${stem}.npy` } },
  );
}
