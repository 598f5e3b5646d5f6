import { createRng } from "@ltad/core";
import { anything, check, fields, having, optional, string, whole } from "@ltad/core/check";
import type { ClassData, Dataset, TrainItem } from "../dataset/dataset.js";
import { byCodePoint } from "../internal/by-code-point.js";
import { type ClassCount, type ClassOrder, longTailCounts, orderClasses } from "./long-tail-counts.js";
import { parseProtocol } from "./protocol.js";
import { readSplit } from "./read-split.js";
import type { Split } from "./split.js";

/** Options of {@link longTail}. */
export interface LongTailOptions {
  /** `full`, `expN`, `stepN`, or the path of a list file. */
  readonly protocol: string;
  /** By default the order a list file states, else "size". */
  readonly order?: ClassOrder | undefined;
  /** Seeds the draw of images; 0 by default. */
  readonly seed?: number | undefined;
}

/**
 * Chooses training images by a long-tail protocol. Each class draws from its own seeded shuffle, so that
 * other classes, protocols and counts do not change which images come first.
 * @throws LtadError `LTAD_CONFIG` for an unknown protocol or order, `LTAD_DATA` for a list file with faults
 */
export async function longTail(dataset: Dataset, options: LongTailOptions): Promise<Split> {
  const rules = fields({ protocol: string, order: optional(anything), seed: optional(whole()) });
  check("longTail", { dataset, options }, { dataset: having("a data set of scanDataset", "classes", "root"), options: rules });
  const { protocol, order, seed = 0 } = options;
  const parsed = parseProtocol(protocol);
  if (parsed.kind === "file") return readSplit(parsed.path, dataset, { order, seed });
  const available = dataset.classes.map(({ name, train }): ClassCount => ({ name, count: train.length }));
  const counts = longTailCounts(orderClasses(available, order ?? "size"), parsed);
  const byName = new Map(dataset.classes.map((data) => [data.name, data]));
  const classes = counts.map(({ name, count }) => {
    const data = byName.get(name)!;
    return { name, available: data.train.length, train: draw(data, count, seed) };
  });
  return { protocol, seed, classes };
}

function draw({ name, train }: ClassData, count: number, seed: number): TrainItem[] {
  const shuffled = createRng(seed).fork(name).shuffle(train);
  return shuffled.slice(0, count).sort((a, b) => byCodePoint(a.id, b.id));
}
