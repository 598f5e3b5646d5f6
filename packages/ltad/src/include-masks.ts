import { readdir } from "node:fs/promises";
import { basename, extname, join } from "node:path";
import { LtadError } from "@ltad/core";
import { isImageName, type SplitClass } from "@ltad/data";

/**
 * The classes with the include masks of a folder: CLASS.png marks, in white, the part of the images of CLASS that is judged. A class without a
 * file is judged whole.
 * @param others names of classes whose masks may lie there too
 * @throws LtadError `LTAD_DATA` for a folder that cannot be read or holds no mask, and for masks of unknown classes or several of one
 */
export async function withIncludeMasks(
  classes: readonly SplitClass[],
  folder: string | undefined,
  others: readonly string[] = [],
): Promise<readonly SplitClass[]> {
  if (folder === undefined) return classes;
  const files = (await filesOf(folder)).filter((name) => !name.startsWith(".")).sort();
  const masks = files.filter(isImageName);
  if (masks.length === 0) throw fault(folder, `there are no masks${files.length > 0 ? `, only ${some(files)}` : ""}. ${usual(classes)}`);
  const byClass = new Map<string, string[]>();
  for (const name of masks) {
    const own = basename(name, extname(name)).normalize("NFC");
    byClass.set(own, [...(byClass.get(own) ?? []), name]);
  }
  const unknown = [...byClass.keys()].filter((name) => !others.includes(name) && !classes.some((entry) => entry.name === name));
  if (unknown.length > 0)
    throw fault(folder, `${some(unknown.flatMap((name) => byClass.get(name)!))}: there is no class of this name. ${usual(classes)}`);
  const twice = [...byClass.values()].find((names) => names.length > 1);
  if (twice) throw fault(folder, `${twice.join(" and ")} are masks of the same class. Keep one of them.`);
  return classes.map((entry) => {
    const [mask] = byClass.get(entry.name) ?? [];
    return mask === undefined ? entry : { ...entry, include: join(folder, mask) };
  });
}

async function filesOf(folder: string): Promise<string[]> {
  return readdir(folder).catch((error: NodeJS.ErrnoException) => {
    const why = { ENOENT: "there is no such folder", ENOTDIR: "this is a file, not a folder of masks" }[error.code ?? ""];
    throw fault(folder, `${why ?? `this folder cannot be read (${error.code})`}.`, error);
  });
}

const mostNamed = 3;

function usual(classes: readonly SplitClass[]): string {
  const names = classes.map(({ name }) => `${name}.png`);
  return `Expected a mask for each class whose images are not judged as a whole, such as ${some(names)}.`;
}

function some(names: readonly string[]): string {
  return names.length <= mostNamed ? names.join(", ") : `${names.slice(0, mostNamed).join(", ")} and ${names.length - mostNamed} more`;
}

function fault(folder: string, why: string, cause?: unknown): LtadError {
  return new LtadError("LTAD_DATA", `--include ${folder}: ${why}`, { cause, details: { file: folder } });
}
