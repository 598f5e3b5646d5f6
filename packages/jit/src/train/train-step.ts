import {
  isLtadError,
  LtadError,
  type NdArray,
  type NdArrays,
  readSafetensors,
  scalar,
  type Tree,
  unflatten,
  writeSafetensors,
} from "@ltad/core";
import { boolean, check, fields, func, listOf, number, optional, anything, recordOf, type Rule, string, whole } from "@ltad/core/check";
import { checkInputs, type InputsOf, specsRule, type TensorSpecs } from "@ltad/runtime";
import type * as tf from "@tensorflow/tfjs";
import { arrayTree, constantsRule, engineFields } from "../rules.js";
import type { NoArrays, Tensors } from "../traced-function.js";
import { optimiserOf } from "./optimiser.js";
import { checkEntry, fromCheckpoint, ofGroup, stateLayout, toCheckpoint, withoutNumbers, zerosLike } from "./state-layout.js";
import { addFunction, stepFunction, type StepParts } from "./step-function.js";
import { eagerStepper, onnxStepper, type Stepper, stepToOnnx } from "./stepper.js";
import type { LearningRate, Losses, StepNumbers, StepOptions, TrainProgram, TrainStepOptions } from "./train-program.js";

/** The options of a step without their types, for this file. */
type AnyOptions = Omit<TrainStepOptions<Tree<NdArray>>, "constants" | "buffers" | "loss"> & {
  readonly constants?: Tree<NdArray>;
  readonly buffers?: Tree<NdArray>;
  loss(params: Tree<tf.Tensor>, batch: Tensors, constants: Tree<tf.Tensor>, buffers: Tree<tf.Tensor>): unknown;
};

/**
 * Compiles loss, gradients, clipping and optimiser into one graph, which runs step by step. Call `dispose` when you no longer need it.
 * @throws LtadError `LTAD_TRACE` when the loss cannot be traced or does not depend on a parameter, `LTAD_CONFIG` for an option that is not valid
 */
export async function trainStep<
  P extends Tree<NdArray>,
  const In extends TensorSpecs,
  C extends Tree<NdArray> = NoArrays,
  M extends Losses = Losses,
  B extends Tree<NdArray> = NoArrays,
>(options: TrainStepOptions<P, In, C, M, B>): Promise<TrainProgram<P, In, M, B>> {
  const program = await openStep(options);
  return program as unknown as TrainProgram<P, In, M, B>;
}

/** Replaces the initial parameters and buffers, which are part of the state, so that the program does not keep them in memory. */
const noNumbers = { params: {}, buffers: {} };

