import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeDoubles, float32, floats, LtadError, readSafetensors } from "@ltad/core";
import type { Split, Turn } from "@ltad/data";
import type { ImageFeatures } from "@ltad/feature-store";
import type { ClassSums } from "@ltad/features";
import { producer } from "../plan/write-plan.js";
import { classSums } from "./merge-sums.js";
import { type MergedInfo, sampleFile, type SampledImage, sumsFile } from "./merge-statistics.js";

/** A merged folder, as the input of a training. */
export interface ReadMerged {
  readonly info: MergedInfo;
  /** The training images; their files are names alone. */
  readonly split: Split;
  /** The name of the features. */
  readonly featuresId: string;
  /** In the order of the split: sums of all images of the class, and the images whose features are there, in the order of the split. */
  readonly classes: readonly { readonly sums: ClassSums; readonly sample: readonly string[]; readonly hasCopies: boolean }[];
  /** Features of an image of the sample of a class, or of its turned copy. */
  read(label: number, id: string, turn?: Turn): Promise<ImageFeatures>;
}

/**
 * Reads what `mergeStatistics` wrote.
 * @throws LtadError `LTAD_DATA` for any other folder, `LTAD_CONFIG` when another version of this program wrote it
 */
export async function readMerged(folder: string): Promise<ReadMerged> {
  const info = await readInfo(folder);
  const byId = info.classes.map(({ sample }) => new Map(sample.map((image) => [image.id, image])));
  const classes: ReadMerged["classes"][number][] = [];
  for (const [label, { images, ids }] of info.classes.entries()) {
    const sample = ids.filter((id) => byId[label]!.has(id));
    const hasCopies = sample.length === images && sample.every((id) => byId[label]!.get(id)!.turns.length > 0);
    classes.push({ sums: await readSums(folder, label, images), sample, hasCopies });
  }
  const { protocol, seed, featuresId } = info.task;
  return {
    info,
    featuresId,
    split: {
      protocol,
      seed,
      classes: info.classes.map(({ name, available, range, ids }) => ({
        name,
        available,
        train: ids.map((id) => ({ id, file: id, ...(range !== undefined && { range }) })),
      })),
    },
    classes,
    read: (label, id, turn) => readImage(folder, label, byId[label]!.get(id)!, turn),
  };
}

async function readInfo(folder: string): Promise<MergedInfo> {
  const file = join(folder, "merged.json");
  const fault = (why: string, cause?: unknown) =>
    new LtadError("LTAD_DATA", `--from ${folder}: ${why}. Expected a folder that \`ltad merge PLAN --out FOLDER\` wrote.`, {
      cause,
      details: { folder },
    });
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    throw fault("it has no merged.json", error);
  });
  const info = parsed(text);
  if (info?.format !== "ltad-merged" || !info.classes || !info.task) throw fault("its merged.json is damaged");
  if (info.producer !== producer) {
    const message = `--from ${folder}: it was written by ${info.producer}, but this program is ${producer}. Train with that version, or plan again.`;
    throw new LtadError("LTAD_CONFIG", message, { details: { expected: info.producer, received: producer } });
  }
  return info as MergedInfo;
}

function parsed(text: string): Partial<MergedInfo> | undefined {
  try {
    return JSON.parse(text) as Partial<MergedInfo>;
  } catch {
    return undefined;
  }
}

async function readSums(folder: string, label: number, images: number): Promise<ClassSums> {
  const file = join(folder, sumsFile(label));
  const content = await readFile(file).catch((error: unknown) => {
    const message = `${file}: this file is missing. Merge again with \`ltad merge PLAN --out FOLDER --force\`.`;
    throw new LtadError("LTAD_DATA", message, { cause: error, details: { file } });
  });
  return classSums(images, "sums", decodeDoubles(content, file));
}

async function readImage(folder: string, label: number, image: SampledImage, turn?: Turn): Promise<ImageFeatures> {
  const file = join(folder, sampleFile(label, image));
  const { arrays } = await readSafetensors(file);
  const of = (name: string) => {
    const array = arrays[turn === undefined ? name : `${turn}.${name}`];
    return float32(array?.shape ?? [0], floats(array, `${file}: ${name}`));
  };
  return { features: of("features"), z: of("z") };
}
