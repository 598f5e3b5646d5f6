import { basename, extname } from "node:path";
import { LtadError } from "@ltad/core";
import { type Dataset, headAndTail, longTail, parseProtocol, type Split, splitOrder } from "@ltad/data";
import type { Benchmark } from "./benchmarks.js";

/** A split to train on. */
export interface NamedSplit {
  /** `exp100`: how it is called, and which published numbers belong to it. */
  readonly name: string;
  /** What `train` takes: `exp100`, or the path of a list. */
  readonly protocol: string;
}

/** A split whose images have been chosen. */
export interface ChosenSplit extends NamedSplit {
  /** The order that was given to it; undefined leaves it to a list file. */
  readonly order: "size" | readonly string[] | undefined;
  readonly split: Split;
  readonly high: readonly string[];
  readonly low: readonly string[];
}

/**
 * Reads splits as `exp100`, as the path of a list, or as `exp100=FILE` for a list of that name.
 * @throws LtadError `LTAD_CONFIG` when a name is empty or given twice
 */
export function readSplitNames(texts: readonly string[]): NamedSplit[] {
  const splits = texts.map(readSplitName);
  const twice = splits.find(({ name }, place) => splits.findIndex((other) => folderOf(other.name) === folderOf(name)) !== place);
  if (twice) throw new LtadError("LTAD_CONFIG", `--split: ${twice.name} is given twice.`);
  return splits;
}

function readSplitName(text: string): NamedSplit {
  const at = text.indexOf("=");
  const [name, protocol] = at < 0 ? [isList(text) ? basename(text, extname(text)) : text, text] : [text.slice(0, at), text.slice(at + 1)];
  if (name.trim() !== "" && protocol.trim() !== "") return { name, protocol };
  throw new LtadError("LTAD_CONFIG", `--split: expected exp100, or exp100=FILE for a list of images, received "${text}".`);
}

/** Whether a split is a list of images, and none by rule. */
export function isList(protocol: string): boolean {
  return parseProtocol(protocol).kind === "file";
}

/** The name of a split as that of a folder. */
export function folderOf(name: string): string {
  return name.replaceAll(/[^\w.-]/g, "-").replace(/^\.+/, "-");
}

/**
 * Chooses the images of each split, as a training does. A rule takes the classes in the order of the benchmark, a list in its own.
 * @throws LtadError for an unknown split or a list that does not fit the data
 */
export async function chooseSplits(
  splits: readonly NamedSplit[],
  dataset: Dataset,
  { classes }: Benchmark,
  { order: given, seed }: { readonly order?: "size" | readonly string[] | undefined; readonly seed: number },
): Promise<ChosenSplit[]> {
  const usual = Object.keys(classes).filter((name) => dataset.classes.some((found) => found.name === name));
  const chosen: ChosenSplit[] = [];
  for (const named of splits) {
    const order = given ?? (isList(named.protocol) ? undefined : usual);
    const split = await longTail(dataset, { protocol: named.protocol, order, seed });
    chosen.push({ ...named, order, split, ...headAndTail(splitOrder(split)) });
  }
  return chosen;
}
