import { flatten, isNdArray, LtadError, scalar, unflatten, type NdArray, type NdArrays, type Tree } from "@ltad/core";
import { checkInputs, type InputsOf, type TensorSpecs } from "@ltad/runtime";
import type * as tf from "@tensorflow/tfjs";
import type { JitOptions, NoArrays, Tensors, TensorsFor, TensorsOf } from "../traced-function.js";
import { adamW, clipFactor, globalNorm, scalarsOf, type AdamWOptions } from "./adamw.js";
import { checkParams, packArrays, packTensors, planPacking, unpackArrays, unpackTensors, type Packing } from "./packing.js";
import { eagerStepper, onnxStepper, stepToOnnx } from "./stepper.js";
import { valueAndGradients } from "./value-and-gradients.js";

/** What a loss function returns: the loss, and scalars to report beside it. */
export type Losses = Tensors & { readonly loss: tf.Scalar };

/** What to train, on what, and how. */
export interface TrainStepOptions<
  P extends Tree<NdArray>,
  In extends TensorSpecs = TensorSpecs,
  C extends Tree<NdArray> = NoArrays,
  M extends Losses = Losses,
> extends JitOptions {
  /** Initial parameters, float32; copied. */
  readonly params: P;
  readonly inputs: In;
  /** A tree of frozen arrays: initialisers of the graph, named by their paths. */
  readonly constants?: C;
  /** A traced function of the parameters, the inputs of one step and the constants. */
  loss(params: TensorsOf<P>, batch: TensorsFor<In>, constants: TensorsOf<C>): M;
  readonly optimiser?: AdamWOptions;
}

/** Options of a step whose types are forgotten, inside this file. */
type AnyOptions = Omit<TrainStepOptions<Tree<NdArray>>, "constants" | "loss"> & {
  readonly constants?: Tree<NdArray>;
  loss(params: Tree<tf.Tensor>, batch: Tensors, constants: Tree<tf.Tensor>): Losses;
};

/** The numbers of one step: what the loss returned, and the norm of the gradient before clipping. */
export type StepNumbers<M> = { readonly [Name in keyof (M & { gradient_norm: tf.Scalar })]: number };

/** A compiled training step with its state. */
export interface TrainProgram<P extends Tree<NdArray>, In extends TensorSpecs = TensorSpecs, M extends Losses = Losses> {
  /** Updates the parameters. Returns the loss before the update, the other scalars of the loss function, and `gradient_norm` before clipping. */
  step(batch: InputsOf<In>, at: { readonly learningRate: number }): Promise<StepNumbers<M>>;
  /** The parameters now; copied. */
  params(): P;
  /** Everything a checkpoint needs: `params.*`, the moments `m.*` and `v.*` as sums (Adam's divided by 1 - beta) and `step`; copied. */
  state(): Record<string, NdArray>;
  /** @throws LtadError `LTAD_SHAPE` when the state belongs to other parameters */
  restore(state: NdArrays): void;
  dispose(): Promise<void>;
}

const groups = ["params", "m", "v"] as const;

/**
 * Compiles loss, gradients, clipping and AdamW into one graph, and runs it step by step.
 * @throws LtadError `LTAD_TRACE` when the loss cannot be traced, or does not depend on a parameter
 */
export async function trainStep<
  P extends Tree<NdArray>,
  const In extends TensorSpecs,
  C extends Tree<NdArray> = NoArrays,
  M extends Losses = Losses,
>(options: TrainStepOptions<P, In, C, M>): Promise<TrainProgram<P, In, M>> {
  const program = await openStep(options);
  return program as TrainProgram<P, In, M>;
}

async function openStep(options: AnyOptions): Promise<TrainProgram<Tree<NdArray>>> {
  const { initial, packing, state: slots } = begin(options.params);
  const names = Object.keys(initial);
  const optimiser = options.optimiser ?? {};
  const make = options.engine === "tensorflow" ? eagerStepper : onnxStepper;
  const stepper = await make(stepFunction(options, packing), slots, options);
  let count = 0;
  const current = (group: (typeof groups)[number]) => unpackArrays(ofGroup(stepper.state(), group), packing, names);
  return {
    step: inTurn(async (inputs: NdArrays, { learningRate }: { readonly learningRate: number }) => {
      checkInputs(inputs, options.inputs);
      checkRate(learningRate);
      const scalars = Object.entries(scalarsOf(learningRate, count + 1, optimiser)).map(
        ([name, value]) => [`at.${name}`, scalar(value)] as const,
      );
      const results = await stepper.run({ ...inputs, ...Object.fromEntries(scalars) });
      count++;
      return results as StepNumbers<Losses>;
    }),
    params: () => unflatten(current("params")),
    state: () => {
      const arrays = groups.flatMap((group) => Object.entries(current(group)).map(([name, array]) => [`${group}.${name}`, array] as const));
      return { ...Object.fromEntries(arrays), step: { dtype: "int32", shape: [], data: Int32Array.of(count) } };
    },
    restore(state) {
      checkState(state, initial);
      const restored = groups.map((group) => [group, packArrays(ofGroup(state, group), packing)]);
      stepper.load(flatState(Object.fromEntries(restored) as Parameters<typeof flatState>[0]));
      count = state["step"]!.data[0]!;
    },
    dispose: () => stepper.dispose(),
  };
}

