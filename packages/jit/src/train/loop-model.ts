import type { DType, NdArray, NdArrays } from "@ltad/core";
import type { ModelMessage } from "@ltad/onnx";
import type { GraphMessage, TensorInfo } from "../graph/encode.js";

// A training step as the body of ONNX's Loop. One run takes as many steps as it has inputs for, and the state passes from step to step inside the
// runtime. A graph and its body share one namespace, so the outer values need different names.

const [count, first, all, last] = ["loop:count", "loop:first:", "loop:all:", "loop:last:"];

/**
 * The model that takes many steps.
 * @param step the model of one step, with the outputs `next.*` and `report.*`
 * @param perStep the inputs that differ from step to step; the other inputs are the state
 */
export function loopModel(step: GraphMessage, perStep: readonly string[]): ModelMessage {
  const { node, input, output, initializer } = step.graph;
  const own = input.filter(({ name }) => perStep.includes(name));
  const next = output.filter(({ name }) => name.startsWith("next."));
  const reports = output.filter(({ name }) => name.startsWith("report."));
  const carried = next.map(({ name, type }) => ({ name: name.slice("next.".length), type }));
  const names = carried.map(({ name }) => name);
  const fixed = input.filter(({ name }) => !perStep.includes(name) && !names.includes(name));
  const body = {
    name: "step",
    input: [scalar("loop:step", int64), scalar("loop:before", bool), ...carried],
    node: [
      ...own.map(({ name }) => made("Gather", [all + name, "loop:step"], [name])),
      made("Identity", ["loop:before"], ["loop:after"]),
      ...node,
    ],
    output: [scalar("loop:after", bool), ...next, ...reports],
  };
  const ends = [...next, ...reports].map(({ name }) => last + name);
  const loop = made("Loop", ["loop:limit", "", ...names.map((name) => first + name)], ends, [{ name: "body", type: graphType, g: body }]);
  const cast = made("Cast", [count], ["loop:limit"], [{ name: "to", type: 2, i: int64 }]);
  const graph = {
    name: "steps",
    node: [cast, loop],
    initializer,
    input: [scalar(count, int32), ...carried.map(renamed(first)), ...own.map((info) => listed(all, info)), ...fixed],
    output: [...next.map(renamed(last)), ...reports.map((info) => listed(last, info))],
  };
  return { ...step, graph };
}

/** TensorProto.DataType and AttributeProto.AttributeType */
const [int32, int64, bool, graphType] = [6, 7, 9, 5];

const scalar = (name: string, elemType: number): TensorInfo => ({ name, type: { tensorType: { elemType, shape: { dim: [] } } } });
const made = (opType: string, input: readonly string[], output: readonly string[], attribute: readonly object[] = []) => ({
  opType,
  input,
  output,
  attribute,
});
const renamed =
  (prefix: string) =>
  ({ name, type }: TensorInfo): TensorInfo => ({ name: prefix + name, type });

/** One of each for every step. */
function listed(prefix: string, { name, type: { tensorType } }: TensorInfo): TensorInfo {
  const dim = [{ dimParam: "loop:count" }, ...tensorType.shape.dim];
  return { name: prefix + name, type: { tensorType: { ...tensorType, shape: { dim } } } };
}

/** The inputs of the model for these steps, which all have the same shapes. */
export function loopFeeds(state: NdArrays, steps: readonly NdArrays[], wanted: Readonly<Record<string, unknown>>): NdArrays {
  const ofState = Object.entries(state).map(([name, array]) => [first + name in wanted ? first + name : name, array] as const);
  const ofSteps = Object.keys(steps[0]!).map((name) => [all + name, stacked(steps.map((step) => step[name]!))] as const);
  const number: NdArray = { dtype: "int32", shape: [], data: Int32Array.of(steps.length) };
  const feeds = Object.fromEntries([...ofState, ...ofSteps]);
  return { ...feeds, [count]: number };
}

/** The state after the last step, and the numbers of each. */
export function loopResults(outputs: NdArrays, steps: number): { next: NdArrays; reports: Record<string, number>[] } {
  const start = (prefix: string) => Object.entries(outputs).filter(([name]) => name.startsWith(last + prefix));
  const next = Object.fromEntries(start("next.").map(([name, array]) => [name.slice(last.length + "next.".length), array]));
  const lists = start("report.").map(([name, { data }]) => [name.slice(last.length + "report.".length), data] as const);
  const reports = Array.from({ length: steps }, (_, i) => Object.fromEntries(lists.map(([name, data]) => [name, Number(data[i])])));
  return { next, reports };
}

const arrays = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const satisfies Record<DType, unknown>;

/** [...] of each step to [steps, ...]. */
function stacked(list: readonly NdArray[]): NdArray {
  const { dtype, shape, data } = list[0]!;
  if (list.length === 1) return { dtype, shape: [1, ...shape], data };
  const whole = new arrays[dtype](list.length * data.length);
  list.forEach((array, i) => whole.set(array.data, i * data.length));
  return { dtype, shape: [list.length, ...shape], data: whole };
}
