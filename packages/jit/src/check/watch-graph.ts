import type { NdArray } from "@ltad/core";
import { cast, reshape } from "../graph/emit.js";
import type { Graph, Value } from "../graph/graph.js";
import { liveNodes } from "../graph/prune.js";
import { sizeOf } from "../graph/shape.js";
import { checkFinite, type Flags, type Operation } from "./culprit.js";

/** Name of the output that says what each watched tensor of a run contains. */
export const flagsName = "check.flags";

/** Reads the flags of a run. @throws LtadError `LTAD_NOT_FINITE` */
export type Inspect = (flags: NdArray) => void;

/**
 * Appends to the graph what detects NaN and infinity in every tensor that the results need, as one vector [2 x tensors].
 * @param operations what was traced, in order
 */
export function watchGraph(graph: Graph, operations: readonly Operation<Value>[], results: Readonly<Record<string, Value>>) {
  const live = new Set(liveNodes(graph, Object.values(results)).flatMap((node) => [...node.outputs, ...node.inputs]));
  const isWatched = (v: Value) => v.dtype === "float32" && sizeOf(v.stored) > 0 && (live.has(v) || Object.values(results).includes(v));
  const needed = operations.filter((op) => op.outputs.some(isWatched));
  const tensors = [...new Set([...graph.inputs.values(), ...needed.flatMap((op) => [...op.inputs, ...op.outputs])])].filter(isWatched);
  const placeOf = new Map(tensors.map((value, i) => [value, 2 * i]));
  const flags = tensors.flatMap((value) => [flag(graph, "IsNaN", value), flag(graph, "IsInf", value)]);
  const vector =
    flags.length > 0 ? graph.add("Concat", flags, [flags.length], { attributes: { axis: 0 } }) : graph.constant("float32", [0], []);
  const inputs = Object.fromEntries([...graph.inputs, ...[...graph.names].map(([value, name]) => [name, value] as const)]);
  const inspect: Inspect = ({ data }) => {
    const flagsOf = (value: Value): Flags => {
      const place = placeOf.get(value);
      return place === undefined ? finite : { nan: data[place] === 1, infinite: data[place + 1] === 1 };
    };
    checkFinite({ operations: needed, inputs, results, flagsOf });
  };
  return { vector, inspect };
}

const finite: Flags = { nan: false, infinite: false };

/** 1 if any element passes the test, [1]. */
function flag(g: Graph, test: "IsNaN" | "IsInf", value: Value): Value {
  const found = cast(g, g.elementwise(test, [value], { dtype: "bool" }), "float32");
  return reshape(g, g.add("ReduceMax", [found], [], { attributes: { keepdims: 0 } }), [1]);
}
