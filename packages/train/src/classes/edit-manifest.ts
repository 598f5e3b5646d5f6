import { float32, type NdArrays } from "@ltad/core";
import type { Manifest } from "@ltad/detector";
import { decisionOf } from "../bundle/bundle-parts.js";
import { classDistance, rowOf } from "../bundle/class-distance.js";
import type { FittedClass } from "./fit-class.js";

type Entry = Manifest["classes"][number];

/** Replaces or adds the class with the index `label` in the manifest. A limit that a user set is kept. */
export function withFitted(
  manifest: Manifest,
  label: number,
  { good, range, judged }: FittedClass,
  { name, trainImages }: Pick<Entry, "name" | "trainImages">,
): Manifest {
  const entry = { name, trainImages, order: 0, ...(range !== undefined && { range }), ...(judged !== undefined && { judged }) };
  const classes = replaced(manifest.classes, label, entry);
  const decision = manifest.decision!;
  const own = { ...decisionOf(good, classes.length > 1), limit: decision.classes[label]?.limit ?? null };
  return { ...manifest, classes: inOrder(classes, label), decision: { ...decision, classes: replaced(decision.classes, label, own) } };
}

/**
 * Updates how near another class comes to each of the others, which a new class can change. Their images are not available, so it is measured from
 * the images of the new class to their means.
 * @param z of the images of the new class, each [1, Dz] @param arrays of the model
 */
export function withNeighbour(manifest: Manifest, label: number, z: readonly Float32Array[], arrays: NdArrays): Manifest {
  const of = (name: string) => arrays[`tables.${name}`]!;
  const moments = { zMean: of("zMean"), zDeviation: of("zDeviation") };
  const decision = manifest.decision!;
  const classes = decision.classes.map((entry, own) => {
    if (own === label || entry.distances === undefined) return entry;
    const found = z.map((values) => classDistance(moments, float32([1, values.length], values), rowOf(of("classZ"), own)));
    return { ...entry, nearestOther: Math.min(entry.nearestOther ?? Infinity, ...found) };
  });
  return { ...manifest, decision: { ...decision, classes } };
}

/** Removes the class with the index `label` from the manifest. */
export function withoutClass(manifest: Manifest, label: number): Manifest {
  const { decision } = manifest;
  const left = manifest.classes.filter((_, own) => own !== label);
  const order = [...left].sort((a, b) => a.order - b.order);
  const classes = left.map((entry) => ({ ...entry, order: order.indexOf(entry) }));
  if (!decision) return { ...manifest, classes };
  const kept = decision.classes.filter((_, own) => own !== label);
  const decided =
    kept.length > 1
      ? kept
      : kept.map(({ good, limit, distances, recalibrated }) => ({
          good,
          limit,
          ...(distances && { distances }),
          ...(recalibrated && { recalibrated }),
        }));
  return { ...manifest, classes, decision: { ...decision, classes: decided } };
}

/** Ranks the classes from most to least images. The changed class comes before the first one with fewer images, and the others keep their order. */
function inOrder(classes: readonly Entry[], label: number): Entry[] {
  const changed = classes[label]!;
  const others = classes.filter((entry) => entry !== changed).sort((a, b) => a.order - b.order);
  const first = others.findIndex(({ trainImages }) => trainImages < changed.trainImages);
  const order = others.toSpliced(first < 0 ? others.length : first, 0, changed);
  return classes.map((entry) => ({ ...entry, order: order.indexOf(entry) }));
}

function replaced<T>(items: readonly T[], place: number, item: T): T[] {
  return [...items.slice(0, place), item, ...items.slice(place + 1)];
}
