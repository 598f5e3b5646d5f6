import { resolve } from "node:path";
import { LtadError } from "@ltad/core";
import { count, hasHidden, plural, shown } from "@ltad/core/format";
import { byCodePoint } from "../internal/by-code-point.js";
import { type ClassData, type Dataset, isGood, type TestItem, type TrainItem } from "./dataset.js";
import { nfc } from "./folder.js";
import type { ImageRow } from "./layouts/layout.js";
import { type Remark, remarkLines } from "./remarks.js";

/** Where the images of a data set are and how they were found. */
export interface BuildOptions {
  readonly root: string;
  readonly layout: string;
  readonly title: string;
  /** The root holds one product, whose name comes before the paths of its images. */
  readonly isOneProduct: boolean;
  /** Whether every class must have training images. */
  readonly needsTraining: boolean;
}

/**
 * Sorts images into classes.
 * @throws LtadError `LTAD_DATA` for a class without training images that needs them
 */
export function buildDataset(
  rows: readonly ImageRow[],
  remarks: readonly Remark[],
  { root, layout, title, isOneProduct, needsTraining }: BuildOptions,
): Dataset {
  const byClass = new Map<string, { train: TrainItem[]; test: TestItem[] }>();
  for (const { class: named, split, label, path, masks = [] } of rows) {
    const name = nfc(named);
    const data = byClass.get(name) ?? { train: [], test: [] };
    byClass.set(name, data);
    const item = { id: nfc(isOneProduct ? `${name}/${path}` : path), file: resolve(root, path) };
    if (split === "train") data.train.push(item);
    else data.test.push({ ...item, label: nfc(label), ...maskOf(root, masks) });
  }
  const classes = [...byClass].map(([name, { train, test }]): ClassData => ({ name, train: sorted(train), test: sorted(test) }));
  for (const { name, train } of classes) {
    if (hasHidden(name)) throw dataError(name, "the name contains an invisible character. Rename it.");
    if (needsTraining && train.length === 0)
      throw dataError(
        name,
        "no training images; every class needs at least one good image. Add images or remove the class from the data set.",
      );
  }
  classes.sort((a, b) => byCodePoint(a.name, b.name));
  return { root, layout, readAs: `Read as ${title}: ${summary(classes)}.`, classes, remarks, warnings: remarkLines(remarks) };
}

function summary(classes: readonly ClassData[]): string {
  const images = (of: (data: ClassData) => number) => classes.reduce((sum, data) => sum + of(data), 0);
  const good = images(({ test }) => test.filter(isGood).length);
  const bad = images(({ test }) => test.length) - good;
  const tested = good + bad > 0 ? `${count(good)} good and ${count(bad)} defective to test on` : "none to test on";
  return `${plural(classes.length, "class", "classes")}, ${plural(
    images(({ train }) => train.length),
    "good image",
  )} to train on, ${tested}`;
}

function sorted<T extends TrainItem>(items: T[]): T[] {
  return items.sort((a, b) => byCodePoint(a.id, b.id));
}

function maskOf(root: string, masks: readonly string[]): Pick<TestItem, "mask"> {
  const files = masks.map((mask) => resolve(root, mask));
  return files.length === 0 ? {} : { mask: files.length === 1 ? files[0]! : files };
}

function dataError(name: string, why: string): LtadError {
  return new LtadError("LTAD_DATA", `${shown(name)}: ${why}`, { details: { class: name } });
}
