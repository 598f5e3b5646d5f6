import { flatten, isNdArray, type NdArray, type NdArrays } from "@ltad/core";
import type { BundleParts, ClassPart, GraphPart } from "@ltad/detector";
import type { FeatureSpec } from "@ltad/features";
import { type HeadArrays, headGraph, nearestGraph } from "../head/head-graph.js";
import type { HeadConfig } from "../head/head.js";
import { classRow, isOfClass } from "../head/of-class.js";

/** The graph that scores images of one class, as a part of a bundle. */
export function headPart(arrays: HeadArrays, config: HeadConfig): GraphPart {
  return { ...headGraph(arrays, config), outputs: ["s_rec", "s_sem", "map", "score"] };
}

/** The graph that finds classes, and the files of the classes, as parts of a bundle. @param arrays with `tables.classZ` of all classes */
export function byClassPart(arrays: NdArrays, spec: FeatureSpec, classes: readonly ClassPart[]): BundleParts["byClass"] {
  return { nearest: { ...nearestGraph(arrays, spec), outputs: ["label", "distance"] }, classes };
}

/** What the head takes of each class. */
export function classParts(arrays: HeadArrays, { inputs }: Pick<GraphPart, "inputs">): { readonly arrays: NdArrays }[] {
  const flat = flatten<NdArray>(arrays, isNdArray);
  const names = Object.keys(inputs).filter(isOfClass);
  return Array.from({ length: arrays.tables.classZ.shape[0]! }, (_, label) => ({ arrays: classRow(flat, names, label) }));
}
