import { readFile } from "node:fs/promises";
import { decodeText, LtadError } from "@ltad/core";
import { shown } from "@ltad/core/format";
import type { Dataset, TrainItem } from "../dataset/dataset.js";
import { byCodePoint } from "../internal/by-code-point.js";
import { type ClassOrder, orderClasses } from "./long-tail-counts.js";
import { defectsComment, type ListEntry, parseList } from "./parse-list.js";
import { isManifest, readManifest } from "./read-manifest.js";
import { unknownProtocol } from "./protocol.js";
import type { Split, SplitClass } from "./split.js";

/** Options of {@link readSplit}. */
export interface ReadSplitOptions {
  readonly order?: ClassOrder | undefined;
  readonly seed?: number | undefined;
}

/**
 * Reads a list file (see `parseList`) against a dataset. Only names are compared: no path of the list is opened.
 * A longer path matches by its last parts, such as `CLASS/train/good/NAME`. A folder with prune_good.txt is a manifest of TailedCore.
 * @throws LtadError `LTAD_DATA` naming list and lines: an entry is not a training image of the dataset or is listed twice, a class has none;
 *   `LTAD_CONFIG` when there is no such file (then the text was meant as a protocol)
 */
export async function readSplit(path: string, dataset: Dataset, { order, seed = 0 }: ReadSplitOptions = {}): Promise<Split> {
  if (await isManifest(path)) return readManifest(path, dataset, { order, seed });
  const text = await readList(path);
  const list = parseList(text, path);
  const withDefects = text.split(/\r?\n/).includes(defectsComment);
  const chosen = chooseListed(list.entries, dataset, { path, withDefects });
  const classes = dataset.classes.map(({ name, train }): SplitClass => {
    const listed = chosen.get(name) ?? [];
    return { name, available: train.length, train: [...listed].sort((a, b) => byCodePoint(a.id, b.id)) };
  });
  const empty = classes.filter(({ train }) => train.length === 0).map(({ name }) => shown(name));
  if (empty.length > 0)
    throw fault(
      path,
      `no image of class ${empty.join(", ")}. Every class of the data set needs at least one; add an image, or remove the class`,
    );
  const byName = new Map(classes.map((entry) => [entry.name, entry]));
  const counts = classes.map(({ name, train }) => ({ name, count: train.length }));
  const ordered = orderClasses(counts, order ?? list.order ?? "size");
  return { protocol: path, seed, classes: ordered.map(({ name }) => byName.get(name)!) };
}

async function readList(path: string): Promise<string> {
  try {
    return decodeText(await readFile(path));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") throw unknownProtocol(path, "neither a known protocol nor a file", error);
    throw fault(path, `the list cannot be read (${code === "EISDIR" ? "it is a folder" : code})`);
  }
}

/** Training images by class name, in the order of the list. */
function chooseListed(
  entries: readonly ListEntry[],
  dataset: Dataset,
  { path, withDefects }: { path: string; withDefects: boolean },
): Map<string, TrainItem[]> {
  const known = new Map(
    dataset.classes.flatMap(({ name, train, test }) =>
      [...train, ...(withDefects ? test : [])].map((item) => [item.id.normalize("NFC"), { name, item }] as const),
    ),
  );
  const chosen = new Map<string, TrainItem[]>();
  const lineOf = new Map<string, number>();
  const faults: string[] = [];
  for (const { path: entry, line } of entries) {
    const hit = lookUp(known, entry);
    const twice = hit && lineOf.get(hit.item.id);
    if (!hit) faults.push(`line ${line}: ${shown(entry)} is not a training image of the data set`);
    else if (twice !== undefined) faults.push(`line ${line}: ${shown(entry)} is already in line ${twice}`);
    else {
      lineOf.set(hit.item.id, line);
      chosen.set(hit.name, [...(chosen.get(hit.name) ?? []), hit.item]);
    }
  }
  if (faults.length === 0) return chosen;
  const more = faults.length > 5 ? `; and ${faults.length - 5} more` : "";
  throw fault(
    path,
    `${faults.slice(0, 5).join("; ")}${more}. Entries are paths such as CLASS/train/good/NAME.png below ${shown(dataset.root)}`,
  );
}

/** The value of a path, else of its last parts. */
export function lookUp<T>(known: ReadonlyMap<string, T>, entry: string): T | undefined {
  const parts = posixPath(entry).split("/");
  for (let from = 0; from === 0 || from < parts.length - 1; from++) {
    const hit = known.get(parts.slice(from).join("/"));
    if (hit !== undefined) return hit;
  }
  return undefined;
}

function posixPath(entry: string): string {
  return entry
    .replaceAll("\\", "/")
    .replace(/^(\.\/)+/, "")
    .normalize("NFC");
}

function fault(path: string, why: string): LtadError {
  return new LtadError("LTAD_DATA", `${shown(path)}: ${why}.`, { details: { file: path } });
}
