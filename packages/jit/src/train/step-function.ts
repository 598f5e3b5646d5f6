import { flatten, LtadError, type NdArray, type Tree, unflatten } from "@ltad/core";
import type { TensorSpecs } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";
import { namedTensors } from "../named-tensors.js";
import type { Tensors } from "../traced-function.js";
import { clipFactor, globalNorm } from "./clip.js";
import type { Optimiser, Slot } from "./optimiser.js";
import { packTensors, unpackTensors } from "./packing.js";
import { grouped, ofGroup, type StateLayout } from "./state-layout.js";
import type { StepFunction } from "./stepper.js";
import { valueAndGradients } from "./value-and-gradients.js";

/** The parts of the graph of a step, without their types. */
export interface StepParts {
  readonly inputs: TensorSpecs;
  readonly constants?: Tree<NdArray>;
  readonly clipNorm?: number | undefined;
  readonly optimiser: Optimiser;
  readonly layout: StateLayout;
  readonly loss: (params: Tree<tf.Tensor>, batch: Tensors, constants: Tree<tf.Tensor>, buffers: Tree<tf.Tensor>) => unknown;
}

/** A step: it computes the next state from the gradients of a batch and of the batches accumulated before. */
export function stepFunction(parts: StepParts): StepFunction {
  const { optimiser, layout } = parts;
  return (inputs, constants) => {
    const { results, gradients, buffers } = gradientsOf(parts, inputs, constants);
    const bySlot = mean(packTensors(gradients, layout.packing), inputs);
    const norm = globalNorm(Object.values(bySlot));
    const factor = parts.clipNorm === undefined ? undefined : clipFactor(norm, parts.clipNorm);
    const scalars = ofGroup(inputs, "at");
    const state: Record<string, tf.Tensor> = {};
    for (const [name, gradient] of Object.entries(bySlot)) {
      const next = optimiser.update(slotOf(optimiser, inputs, name), factor ? gradient.mul(factor) : gradient, scalars);
      for (const [group, tensor] of Object.entries(next)) state[`${group === "param" ? "params" : group}.${name}`] = tensor;
    }
    return { state: { ...state, ...buffers }, results: { ...results, gradient_norm: norm } };
  };
}

/** Adds the gradients of a batch to `sum` without changing the parameters. */
export function addFunction(parts: StepParts): StepFunction {
  return (inputs, constants) => {
    const { results, gradients, buffers } = gradientsOf(parts, inputs, constants);
    const added = Object.entries(packTensors(gradients, parts.layout.packing)).map(
      ([name, gradient]) => [`sum.${name}`, inputs[`sum.${name}`]!.add(gradient)] as const,
    );
    return { state: { ...Object.fromEntries(added), ...buffers }, results };
  };
}

/** The mean over this gradient and the accumulated ones, if gradients are accumulated. */
function mean(bySlot: Tensors, inputs: Tensors): Tensors {
  const share = inputs["at.share"];
  if (!share) return bySlot;
  return Object.fromEntries(Object.entries(bySlot).map(([name, gradient]) => [name, gradient.add(inputs[`sum.${name}`]!).mul(share)]));
}

function slotOf({ moments }: Optimiser, inputs: Tensors, name: string): Slot {
  const kept = moments.map((group) => [group, inputs[`${group}.${name}`]!] as const);
  return { param: inputs[`params.${name}`]!, ...Object.fromEntries(kept) };
}

function gradientsOf({ inputs: specs, layout, loss }: StepParts, inputs: Tensors, constants: Tree<tf.Tensor>) {
  const batch = Object.fromEntries(Object.keys(specs).map((name) => [name, inputs[name]!]));
  const frozen = ofGroup(inputs, "frozen");
  const before = ofGroup(inputs, "buffers");
  let buffers: Tensors = {};
  const evaluate = (trained: Tensors) => {
    const params = Object.fromEntries(layout.names.map((name) => [name, (trained[name] ?? frozen[name])!]));
    const [results, next] = pairOf(loss(unflatten(params), batch, constants, unflatten(before)));
    buffers = nextBuffers(before, next);
    return { results, kept: Object.values(buffers) };
  };
  const { results, gradients } = valueAndGradients(evaluate, unpackTensors(ofGroup(inputs, "params"), layout.packing));
  return { results, gradients, buffers: grouped("buffers", buffers) };
}

/** A loss function returns its numbers, or a pair of them and the next buffers. */
function pairOf(returned: unknown): readonly [results: Tensors, buffers: unknown] {
  const [results, buffers] = Array.isArray(returned) && returned.length === 2 ? (returned as [unknown, unknown]) : [returned, undefined];
  return [namedTensors(results, "loss"), buffers];
}

function nextBuffers(before: Tensors, returned: unknown): Tensors {
  const isTensor = (value: unknown): value is tf.Tensor => value instanceof tf.Tensor;
  const next = flatten(Object(returned ?? {}) as Tree<tf.Tensor>, isTensor);
  for (const name of new Set([...Object.keys(before), ...Object.keys(next)])) {
    const [expected, received] = [before[name], next[name]].map((t) => (t ? `${t.dtype} [${t.shape.join(", ")}]` : "nothing"));
    if (expected === received) continue;
    const remedy = "Return [losses, buffers] with the same tree, types and shapes as the option buffers";
    throw new LtadError("LTAD_TRACE", `loss: buffers.${name}: expected ${expected}, received ${received}. ${remedy}.`);
  }
  return next;
}
