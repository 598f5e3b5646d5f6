import { join } from "node:path";
import { type JobOptions, throwIfAborted } from "@ltad/core";
import { type ClassData, isGood, type Split } from "@ltad/data";
import { openDetector } from "@ltad/detector";
import type { Encoders } from "@ltad/train";
import type { TrainConfig } from "@ltad/train/config";
import type { Trial } from "./pace.js";

/** What the trials of a dry run share. */
export interface TrialRun extends Pick<JobOptions, "signal"> {
  readonly config: TrainConfig;
  readonly encoders: Encoders;
  readonly classes: readonly ClassData[];
  /** Folder of everything that the dry run writes. */
  readonly folder: string;
  readonly maxPixels?: number | undefined;
}

/** How large a trial is, and the name of its folder of features: what is encoded there is not encoded again. */
export interface TrialSize {
  readonly images: number;
  readonly steps: number;
  readonly features: string;
}

/** Some training images of each class. */
export function trialSplit(classes: readonly ClassData[], images: number): Split {
  return {
    protocol: "full",
    seed: 0,
    classes: classes.map(({ name, train }) => ({ name, available: train.length, train: train.slice(0, images) })),
  };
}

/** Trains some images for some steps. */
export async function trial(run: TrialRun, { images, steps, features }: TrialSize): Promise<Trial> {
  const { train } = await import("@ltad/train");
  const { config, encoders, maxPixels, signal } = run;
  const split = trialSplit(run.classes, images);
  const { timing, copies } = await train({
    split,
    seed: 0,
    config: { ...config, augment: { ...config.augment, steps, warmup: 0 }, detect: { ...config.detect, steps, warmup: 0 } },
    encoders,
    out: modelIn(run),
    cacheDir: join(run.folder, features),
    maxPixels,
    signal,
  });
  const counts = split.classes.map(({ name, train: items }) => items.length * (1 + (copies[name]?.length ?? 0)));
  return {
    classes: split.classes.length,
    encoded: sum(split.classes.map(({ train: items }) => items.length)),
    images: sum(counts),
    small: smallImages(split, config),
    steps,
    timing,
  };
}

/** Images of the classes that turned copies may join. */
export function smallImages({ classes }: Split, { copies }: Pick<TrainConfig, "copies">): number {
  return sum(classes.map(({ train: items }) => items.length).filter((count) => count > 1 && count <= copies.upTo));
}

/** Seconds to score and measure one encoded test image with the model of the last trial. */
export async function scoreTime(run: TrialRun): Promise<number> {
  const { evaluate } = await import("@ltad/evaluate");
  const detector = await openDetector(modelIn(run));
  try {
    const timed = async (most: number) => {
      throwIfAborted(run.signal);
      const classes = run.classes.map((data) => ({ ...data, test: someTests(data, most) }));
      const dataset = { root: run.folder, layout: "", readAs: "", classes, remarks: [], warnings: [] };
      const options = { cacheDir: join(run.folder, "tests"), classes: "folder", maxPixels: run.maxPixels, signal: run.signal } as const;
      const { timing } = (await evaluate(detector, dataset, options)).evaluation;
      return { images: sum(classes.map(({ test }) => test.length)), seconds: (timing.score ?? 0) + (timing.measure ?? 0) };
    };
    const [few, more] = [await timed(1), await timed(4)];
    return Math.max(0, more.seconds - few.seconds) / Math.max(1, more.images - few.images);
  } finally {
    await detector.dispose();
  }
}

/** Good and defective test images of a class, so many of each. */
function someTests({ test }: ClassData, most: number): ClassData["test"] {
  return [...test.filter(isGood).slice(0, most), ...test.filter((item) => !isGood(item)).slice(0, most)];
}

function modelIn({ folder }: TrialRun): string {
  return join(folder, "model");
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
