import { float32, floats, int32, type NdArray, type NdArrays } from "@ltad/core/browser";
import { bundleError } from "./bundle-error.js";
import type { ClassTables } from "./class-tables.js";
import { checkOutputs, headContract, nearestContract } from "./graph-contract.js";
import type { OpenGraph } from "./graphs-of.js";
import type { Manifest } from "./manifest.js";

// Shapes: B images, n of them of one class.

/** The graph that finds classes, and the tables of each class. */
export interface ByClass {
  readonly nearest: OpenGraph;
  readonly tables: ClassTables;
}

/**
 * Scores a batch with a head that takes the tables of one class. It runs once for each class in the batch.
 * @param images features [B, N, C] and z [B, Dz] @param given int32 [B], -1 to predict
 * @returns the outputs of both graphs, for the whole batch
 */
export async function scoreByClass(
  manifest: Manifest,
  head: OpenGraph,
  { nearest, tables }: ByClass,
  images: { readonly features: NdArray; readonly z: NdArray },
  given: Int32Array,
): Promise<NdArrays> {
  const batch = given.length;
  const found = await nearest.program.run({ z: images.z, class: int32([batch], given) });
  checkOutputs(nearest.place, found, nearestContract(manifest), batch);
  const parts: (readonly [places: readonly number[], outputs: NdArrays])[] = [];
  for (const [label, places] of placesOf(found["label"]!.data)) {
    if (!(label >= 0 && label < manifest.classes.length))
      throw bundleError(nearest.place, `returned the class ${label} of ${manifest.classes.length}. Write the bundle again.`);
    const [features, z] = [rowsOf(images.features, places), rowsOf(images.z, places)];
    const outputs = await head.program.run({ ...(await tables.of(label)), features, z });
    checkOutputs(head.place, outputs, headContract(manifest), places.length);
    parts.push([places, outputs]);
  }
  const names = Object.keys(headContract(manifest).shapes);
  return { ...found, ...Object.fromEntries(names.map((name) => [name, together(parts, name, batch)])) };
}

/** The indices of the images of each class in a batch. */
function placesOf(labels: ArrayLike<number>): Map<number, number[]> {
  const places = new Map<number, number[]>();
  for (let i = 0; i < labels.length; i++) places.set(labels[i]!, [...(places.get(labels[i]!) ?? []), i]);
  return places;
}

/** Some rows of a batch; the batch itself if these are all. */
function rowsOf(array: NdArray, places: readonly number[]): NdArray {
  const [batch, ...shape] = array.shape as [number, ...number[]];
  if (places.length === batch) return array;
  const [data, size] = [floats(array, "batch"), array.data.length / batch];
  const rows = float32([places.length, ...shape]);
  places.forEach((place, i) => rows.data.set(data.subarray(place * size, (place + 1) * size), i * size));
  return rows;
}

/** Puts an output of all classes together, in the order of the batch. */
function together(parts: readonly (readonly [readonly number[], NdArrays])[], name: string, batch: number): NdArray {
  const [[, only]] = parts as [(typeof parts)[number]];
  if (parts.length === 1) return only[name]!;
  const shape = only[name]!.shape.slice(1);
  const all = float32([batch, ...shape]);
  const size = all.data.length / batch;
  for (const [places, outputs] of parts) {
    const data = floats(outputs[name], name);
    places.forEach((place, i) => all.data.set(data.subarray(i * size, (i + 1) * size), place * size));
  }
  return all;
}
