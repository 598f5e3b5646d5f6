import { type Dataset, turns } from "@ltad/data";
import type { ChosenSplit } from "./named-splits.js";
import type { DryRun } from "./dry-run.js";
import { secondsOfEncoding, secondsOfTraining, type Work } from "./pace.js";
import { smallImages } from "./trial.js";

/** What a reproduction is going to take, in seconds and bytes. */
export interface Estimate {
  /** Of everything that is not finished yet. */
  readonly seconds: number;
  /** Peak memory of the process. */
  readonly memory: number;
  /** Models, and the features of all images in the cache. */
  readonly disk: number;
  /** To encode all images once; images in the cache are not encoded again. */
  readonly encode: number;
  /** By split: one training, and one evaluation. */
  readonly splits: Readonly<Record<string, { readonly train: number; readonly evaluate: number }>>;
}

/** A pixel of a map keeps its score, and a copy of it while they are sorted. */
const bytesOfPixel = 8;
/** Pixels of larger inputs are compared at this size. */
const largestSide = 1024;

/**
 * Extrapolates a dry run.
 * @param runs trainings of each split that are still to do
 */
export async function estimate(
  { trials, score, memory, split: tried, sizes }: DryRun,
  { classes }: Dataset,
  runs: readonly (ChosenSplit & { readonly open: number })[],
): Promise<Estimate> {
  const { needsOf, imageBytes } = await import("@ltad/train");
  const { config, spec } = sizes;
  const tests = classes.map(({ test }) => test.length);
  const all = sum(classes.map(({ train }) => train.length)) + sum(tests);
  const encode = runs.some(({ open }) => open > 0) ? all * secondsOfEncoding(trials) : 0;
  const steps = { phase1: config.augment.steps, phase2: config.detect.steps };
  const timed = runs.map(({ name, split, open }) => {
    const counts = split.classes.map(({ train }) => train.length);
    const small = smallImages(split, config);
    const work: Work = { classes: counts.length, encoded: sum(counts), small, images: sum(counts) + small * copiesOf(trials) };
    return { name, open, train: secondsOfTraining(trials, work, steps), evaluate: (all - sum(counts)) * score };
  });
  const needs = runs.map(({ split }) => needsOf(split, sizes));
  const base = needsOf(tried, sizes);
  const pixels = Math.max(...tests) * Math.min(spec.inputSize, largestSide) ** 2 * bytesOfPixel;
  const maps = all * spec.tokens * 4;
  return {
    seconds: encode + sum(timed.map(({ open, train, evaluate }) => open * (train + evaluate))),
    memory: memory + Math.max(pixels + maps, ...needs.map((own) => own.memory - base.memory)),
    disk:
      (all + turns.length * Math.max(...runs.map(({ split }) => smallImages(split, config)))) * imageBytes(spec) +
      sum(runs.map(({ open }, i) => open * needs[i]!.model)),
    encode,
    splits: Object.fromEntries(timed.map(({ name, train, evaluate }) => [name, { train, evaluate }])),
  };
}

/** Copies that joined an image of a small class in the trials, as a mean. */
function copiesOf([, more]: DryRun["trials"]): number {
  return more.small === 0 ? 0 : (more.images - more.encoded) / more.small;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
