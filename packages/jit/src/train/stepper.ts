import { LtadError, type NdArray, type NdArrays, type Tree } from "@ltad/core";
import { createSession, type RuntimeOptions, type Session, type TensorSpecs } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";
import { watchEagerly } from "../check/watch-eager.js";
import { flagsName } from "../check/watch-graph.js";
import { f32 } from "../spec.js";
import { tensorsOf, tidyEagerly, toNdArray, toTensor } from "../tensors.js";
import { checkSpecs, compile } from "../to-onnx.js";
import { explainRuntime } from "../trace/explain-runtime.js";
import type { JitOptions, Tensors } from "../traced-function.js";
import { loopFeeds, loopModel, loopResults } from "./loop-model.js";
import { emptied } from "./state-layout.js";

/** A function from one record with state and inputs to the changed state, and the scalars to report. */
export type StepFunction = (inputs: Tensors, constants: Tree<tf.Tensor>) => { state: Tensors; results: Tensors };

/** A step, and the function that only accumulates gradients for it. */
export interface StepFunctions {
  readonly step: StepFunction;
  readonly add?: StepFunction;
}

/** Runs step functions and keeps their state where the engine needs it. */
export interface Stepper {
  run(which: keyof StepFunctions, inputs: NdArrays): Promise<Record<string, number>>;
  /** Takes a step for each of the inputs in one run; undefined if the engine cannot. */
  readonly runAll?: (inputs: readonly NdArrays[]) => Promise<Record<string, number>[]>;
  /** The state, which is not copied. */
  state(): Record<string, NdArray>;
  /** Replaces these arrays of the state. */
  load(state: NdArrays): void;
  dispose(): Promise<void>;
}

type Options = JitOptions & { readonly inputs: TensorSpecs; readonly constants?: Tree<NdArray> };

/** The step as an .onnx file. Its inputs include the state and `at.*`, and its outputs are `next.*` and `report.*`. */
export function stepToOnnx(step: StepFunction, initial: NdArrays, options: Options, scalars: readonly string[]): Uint8Array {
  return compileStep(step, initial, options, scalars, false).model;
}

function compileStep(
  step: StepFunction,
  initial: NdArrays,
  options: Options,
  scalars: readonly string[],
  watched: boolean,
  change?: Parameters<typeof compile>[4],
) {
  const named = (inputs: Tensors, constants: Tree<tf.Tensor>) => {
    const { state, results } = step(inputs, constants);
    return { ...prefixed("next", state), ...prefixed("report", results) };
  };
  const specs = { ...initial, ...options.inputs, ...Object.fromEntries(scalars.map((name) => [name, f32()])) };
  return compile(named, specs, options.constants, watched, change);
}

/**
 * Runs each function as one graph; the state that one run returns is the input of the next. The first call of `runAll` replaces the step by a graph that
 * takes any number of steps in one run.
 */
export async function onnxStepper(
  functions: StepFunctions,
  initial: NdArrays,
  options: Options,
  scalars: readonly string[],
): Promise<Stepper> {
  await tf.ready();
  const specs = emptied(initial); // the functions below must not keep the first state
  const settings = { ...runtimeOptions(options), training: true };
  const open = async (which: keyof StepFunctions) => {
    const { model, inspect } = compileStep(functions[which]!, specs, options, which === "step" ? scalars : [], options.check ?? false);
    return { session: await createSession(model, settings).catch(explainRuntime), inspect };
  };
  const step = await open("step");
  const programs = { step, add: functions.add ? await open("add") : undefined };
  const openLoop = async () => {
    const perStep = [...Object.keys(options.inputs), ...scalars];
    const { model } = compileStep(functions.step, specs, options, scalars, false, (message) => loopModel(message, perStep));
    return createSession(model, settings);
  };
  let state: NdArrays = initial;
  let isOpen = true;
  let loop: Session | undefined;
  const runLoop = async (session: Session, inputs: readonly NdArrays[]) => {
    const { next, reports } = loopResults(await session.run(loopFeeds(state, inputs, session.inputs)), inputs.length);
    state = { ...state, ...next };
    return reports;
  };
  const run: Stepper["run"] = async (which, inputs) => {
    if (!isOpen) throw disposed();
    if (which === "step" && loop) return (await runLoop(loop, [inputs]))[0]!;
    const { session, inspect } = programs[which]!;
    const { [flagsName]: flags, ...outputs } = await session.run({ ...state, ...inputs });
    if (flags) inspect?.(flags);
    state = { ...state, ...unprefixed("next", outputs) };
    return Object.fromEntries(Object.entries(unprefixed("report", outputs)).map(([name, t]) => [name, Number(t.data[0])]));
  };
  const runAll = async (inputs: readonly NdArrays[]) => {
    if (!isOpen) throw disposed();
    if (!loop) {
      loop = await openLoop();
      await step.session.release(); // each session keeps the activations of a step
    }
    return runLoop(loop, inputs);
  };
  return {
    run,
    ...(options.check ? {} : { runAll }), // a check needs the results of every step
    state: () => ({ ...state }),
    load: (arrays) => void (state = { ...state, ...arrays }),
    async dispose() {
      if (!isOpen) return;
      isOpen = false;
      await Promise.all([(loop ?? step.session).release(), programs.add?.session.release()]);
    },
  };
}

/** The options for ONNX Runtime. */
function runtimeOptions({ threads, spinning, providers }: RuntimeOptions): RuntimeOptions {
  const known = Object.entries({ threads, spinning, providers }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(known);
}

/** Calls the functions themselves, on the current TF.js backend. */
export async function eagerStepper(functions: StepFunctions, initial: NdArrays, options: Options): Promise<Stepper> {
  await tf.ready();
  checkSpecs(options.inputs);
  const constants = tensorsOf(options.constants ?? {});
  let state: Record<string, tf.Tensor> = tensorsOf(initial);
  const replace = (next: Record<string, tf.Tensor>) => {
    for (const name of Object.keys(next)) state[name]?.dispose();
    state = { ...state, ...next };
  };
  let open = true;
  const run: Stepper["run"] = async (which, inputs) => {
    if (!open) throw disposed();
    const numbers: Record<string, number> = {};
    const next = tidyEagerly(() => {
      const tensors = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, toTensor(array)]));
      const once = () => functions[which]!({ ...state, ...tensors }, constants);
      const all = ({ state: after, results }: ReturnType<StepFunction>) => ({ ...after, ...results });
      const { state: after, results } = options.check ? watchEagerly({ ...state, ...tensors }, once, all) : once();
      for (const [name, tensor] of Object.entries(results)) numbers[name] = Number(tensor.dataSync()[0]);
      return Object.fromEntries(Object.entries(after).map(([name, tensor]) => [name, ownOf(tensor, state[name])]));
    });
    replace(next);
    return numbers;
  };
  return {
    run,
    state: () => Object.fromEntries(Object.entries(state).map(([name, t]) => [name, toNdArray(t)])),
    load: (arrays) => replace(tensorsOf(arrays)),
    async dispose() {
      if (!open) return;
      open = false;
      tf.dispose([state, constants]);
    },
  };
}

/** The tensor, or a copy if it is the previous one, which will be disposed. */
const ownOf = (next: tf.Tensor, before: tf.Tensor | undefined) => (next === before ? next.clone() : next);

const disposed = () => new LtadError("LTAD_CONFIG", "step: the program was disposed. Compile it again.");

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function unprefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  const own = Object.entries(record).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}
