import { type JobOptions, throwIfAborted } from "@ltad/core";
import { check, having, listOf } from "@ltad/core/check";
import type { ImageFeatures } from "@ltad/feature-store";
import { addInto, addSquares, columnSums } from "./accumulate.js";
import type { FeatureSpec } from "./feature-spec.js";
import type { LabelledFeatures } from "./labelled-features.js";
import { openScatter, type Scatter } from "./scatter.js";

// Shapes: N tokens, C channels, Dz size of z.

/**
 * Sums over the images of one class, in double precision. The sums of two sets of images can be added, so images can be read in parts, on other
 * machines, or later.
 */
export interface ClassSums {
  readonly images: number;
  /** [N, C] the sum over the images. */
  readonly position: Float64Array;
  /** [C, C] the sum of f f^T over images and positions. */
  readonly scatter: Float64Array;
  /** [Dz] the sums of z and of its square over the images. */
  readonly z: Float64Array;
  readonly zSquare: Float64Array;
}

/** The sums over no images, which are 0. */
export function noSums(spec: FeatureSpec): ClassSums {
  check("noSums", { spec }, { spec: having("a feature spec", "tokens", "channels", "zSize") });
  const { tokens, channels, zSize } = spec;
  return {
    images: 0,
    position: new Float64Array(tokens * channels),
    scatter: new Float64Array(channels ** 2),
    z: new Float64Array(zSize),
    zSquare: new Float64Array(zSize),
  };
}

/** Adds the sums of all parts (at least one), and subtracts those of the parts in `without`, which must be among them. */
export function mergeSums(parts: readonly ClassSums[], without: readonly ClassSums[] = []): ClassSums {
  const sums = having("the sums of a class", "images", "position", "scatter", "z", "zSquare");
  check("mergeSums", { parts, without }, { parts: listOf(sums, 1), without: listOf(sums) });
  const total = (name: Exclude<keyof ClassSums, "images">) => {
    const [first, ...others] = parts;
    const sum = first![name].slice();
    for (const part of others) addInto(sum, part[name]);
    for (const part of without) addInto(sum, part[name], -1);
    return sum;
  };
  const images = (of: readonly ClassSums[]) => of.reduce((count, part) => count + part.images, 0);
  return {
    images: images(parts) - images(without),
    position: total("position"),
    scatter: total("scatter"),
    z: total("z"),
    zSquare: total("zSquare"),
  };
}

/** Computes the sums of every class in one pass over the features. */
export async function sumUp({ store, labels, counts }: LabelledFeatures, spec: FeatureSpec, job: JobOptions): Promise<ClassSums[]> {
  const sums = counts.map(() => noSums(spec));
  const scatter = await openScatter(spec.channels);
  try {
    let done = 0;
    for (const label of counts.keys()) {
      const images = labels.flatMap((own, index) => (own === label ? [index] : []));
      for (let from = 0; from < images.length; from += together) {
        throwIfAborted(job.signal);
        const some = await Promise.all(images.slice(from, from + together).map((index) => store.read(index)));
        sums[label] = await withImages(sums[label]!, some, scatter);
        job.onProgress?.({ phase: "statistics", done: (done += some.length), total: labels.length, unit: "images" });
      }
    }
    return sums;
  } finally {
    await scatter.dispose();
  }
}

const together = 8; // the products of this many images are computed as one

/** Adds images to `sums`, whose arrays are changed, and returns the result. */
export async function withImages(sums: ClassSums, images: readonly ImageFeatures[], scatter: Scatter): Promise<ClassSums> {
  if (images.length === 0) return sums;
  const size = sums.position.length;
  const position = new Float64Array(size); // the sum over these images only
  const rows = new Float32Array(images.length * size);
  for (const [place, { features, z }] of images.entries()) {
    rows.set(features.data, place * size);
    addInto(position, features.data);
    addInto(sums.z, z.data);
    addSquares(sums.zSquare, z.data);
  }
  addInto(sums.position, position);
  addInto(sums.scatter, await scatter.of(rows, columnSums(position, Math.sqrt(sums.scatter.length))));
  return { ...sums, images: sums.images + images.length };
}
