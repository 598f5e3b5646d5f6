import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { totalmem } from "node:os";
import { checkOutFolder } from "@ltad/core";
import { type Split, turns } from "@ltad/data";
import type { FeatureSpec } from "@ltad/features";
import type { FittedConfig } from "../config/fit-config.js";
import { foldMemory } from "./fold-sums.js";
import { mostBytes } from "./kept-form.js";
import { featureMemory } from "./training-set.js";

/** The disk space and the memory that a training will need, in bytes. */
export interface Needs {
  /** Features of all images and of the copies of small classes, and what follows from them in closed form, in the cache. */
  readonly cache: number;
  readonly model: number;
  /** Peak memory of the process. */
  readonly memory: number;
}

export interface NeedsOptions {
  readonly config: Pick<FittedConfig, "whitening" | "copies">;
  readonly spec: FeatureSpec;
  /** Bytes of the encoder graph. */
  readonly graph: number;
}

/** The measured memory of Node.js, TensorFlow.js and ONNX Runtime during the steps of a phase. */
const program = 600e6;

/** Features of one image in the cache. */
export function imageBytes({ tokens, channels, zSize }: FeatureSpec): number {
  return 4 * (tokens * channels + zSize);
}

/** An estimate from the number of images and the sizes of the tables. */
export function needsOf({ classes }: Split, { config, spec, graph }: NeedsOptions): Needs {
  const counts = classes.map(({ train }) => train.length);
  const images = sum(counts);
  const copies = turns.length * sum(counts.filter((count) => count > 1 && count <= config.copies.upTo));
  const image = imageBytes(spec);
  const [patches, square] = [spec.tokens * spec.channels, spec.channels ** 2];
  const tables = classes.length * (patches * (1 + config.whitening.positionRank) + square);
  const sums = 8 * classes.length * (patches + square);
  const folds = Math.min(foldMemory, 5 * sums);
  const held = [...[images, copies].map((count) => Math.min(featureMemory, count * image)), folds];
  return {
    cache: (images + copies) * image + Math.min(mostBytes, sums + folds + 4 * tables),
    model: graph + 2 * tables + 10e6,
    memory: program + 2 * graph + sum(held) + sums + 8 * tables,
  };
}

/**
 * Reports what a training will need before its work begins.
 * @throws LtadError `LTAD_WRITE` when a disk is clearly too small for the features that are not yet in the cache
 */
export async function checkNeeds(
  needs: Needs,
  {
    out,
    cacheDir,
    encoderId,
    image,
    onNote,
  }: { out: string; cacheDir: string; encoderId: string; image: number; onNote?: (note: string) => void },
): Promise<void> {
  const known = await readdir(join(cacheDir, "features", encoderId.slice(0, 16)), { recursive: true }).catch(() => []);
  const there = known.filter((name) => name.endsWith(".safetensors")).length * image;
  const cache = Math.max(0, needs.cache - there);
  const [disk, memory] = [cache + needs.model, needs.memory].map((bytes) => `${Math.ceil(bytes / 1e8) / 10} GB`);
  onNote?.(`This training needs about ${disk} of disk space and ${memory} of memory.`);
  if (needs.memory > totalmem()) onNote?.(`This machine has ${Math.floor(totalmem() / 1e8) / 10} GB of memory, which may not be enough.`);
  await checkOutFolder(cacheDir, Math.max(1e6, clearly * cache));
  await checkOutFolder(out, Math.max(1e6, clearly * needs.model));
}

/** An estimate is refused when not even this share of it is free. */
const clearly = 0.8;

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
