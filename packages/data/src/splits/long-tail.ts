import { createRng, LtadError } from "@ltad/core";
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
  /** Share of the good images of each class, at least 0 and below 1, that no training sees; 0 by default. Not with a list file. */
  readonly holdOut?: number | undefined;
}

/**
 * Chooses training images by a long-tail protocol. Each class draws from its own seeded shuffle:
 * another class, protocol or count does not change which images come first. What is held out is the end of the shuffle; a class keeps at least one.
 * @throws LtadError `LTAD_CONFIG` for an unknown protocol or order or a share out of range, `LTAD_DATA` for a list file with faults
 */
export async function longTail(dataset: Dataset, { protocol, order, seed = 0, holdOut = 0 }: LongTailOptions): Promise<Split> {
  const parsed = parseProtocol(protocol);
  if (parsed.kind === "file" && holdOut > 0)
    throw holdOutError(`the list ${protocol} determines the training images; remove from it the images that you want to hold out`, holdOut);
  if (parsed.kind === "file") return readSplit(parsed.path, dataset, { order, seed });
  if (!(holdOut >= 0 && holdOut < 1)) throw holdOutError("expected a share of at least 0 and below 1", holdOut);
  const kept = (images: number) => Math.max(1, images - Math.round(images * holdOut));
  const available = dataset.classes.map(({ name, train }): ClassCount => ({ name, count: kept(train.length) }));
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

function holdOutError(why: string, received: number): LtadError {
  return new LtadError("LTAD_CONFIG", `hold-out ${received}: ${why}.`, { details: { field: "holdOut", received } });
}