async function openStep(given: AnyOptions): Promise<TrainProgram<Tree<NdArray>, TensorSpecs, Losses, Tree<NdArray>>> {
  const { layout: complete, ...rest } = partsOf(given);
  const layout = withoutNumbers(complete);
  const parts: StepParts = { ...rest, layout };
  const options = { ...given, ...noNumbers };
  const { optimiser } = parts;
  const make = options.engine === "tensorflow" ? eagerStepper : onnxStepper;
  const functions = { step: stepFunction(parts), ...(options.accumulate ? { add: addFunction(parts) } : {}) };
  const stepper = await make(functions, complete.initial, options, scalarsOf(parts, options.accumulate));
  let [count, added] = [0, 0];
  const state = () => ({ ...toCheckpoint(stepper.state(), layout), ...counters(count, added, options.accumulate) });
  const { inTurn, isBusy } = queue();
  const restore = (saved: NdArrays) => {
    check("restore", { state: saved }, { state: arrayTree });
    for (const [name, array] of Object.entries(counters(0, 0, options.accumulate))) checkEntry(name, saved[name], array);
    const { step, accumulated, ...arrays } = saved;
    check("restore", { step: step!.data[0] }, { step: whole(0) });
    stepper.load(fromCheckpoint(arrays, layout));
    [count, added] = [step!.data[0]!, accumulated?.data[0] ?? 0];
  };
  /** The inputs of a step. @param ahead how many steps of the same call come before it */
  const inputsAt = (batch: InputsOf<TensorSpecs>, at: StepOptions | undefined, ahead: number): NdArrays => {
    const rate = rateAt(count + ahead, at?.learningRate ?? options.learningRate);
    const share = options.accumulate ? { share: 1 / (added + 1) } : {};
    const scalars = Object.entries({ ...optimiser.scalars(rate, count + ahead + 1), ...share });
    return { ...batch, ...Object.fromEntries(scalars.map(([name, value]) => [`at.${name}`, scalar(value)])) };
  };
  const step = async (batch: InputsOf<TensorSpecs>, at?: StepOptions) => {
    const results = await stepper.run("step", inputsAt(batch, at, 0));
    if (added > 0) stepper.load(zerosLike(pickGroup(layout.initial, "sum")));
    [count, added] = [count + 1, 0];
    return results as StepNumbers<Losses>;
  };
  const allAtOnce = async (runAll: NonNullable<Stepper["runAll"]>, batches: readonly InputsOf<TensorSpecs>[], at?: StepOptions) => {
    const results = await runAll(batches.map((batch, ahead) => inputsAt(batch, at, ahead)));
    count += batches.length;
    return results as StepNumbers<Losses>[];
  };
  return {
    step: (batch, at) =>
      inTurn(async () => {
        checkInputs(batch, options.inputs);
        check("step", { at }, { at: atRule });
        return step(batch, at);
      }),
    steps: (batches, at) =>
      inTurn(async () => {
        checkBatches(batches, options.inputs);
        check("steps", { at }, { at: atRule });
        const { runAll } = stepper;
        const results: StepNumbers<Losses>[] = [];
        while (results.length < batches.length) {
          const batch = batches[results.length]!;
          if (!runAll || added > 0) results.push(await step(batch, at));
          else results.push(...(await allAtOnce(runAll, batches.slice(results.length), at)));
        }
        return results;
      }),
    accumulate: (batch) =>
      inTurn(async () => {
        if (!options.accumulate)
          throw new LtadError("LTAD_CONFIG", "accumulate: the step was created without it. Set accumulate: true in trainStep.");
        checkInputs(batch, options.inputs);
        const results = await stepper.run("add", batch);
        added++;
        return results as { loss: number };
      }),
    params: () => unflatten(ofGroup(state(), "params")),
    buffers: () => unflatten(ofGroup(state(), "buffers")),
    state,
    restore: (saved) => {
      if (isBusy()) throw new LtadError("LTAD_CONFIG", `restore: ${busy}`);
      restore(saved);
    },
    save: (path) => writeSafetensors(path, state()),
    load: (path) => inTurn(async () => restore((await readSafetensors(path)).arrays)),
    dispose: () => inTurn(() => stepper.dispose()),
  };
}

/**
 * Exports the graph that {@link trainStep} runs as an .onnx file, for a viewer or another runtime. Its inputs are the state (`params.*`, `m.*`, `v.*`), the
 * inputs of the loss, and the scalars `at.*` of the optimiser; its outputs are the next state (`next.*`) and the numbers to report (`report.*`).
 * @throws LtadError `LTAD_TRACE` as {@link trainStep}
 */
export function trainStepToOnnx<
  P extends Tree<NdArray>,
  const In extends TensorSpecs,
  C extends Tree<NdArray> = NoArrays,
  M extends Losses = Losses,
  B extends Tree<NdArray> = NoArrays,
>(options: TrainStepOptions<P, In, C, M, B>): Uint8Array {
  const any = options as unknown as AnyOptions;
  const parts = partsOf(any);
  return stepToOnnx(stepFunction(parts), parts.layout.initial, any, scalarsOf(parts, any.accumulate));
}

const busy = "a call is still running, which would replace a part of the state. Await it first, or use load, which waits for its turn.";

const rateNumber: Rule = (value, path) => number(0)(typeof value === "bigint" ? Object(value) : value, path); // a message shows 1n as 1
const rateRule: Rule = (value, path) => {
  if (typeof value !== "function") rateNumber(value, path);
};
const atRule = optional(fields({ learningRate: rateRule }));