/**
 * The graph that {@link trainStep} runs, as an .onnx file for a viewer or another runtime. Its inputs are the state (`params.*`, `m.*`, `v.*`), the inputs of
 * the loss and three scalars `at.*` of the optimiser; its outputs the next state (`next.*`) and what is reported (`report.*`).
 * @throws LtadError `LTAD_TRACE` as {@link trainStep}
 */
export function trainStepToOnnx<
  P extends Tree<NdArray>,
  const In extends TensorSpecs,
  C extends Tree<NdArray> = NoArrays,
  M extends Losses = Losses,
>(options: TrainStepOptions<P, In, C, M>): Uint8Array {
  const { packing, state } = begin(options.params);
  return stepToOnnx(stepFunction(options, packing), state, options);
}

/** Parameters by name, how they are packed, and the state before the first step. */
function begin(params: Tree<NdArray>) {
  const initial = flatten<NdArray>(params, isNdArray);
  checkParams(initial);
  const packing = planPacking(initial);
  const zeros = Object.fromEntries(
    Object.entries(initial).map(([name, array]) => [name, { ...array, data: new Float32Array(array.data.length) }]),
  );
  const slots = { params: packArrays(initial, packing), m: packArrays(zeros, packing), v: packArrays(zeros, packing) };
  return { initial, packing, state: flatState(slots) };
}

/** Calls wait for the one before: a step starts from the state that the last one left. */
function inTurn<A extends unknown[], R>(run: (...args: A) => Promise<R>): (...args: A) => Promise<R> {
  let last: Promise<unknown> = Promise.resolve();
  return (...args) => {
    const result = last.then(() => run(...args));
    last = result.catch(() => undefined);
    return result;
  };
}

function checkRate(learningRate: number) {
  if (!Number.isFinite(learningRate))
    throw new LtadError("LTAD_CONFIG", `learningRate: expected a number, received ${learningRate}. Look at the schedule.`);
}

/** One step over tensors: state and inputs to the next state and what to report. */
function stepFunction(options: AnyOptions, packing: Packing) {
  return (inputs: Tensors, constants: Tree<tf.Tensor>): { state: Tensors; results: Tensors } => {
    const optimiser = options.optimiser ?? {};
    const [params, m, v] = groups.map((group) => ofGroup(inputs, group)) as [Tensors, Tensors, Tensors];
    const batch = Object.fromEntries(Object.keys(options.inputs).map((name) => [name, inputs[name]!]));
    const loss = (p: Tensors) => options.loss(unflatten(p), batch, constants);
    const { results, gradients } = valueAndGradients(loss, unpackTensors(params, packing));
    const bySlot = packTensors(gradients, packing);
    const norm = globalNorm(Object.values(bySlot));
    const factor = optimiser.clipNorm === undefined ? undefined : clipFactor(norm, optimiser.clipNorm);
    const scalars = { decay: inputs["at.decay"]!, rate: inputs["at.rate"]!, epsilon: inputs["at.epsilon"]! };
    const state: Record<string, tf.Tensor> = {};
    for (const [name, gradient] of Object.entries(bySlot)) {
      const slot = { param: params[name]!, m: m[name]!, v: v[name]! };
      const next = adamW(slot, factor ? gradient.mul(factor) : gradient, scalars, optimiser);
      Object.assign(state, { [`params.${name}`]: next.param, [`m.${name}`]: next.m, [`v.${name}`]: next.v });
    }
    return { state, results: { ...results, gradient_norm: norm } };
  };
}

const flatState = (slots: Readonly<Record<(typeof groups)[number], NdArrays>>) =>
  Object.fromEntries(groups.flatMap((group) => Object.entries(slots[group]).map(([name, array]) => [`${group}.${name}`, array])));

function ofGroup<T>(all: Readonly<Record<string, T>>, group: string): Record<string, T> {
  const own = Object.entries(all).filter(([name]) => name.startsWith(`${group}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(group.length + 1), value]));
}

function checkState(state: NdArrays, params: NdArrays) {
  const expected = groups.flatMap((group) => Object.entries(params).map(([name, { shape }]) => ({ name: `${group}.${name}`, shape })));
  for (const { name, shape } of [...expected, { name: "step", shape: [] }]) {
    const found = state[name];
    if (found && found.shape.length === shape.length && found.shape.every((n, i) => n === shape[i])) continue;
    const received = found ? `[${found.shape.join(", ")}]` : "nothing";
    throw new LtadError(
      "LTAD_SHAPE",
      `state.${name}: expected [${shape.join(", ")}], received ${received}. The state belongs to another model.`,
    );
  }
}
