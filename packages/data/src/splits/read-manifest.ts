import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { LtadError } from "@ltad/core";
import { plural, shown } from "@ltad/core/format";
import { type ClassData, type Dataset, isGood, type TrainItem } from "../dataset/dataset.js";
import { byCodePoint } from "../internal/by-code-point.js";
import { type ClassOrder, orderClasses } from "./long-tail-counts.js";
import { parseList } from "./parse-list.js";
import { lookUp } from "./read-split.js";
import type { Split, SplitClass } from "./split.js";

const files = { prune: "prune_good.txt", inject: "inject_defects.txt" };

/** Whether a path is a manifest of TailedCore: a folder with prune_good.txt. */
export async function isManifest(path: string): Promise<boolean> {
  return (await stat(join(path, files.prune)).catch(() => null))?.isFile() ?? false;
}

/**
 * Reads a manifest of TailedCore (CVPR 2025) against a data set: prune_good.txt names the training images to leave out, and inject_defects.txt, when it
 * is there, defective test images that train as if they were good, `CLASS/train/good/DEFECT_NAME` for `CLASS/test/DEFECT/NAME`.
 * @see https://github.com/jungyg/TailedCore, folder manifest
 * @throws LtadError `LTAD_DATA` for an entry that is no image of the data set, and for a class without an image
 */
export async function readManifest(
  folder: string,
  { classes }: Dataset,
  { order, seed = 0 }: { readonly order?: ClassOrder | undefined; readonly seed?: number | undefined },
): Promise<Split> {
  const trained = new Map(classes.flatMap(({ train }) => train.map((item) => [item.id, item] as const)));
  const pruned = new Set((await entries(join(folder, files.prune))).map((entry) => found(trained, entry, join(folder, files.prune))));
  const injectable = new Map(classes.flatMap(defectsOf));
  const inject = join(folder, files.inject);
  const isThere = (await stat(inject).catch(() => null))?.isFile() ?? false;
  const injected = new Set((isThere ? await entries(inject) : []).map((entry) => found(injectable, entry, inject)));
  const chosen = classes.map(({ name, train, test }): SplitClass => {
    const items: TrainItem[] = [...train.filter((item) => !pruned.has(item)), ...test.filter((item) => injected.has(item))];
    if (items.length === 0) throw fault(join(folder, files.prune), `no image of class ${shown(name)} is left`);
    return { name, available: train.length, train: items.map(({ id, file }) => ({ id, file })).sort((a, b) => byCodePoint(a.id, b.id)) };
  });
  const byName = new Map(chosen.map((entry) => [entry.name, entry]));
  const counts = chosen.map(({ name, train }) => ({ name, count: train.length }));
  return {
    protocol: folder,
    seed,
    classes: orderClasses(counts, order ?? "size").map(({ name }) => byName.get(name)!),
    ...(injected.size > 0 && {
      warnings: [
        `${plural(injected.size, "defective test image is", "defective test images are")} trained on as if ${injected.size === 1 ? "it" : "they"} were good, as ${shown(inject)} says, and also tested.`,
      ],
    }),
  };
}

/** Defective test images by the name that an injected one has. */
function defectsOf({ test }: ClassData): [string, TrainItem][] {
  return test
    .filter((item) => !isGood(item))
    .map((item) => {
      const parts = item.id.split("/");
      const [label, name] = parts.slice(-2);
      return [[...parts.slice(0, -3), "train", "good", `${label}_${name}`].join("/"), item];
    });
}

async function entries(path: string): Promise<{ path: string; line: number }[]> {
  return [...parseList(await readFile(path, "utf8"), path).entries];
}

function found(known: ReadonlyMap<string, TrainItem>, { path, line }: { path: string; line: number }, list: string): TrainItem {
  const hit = lookUp(known, path);
  if (hit) return hit;
  throw fault(list, `line ${line}: ${shown(path)} is not an image of the data set`);
}

function fault(path: string, why: string): LtadError {
  return new LtadError("LTAD_DATA", `${shown(path)}: ${why}.`, { details: { file: path } });
}
