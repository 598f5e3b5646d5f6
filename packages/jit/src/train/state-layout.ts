import { flatten, isNdArray, LtadError, type NdArray, type NdArrays, sizeOf, type Tree } from "@ltad/core";
import { anArray, check, nearest } from "@ltad/core/check";
import { checkParams, packArrays, type Packing, planPacking, unpackArrays } from "./packing.js";

/**
 * How the graph stores the state of a training. `params` and the moments are packed. `frozen` contains the parameters that are not trained, `buffers` what
 * the loss function itself replaces, and `sum` the gradients of the batches since the last step, all by their own names.
 */
export interface StateLayout {
  /** The names of the parameters, in their order. */
  readonly names: readonly string[];
  /** The initial values of the parameters that are trained. */
  readonly trained: NdArrays;
  readonly packing: Packing;
  /** The groups with an array for each trained parameter: `params`, the moments, and `sum` if gradients are accumulated. */
  readonly groups: readonly string[];
  /** The whole state of the graph before the first step. */
  readonly initial: NdArrays;
}

/** What determines the layout. */
export interface StateOptions {
  readonly params: Tree<NdArray>;
  readonly buffers?: Tree<NdArray>;
  readonly freeze?: readonly string[];
  readonly accumulate?: boolean;
}

export function stateLayout(
  { params, buffers = {}, freeze = [], accumulate = false }: StateOptions,
  moments: readonly string[],
): StateLayout {
  const all = flatten<NdArray>(params, isNdArray);
  checkParams(all);
  const isFrozen = frozenNames(Object.keys(all), freeze);
  const pick = (frozen: boolean) => Object.fromEntries(Object.entries(all).filter(([name]) => isFrozen(name) === frozen));
  const trained = pick(false);
  if (Object.keys(trained).length === 0) throw new LtadError("LTAD_CONFIG", "freeze: every parameter is frozen. Leave one out.");
  const packing = planPacking(trained);
  const groups = ["params", ...moments, ...(accumulate ? ["sum"] : [])];
  const slots = packArrays(trained, packing);
  const initial = {
    ...grouped("params", slots),
    ...Object.assign({}, ...groups.slice(1).map((group) => grouped(group, zerosLike(slots)))),
    ...grouped("frozen", copied(pick(true))),
    ...grouped("buffers", copied(flatten<NdArray>(buffers, isNdArray))),
  };
  return { names: Object.keys(all), trained, packing, groups, initial };
}

/** @throws LtadError `LTAD_CONFIG` for a name that is neither a parameter nor a branch of them */
function frozenNames(names: readonly string[], freeze: readonly string[]): (name: string) => boolean {
  for (const entry of freeze) {
    if (names.some((name) => isBelow(name, entry))) continue;
    const near = nearest(entry, branches(names));
    const hint = near === undefined ? `Parameters are ${names.slice(0, 8).join(", ")}.` : `Did you mean ${near}?`;
    throw new LtadError("LTAD_CONFIG", `freeze: ${entry} is neither a parameter nor a branch of parameters. ${hint}`);
  }
  return (name) => freeze.some((entry) => isBelow(name, entry));
}

const isBelow = (name: string, branch: string) => name === branch || name.startsWith(`${branch}.`);

/** Every prefix of the names that ends at a dot, and the names. */
function branches(names: readonly string[]): string[] {
  const all = names.flatMap((name) => name.split(".").map((_, i, keys) => keys.slice(0, i + 1).join(".")));
  return [...new Set(all)];
}

/** Turns the state of the graph into a checkpoint, in which every parameter has its own name. */
export function toCheckpoint(state: NdArrays, { names, trained, packing, groups }: StateLayout): Record<string, NdArray> {
  const order = Object.keys(trained);
  const saved = groups.flatMap((group) => Object.entries(grouped(group, unpackArrays(ofGroup(state, group), packing, order))));
  const frozen = grouped("params", ofGroup(state, "frozen"));
  const all: NdArrays = { ...Object.fromEntries(saved), ...frozen, ...grouped("buffers", ofGroup(state, "buffers")) };
  const first = names.map((name) => `params.${name}`);
  const rest = Object.keys(all).filter((name) => !name.startsWith("params."));
  return Object.fromEntries([...first, ...rest].map((name) => [name, copyOf(all[name]!)]));
}

/**
 * Turns a checkpoint into the state of the graph.
 * @throws LtadError `LTAD_SHAPE` when it belongs to another model or optimiser
 */
export function fromCheckpoint(checkpoint: NdArrays, layout: StateLayout): NdArrays {
  const { packing, groups, initial } = layout;
  const expected = toCheckpoint(initial, layout);
  const foreign = Object.keys(checkpoint).find((name) => !Object.hasOwn(expected, name));
  if (foreign !== undefined)
    throw new LtadError("LTAD_SHAPE", `state.${foreign}: unknown. The state belongs to another model or optimiser.`);
  for (const [name, array] of Object.entries(expected)) checkEntry(name, checkpoint[name], array);
  const packed = groups.map((group) => grouped(group, packArrays(ofGroup(checkpoint, group), packing)));
  const alone = Object.keys(initial).filter((name) => /^(frozen|buffers)\./.test(name));
  const rest = alone.map((name) => [name, copyOf(checkpoint[name.replace(/^frozen\./, "params.")]!)] as const);
  return Object.assign({}, ...packed, Object.fromEntries(rest)) as NdArrays;
}

/** @throws LtadError `LTAD_SHAPE` when an array of a checkpoint is missing or has another type or shape */
export function checkEntry(name: string, found: NdArray | undefined, { dtype, shape }: Pick<NdArray, "dtype" | "shape">): void {
  const fits = found?.shape.length === shape.length && found.shape.every((n, i) => n === shape[i]);
  if (fits) return check("restore", { [name]: found }, { [name]: anArray(dtype) });
  const received = found ? `[${found.shape.join(", ")}]` : "nothing";
  const message = `state.${name}: expected [${shape.join(", ")}], received ${received}. The state belongs to another model.`;
  throw new LtadError("LTAD_SHAPE", message);
}

/** The entries of one group, without its name. */
export function ofGroup<T>(all: Readonly<Record<string, T>>, group: string): Record<string, T> {
  const own = Object.entries(all).filter(([name]) => name.startsWith(`${group}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(group.length + 1), value]));
}

/** The same entries with the name of a group in front. */
export function grouped<T>(group: string, entries: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(entries).map(([name, value]) => [`${group}.${name}`, value]));
}

export function zerosLike(arrays: NdArrays): NdArrays {
  return mapped(arrays, (array) => ({ ...array, data: new Float32Array(sizeOf(array.shape)) }));
}

/** A layout with types and shapes only. Otherwise a training would keep its first state, three times the parameters, in memory. */
export function withoutNumbers(layout: StateLayout): StateLayout {
  return { ...layout, trained: emptied(layout.trained), initial: emptied(layout.initial) };
}

export const emptied = (arrays: NdArrays): NdArrays => mapped(arrays, (array) => ({ ...array, data: array.data.slice(0, 0) }));

const copied = (arrays: NdArrays) => mapped(arrays, copyOf);
const copyOf = (array: NdArray): NdArray => ({ ...array, data: array.data.slice() });

function mapped(arrays: NdArrays, map: (array: NdArray) => NdArray): NdArrays {
  return Object.fromEntries(Object.entries(arrays).map(([name, array]) => [name, map(array)]));
}
