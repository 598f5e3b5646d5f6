import { LtadError } from "@ltad/core";
import { type DelongTest, delongTest, type ImageScores, type Measure, measure } from "@ltad/metrics";
import type { ClassScores } from "./files/read-scores.js";

/** The difference between the image AUROC of two detectors on one class; null with a reason if it does not exist. */
export type Comparison = DelongTest | (Omit<Measure, "value"> & { readonly difference: null });

/**
 * DeLong's test between two score files of the same images, for every class and for all images together ("pooled").
 * @param other the name of the second file, for errors
 * @returns the tests by class, and under "pooled"
 * @throws LtadError `LTAD_DATA` that names the image when the files differ in classes, images or labels
 */
export function compareScores(
  a: ReadonlyMap<string, ClassScores>,
  b: ReadonlyMap<string, ClassScores>,
  other: string,
): Record<string, Comparison> {
  const pairs = [...a].map(([name, { test }]) => ({ name, ...paired(test, b.get(name)?.test, `${other}: class ${name}`) }));
  const extra = [...b.keys()].find((name) => !a.has(name));
  if (extra !== undefined) throw mismatchError(`${other}: class ${extra} is not in the first file.`);
  const pooled = {
    name: a.has("pooled") ? "pooled (all images)" : "pooled",
    a: pairs.flatMap((pair) => pair.a),
    b: pairs.flatMap((pair) => pair.b),
    isAnomaly: pairs.flatMap((pair) => pair.isAnomaly),
  };
  return Object.fromEntries([...pairs, ...(pairs.length > 1 ? [pooled] : [])].map(({ name, ...pair }) => [name, tested(pair)]));
}

function tested(pair: { a: number[]; b: number[]; isAnomaly: boolean[] }): Comparison {
  let test: DelongTest | null = null;
  const { reason } = measure(() => (test = delongTest(pair)).difference);
  return test ?? { difference: null, ...(reason !== undefined && { reason }) };
}

/** Scores of the same images, in the order of the first. */
function paired(first: ImageScores, second: ImageScores | undefined, where: string) {
  const byName = new Map((second?.images ?? []).map((image) => [image.name, image]));
  if (byName.size !== (second?.images.length ?? 0))
    throw mismatchError(`${where}: an image name occurs twice; images are compared by their names.`);
  const others = first.images.map(({ name, anomaly }) => {
    const image = byName.get(name);
    if (!image) throw mismatchError(`${where}: ${name} is missing; both files must have the same images.`);
    if (image.anomaly !== anomaly) throw mismatchError(`${where}: ${name} has a different label in the first file.`);
    return image;
  });
  const more =
    byName.size > first.images.length ? [...byName.keys()].find((name) => !first.images.some((image) => image.name === name)) : undefined;
  if (more !== undefined) throw mismatchError(`${where}: ${more} is not in the first file.`);
  return {
    a: first.images.map(({ score }) => score),
    b: others.map(({ score }) => score),
    isAnomaly: first.images.map(({ anomaly }) => anomaly),
  };
}

function mismatchError(message: string): LtadError {
  return new LtadError("LTAD_DATA", message);
}
