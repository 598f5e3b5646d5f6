import { readdir, stat } from "node:fs/promises";
import { resolve, sep } from "node:path";
import { eachAtOnce, LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import type { LayoutContext } from "./layout.js";
import type { Entry } from "./table-entry.js";

interface Fault {
  readonly line: number;
  readonly why: string;
  /** The file that it is about. */
  readonly path?: string;
  readonly isMissing?: boolean;
}

/** Every fault of every row in one error. @throws LtadError `LTAD_DATA` */
export async function checkEntries(
  table: string,
  entries: readonly Entry[],
  { root, signal }: LayoutContext,
  links: boolean,
): Promise<void> {
  const lineOf = new Map<string, number>();
  const faults: Fault[] = [...emptyCells(entries)];
  const check = async ({ path, masks, line }: Entry) => {
    const before = lineOf.get(path);
    if (before !== undefined) faults.push({ line, why: `${shown(path)} is already in line ${before}`, path });
    lineOf.set(path, line);
    for (const one of [path, ...masks]) {
      const file = resolve(root, one);
      if (!links && !file.startsWith(root.endsWith(sep) ? root : root + sep))
        faults.push({ line, why: `${shown(one)} is outside ${shown(root)}; allow it with --links`, path: one });
      else if (!(await stat(file).catch(() => null))?.isFile())
        faults.push({ line, why: `there is no file ${shown(one)}`, path: one, isMissing: true });
    }
  };
  await eachAtOnce(entries, check, { signal, atOnce: 32 });
  if (faults.length > 0) throw await faultyRows(table, faults, root);
}

/** Rows without a class or a label in a table that has them. A training image needs no label: it is good. */
function emptyCells(entries: readonly Entry[]): Fault[] {
  const hasClass = entries.some(({ class: name }) => name !== undefined);
  const hasLabel = entries.some(({ said }) => said !== undefined);
  return entries.flatMap((entry): Fault[] => {
    const { line } = entry;
    const needsLabel = entry.said === undefined && entry.masks.length === 0 && (entry.split === undefined || entry.split === "test");
    return [
      ...(hasClass && entry.class === undefined ? [{ line, why: "the class is empty" }] : []),
      ...(hasLabel && needsLabel ? [{ line, why: "the label is empty" }] : []),
    ];
  });
}

async function faultyRows(table: string, faults: Fault[], root: string): Promise<LtadError> {
  const first = faults.sort((a, b) => a.line - b.line).slice(0, 5);
  const more = faults.length > first.length ? `; and ${faults.length - first.length} more` : "";
  const told = first.map(({ line, why }) => `line ${line}: ${why}`).join("; ");
  return new LtadError("LTAD_DATA", `${shown(table)}: ${told}${more}.${await hints(faults, root)}`, { details: { file: table } });
}

/** What to do about the faults. */
async function hints(faults: readonly Fault[], root: string): Promise<string> {
  const said: string[] = [];
  if (faults.some(({ path }) => path === undefined))
    said.push("Fill every class and label; a good image has the label 0 or good, a defective one the name of its defect.");
  if (faults.some(({ path }) => path !== undefined)) said.push(`Paths begin in ${shown(root)}.`);
  const missing = faults.find(({ isMissing }) => isMissing)?.path;
  const twin = missing === undefined ? undefined : await inOtherCase(root, missing);
  if (twin !== undefined) said.push(`There is ${shown(twin)}, whose name differs in capital letters.`);
  const inside = missing === undefined ? undefined : await folderOf(missing, root);
  if (inside !== undefined) said.push(`${shown(missing!)} is in ${shown(inside)}; put the table there, too.`);
  return said.map((hint) => ` ${hint}`).join("");
}

/** The path of a file as it is on the disk, when only the case of its parts differs. */
async function inOtherCase(root: string, path: string): Promise<string | undefined> {
  let at = "";
  for (const part of path.split("/")) {
    const names = await readdir(resolve(root, at)).catch(() => []);
    const found = names.find((name) => name === part) ?? names.find((name) => name.toLowerCase() === part.toLowerCase());
    if (found === undefined) return undefined;
    at = at === "" ? found : `${at}/${found}`;
  }
  return at === path ? undefined : at;
}

/** The folder inside the root in which a path that is not below the root is a file. */
async function folderOf(path: string, root: string): Promise<string | undefined> {
  const isFile = async (at: string) => (await stat(resolve(root, at, path)).catch(() => null))?.isFile() === true;
  if (await isFile("")) return undefined;
  for (const inside of await readdir(root, { withFileTypes: true })) if (await isFile(inside.name)) return inside.name;
  return undefined;
}