const rules = fields({
  ...engineFields,
  learningRate: optional(rateRule),
  params: arrayTree,
  inputs: specsRule,
  loss: func,
  constants: constantsRule,
  buffers: optional(arrayTree),
  optimiser: anything,
  freeze: optional(listOf(string)),
  accumulate: optional(boolean),
});

function partsOf(options: AnyOptions): StepParts {
  check("trainStep", { options }, { options: rules });
  const settings = options.optimiser ?? {};
  const optimiser = optimiserOf(settings);
  const layout = stateLayout(options, optimiser.moments);
  const taken = Object.keys(options.inputs).find((name) => name in layout.initial || name.startsWith("at."));
  if (taken !== undefined)
    throw new LtadError("LTAD_CONFIG", `inputs.${taken}: this name belongs to the state of the training. Rename it.`);
  return { ...options, ...noNumbers, clipNorm: settings.clipNorm, optimiser, layout };
}

/** The learning rate of a step. @throws LtadError `LTAD_CONFIG` when there is none, or a schedule does not return a number */
function rateAt(step: number, rate: LearningRate | undefined): number {
  if (rate === undefined)
    throw new LtadError("LTAD_CONFIG", "step: no learning rate. Pass { learningRate } to it, or set learningRate in trainStep.");
  if (typeof rate === "number") return rate;
  const value: unknown = rate(step);
  check(`learningRate(${step})`, { value }, { value: rateNumber });
  return value as number;
}

/** @throws LtadError `LTAD_CONFIG` when there is no batch, `LTAD_SHAPE` naming the batch that does not fit or differs from the first */
function checkBatches(batches: readonly InputsOf<TensorSpecs>[], specs: TensorSpecs): void {
  check("steps", { batches }, { batches: batchesRule });
  // A copy without holes, which forEach would skip.
  Array.from(batches).forEach((batch, i) => {
    recordOf(anything)(batch, `steps: batches.${i}`);
    try {
      checkInputs(batch, specs);
    } catch (error) {
      throw isLtadError(error) ? new LtadError(error.code, `steps: batches.${i}: ${error.message}`, { details: error.details }) : error;
    }
    const sizes = [batches[0]!, batch].map((one) =>
      Object.keys(specs)
        .map((name) => `${name} [${one[name]!.shape.join(", ")}]`)
        .join(", "),
    );
    if (sizes[0] === sizes[1]) return;
    const remedy = "Batches of one call have the same shapes; call steps or step again for the others";
    throw new LtadError("LTAD_SHAPE", `steps: batches.${i}: expected ${sizes[0]} as the first, received ${sizes[1]}. ${remedy}.`);
  });
}

const batchesRule: Rule = (value, path) => {
  if (!Array.isArray(value) && typeof (Object(value) as Partial<Iterator<unknown>>).next === "function")
    throw new LtadError("LTAD_CONFIG", `${path}: expected an array, received an iterator. Collect its batches in an array first.`);
  listOf(anything, 1)(value, path);
};

/** The names of the scalars that change from step to step. */
function scalarsOf({ optimiser }: StepParts, accumulate = false): string[] {
  return [...Object.keys(optimiser.scalars(0, 1)), ...(accumulate ? ["share"] : [])].map((name) => `at.${name}`);
}

function counters(step: number, accumulated: number, accumulate = false): Record<string, NdArray> {
  const whole = (n: number): NdArray => ({ dtype: "int32", shape: [], data: Int32Array.of(n) });
  return { step: whole(step), ...(accumulate ? { accumulated: whole(accumulated) } : {}) };
}

const pickGroup = (arrays: NdArrays, group: string): NdArrays =>
  Object.fromEntries(Object.entries(arrays).filter(([name]) => name.startsWith(`${group}.`)));

/** Makes each call wait for the previous one, because a step starts from the state that the previous step left. */
function queue() {
  let last: Promise<unknown> = Promise.resolve();
  let pending = 0;
  const inTurn = <R>(run: () => Promise<R>): Promise<R> => {
    pending++;
    const result = last.then(run).finally(() => pending--);
    last = result.catch(() => undefined);
    return result;
  };
  return { inTurn, isBusy: () => pending > 0 };
}
