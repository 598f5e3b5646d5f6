import { float32, floats, type NdArray, type NdArrays } from "@ltad/core";
import { isOfClass } from "../head/of-class.js";

/** Arrays of a model whose first axis is the class, besides those that scoring needs. All other arrays belong to all classes. */
const more = new Set(["tables.classZ", "names"]);

/**
 * Replaces the class with the index `label`, or adds one after the last class.
 * @param rows arrays [1, ...] by name; an array without a row does not change
 */
export function withRow(arrays: NdArrays, label: number, rows: NdArrays): NdArrays {
  return mapArrays(arrays, (table, name) => {
    const row = rows[name];
    return row ? joined(table, [...placesBut(table, label, "before"), row, ...placesBut(table, label, "after")]) : table;
  });
}

/** Removes the class with the index `label` from the arrays. */
export function withoutRow(arrays: NdArrays, label: number): NdArrays {
  return mapArrays(arrays, (table) => joined(table, [...placesBut(table, label, "before"), ...placesBut(table, label, "after")]));
}

function mapArrays(arrays: NdArrays, change: (table: NdArray, name: string) => NdArray): NdArrays {
  return Object.fromEntries(
    Object.entries(arrays).map(([name, table]) => [name, isOfClass(name) || more.has(name) ? change(table, name) : table]),
  );
}

/** The part of a table [K, ...] before or after a place. */
function placesBut(table: NdArray, label: number, side: "before" | "after"): NdArray[] {
  const [classes = 0, ...shape] = table.shape;
  const size = table.data.length / classes;
  const [from, to] = side === "before" ? [0, Math.min(label, classes)] : [label + 1, classes];
  return from < to ? [float32([to - from, ...shape], floats(table, "table").subarray(from * size, to * size))] : [];
}

function joined(table: NdArray, parts: readonly NdArray[]): NdArray {
  const all = float32([parts.reduce((sum, { shape }) => sum + shape[0]!, 0), ...table.shape.slice(1)]);
  let at = 0;
  for (const { data } of parts) {
    all.data.set(data, at);
    at += data.length;
  }
  return all;
}
