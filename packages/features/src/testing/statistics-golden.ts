import { readFileSync } from "node:fs";
import { float32 } from "@ltad/core";
import type { ImageFeatures } from "@ltad/feature-store";
import type { FeatureSpec } from "../feature-spec.js";
import type { LabelledFeatures } from "../labelled-features.js";

/** Images [n, N, C] as nested lists. */
export type Images = readonly (readonly (readonly number[])[])[];

interface GoldenClass {
  readonly n: number;
  readonly train: Images;
  readonly test: Images;
  readonly testUnit: Images;
  readonly mean: readonly (readonly number[])[];
  readonly whitening: readonly (readonly number[])[];
  readonly eigenvalues: readonly (readonly number[])[];
  readonly projectors: Images;
  readonly whitened: Images;
  readonly scores: readonly (readonly number[])[];
  readonly classLoglik: number;
}

interface GoldenBlock {
  readonly stages: readonly number[];
  readonly deviation: readonly number[];
  readonly classes: Readonly<Record<string, GoldenClass>>;
}

interface TurnedClass {
  readonly grid: number;
  readonly sources: Readonly<Record<string, readonly number[]>>;
  readonly train: Images;
  readonly deviation: readonly number[];
  readonly loglik: Readonly<Record<string, number>>;
  readonly winner: string;
}

/** Statistics by an independent program; see __fixtures__/README.md. */
export const golden = JSON.parse(readFileSync(new URL("../__fixtures__/statistics.json", import.meta.url), "utf8")) as {
  readonly constants: { readonly k0: number; readonly ridge: number; readonly nu: number; readonly rank: number };
  readonly main: GoldenBlock;
  readonly degenerate: GoldenBlock;
  readonly merge: Readonly<
    Record<"first" | "last" | "whole", { readonly n: number; readonly position: number[][]; readonly outer: number[][] }>
  >;
  readonly turns: {
    readonly stages: readonly number[];
    readonly folds: number;
    readonly candidates: Readonly<Record<string, readonly string[]>>;
    readonly classes: Readonly<Record<string, TurnedClass>>;
  };
};

/** A layout of these stages; z has one number. */
export function specOf(stages: readonly number[], grid: number): FeatureSpec {
  return {
    inputSize: 16 * grid,
    gridStride: 16,
    shrink: "area",
    length: "unit",
    kernel: "linear",
    grid,
    tokens: grid * grid,
    channels: stages.reduce((sum, channels) => sum + channels, 0),
    zSize: 1,
    stages: stages.map((channels, i) => ({ stage: i + 1, channels, stride: 4 })),
  };
}

/** f_l sqrt(C_l) / ||f_l|| of every token: what the encoder's graph does. */
export function unitLength(images: Images, stages: readonly number[]): ImageFeatures[] {
  return images.map((tokens) => {
    const unit = tokens.flatMap((token) => {
      let from = 0;
      return stages.flatMap((channels) => {
        const part = token.slice(from, (from += channels));
        return part.map((value) => (value * Math.sqrt(channels)) / Math.max(Math.hypot(...part), 1e-12));
      });
    });
    return { features: float32([1, tokens.length, unit.length / tokens.length], unit), z: float32([1, 1], [0]) };
  });
}

/** A set of classes of images, in memory. */
export function setOf(classes: readonly (readonly ImageFeatures[])[]): LabelledFeatures {
  const images = classes.flat();
  return {
    counts: classes.map((own) => own.length),
    labels: classes.flatMap((own, label) => own.map(() => label)),
    store: { read: async (index) => images[index]! },
  };
}
