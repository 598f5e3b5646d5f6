import { isNdArray, type NdArray, type Tree } from "@ltad/core";

/** The same tree with each array mapped; the path of an array is its keys joined by dots. */
export function mapArrays<T>(tree: Tree<NdArray>, map: (array: NdArray, path: string) => T, prefix = ""): Tree<T> {
  const entries = Object.entries(tree).map(([key, value]) => {
    const path = prefix + key;
    return [key, isNdArray(value) ? map(value, path) : mapArrays(value, map, `${path}.`)] as const;
  });
  return Object.fromEntries(entries);
}
