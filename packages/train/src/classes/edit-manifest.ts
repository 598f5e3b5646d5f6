import { float32, type NdArrays } from "@ltad/core";
import type { Manifest } from "@ltad/detector";
import { decisionOf } from "../bundle/bundle-parts.js";
import { classDistance, rowOf } from "../bundle/class-distance.js";
import type { FittedClass } from "./fit-class.js";

type Entry = Manifest["classes"][number];

/** The manifest with a class in the place `label`, as its images show it; a limit that was set by hand stays. */
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
 * The manifest with what a new class changes for the others: how near another class comes to them. Their images are not at hand, so it is
 * measured from the images of the new class to their means.
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

/** The manifest without the class in the place `label`. */
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

/** The classes with their places from most to least images; the changed one comes before the first that has fewer, the others keep their order. */
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
