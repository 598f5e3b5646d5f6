import { LtadError, type NdArray, type NdArrays, type Tree } from "@ltad/core";
import { createSession, type TensorSpecs } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";
import { watchEagerly } from "../check/watch-eager.js";
import { flagsName } from "../check/watch-graph.js";
import { f32 } from "../spec.js";
import { tensorsOf, tidyEagerly, toNdArray, toTensor } from "../tensors.js";
import { compile } from "../to-onnx.js";
import type { JitOptions, Tensors } from "../traced-function.js";

/** A function from state and inputs, in one record, to the next state and scalars to report. */
export type StepFunction = (inputs: Tensors, constants: Tree<tf.Tensor>) => { state: Tensors; results: Tensors };

/** Runs a step function and keeps its state where the engine needs it. */
export interface Stepper {
  run(inputs: NdArrays): Promise<Record<string, number>>;
  /** Not copied. */
  state(): Record<string, NdArray>;
  load(state: NdArrays): void;
  dispose(): Promise<void>;
}

type Options = JitOptions & { readonly inputs: TensorSpecs; readonly constants?: Tree<NdArray> };

const scalars: TensorSpecs = { "at.decay": f32(), "at.rate": f32(), "at.epsilon": f32() };

/** The step as an .onnx file: the state and `at.*` next to the inputs, `next.*` and `report.*` as outputs. */
export function stepToOnnx(step: StepFunction, initial: NdArrays, options: Options): Uint8Array {
  return compileStep(step, initial, options, false).model;
}

function compileStep(step: StepFunction, initial: NdArrays, options: Options, watched: boolean) {
  const named = (inputs: Tensors, constants: Tree<tf.Tensor>) => {
    const { state, results } = step(inputs, constants);
    return { ...prefixed("next", state), ...prefixed("report", results) };
  };
  return compile(named, { ...initial, ...options.inputs, ...scalars }, options.constants, watched);
}

/** The step as one graph: the state goes out of one run and into the next as it is. */
export async function onnxStepper(step: StepFunction, initial: NdArrays, options: Options): Promise<Stepper> {
  await tf.ready();
  const { model, inspect } = compileStep(step, initial, options, options.check ?? false);
  const session = await createSession(model, { ...options, training: true });
  let state: NdArrays = initial;
  let open = true;
  return {
    async run(inputs) {
      if (!open) throw disposed();
      const { [flagsName]: flags, ...outputs } = await session.run({ ...state, ...inputs });
      if (flags) inspect?.(flags);
      state = unprefixed("next", outputs);
      return Object.fromEntries(Object.entries(unprefixed("report", outputs)).map(([name, t]) => [name, Number(t.data[0])]));
    },
    state: () => ({ ...state }),
    load: (arrays) => void (state = arrays),
    async dispose() {
      if (!open) return;
      open = false;
      await session.release();
    },
  };
}

/** The step as it is, on the current TF.js backend. */
export async function eagerStepper(step: StepFunction, initial: NdArrays, options: Options): Promise<Stepper> {
  await tf.ready();
  const constants = tensorsOf(options.constants ?? {});
  let state: Record<string, tf.Tensor> = tensorsOf(initial);
  const replace = (next: Record<string, tf.Tensor>) => {
    tf.dispose(state);
    state = next;
  };
  let open = true;
  return {
    async run(inputs) {
      if (!open) throw disposed();
      const numbers: Record<string, number> = {};
      const next = tidyEagerly(() => {
        const tensors = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, toTensor(array)]));
        const run = () => step({ ...state, ...tensors }, constants);
        const all = ({ state: after, results }: ReturnType<StepFunction>) => ({ ...after, ...results });
        const { state: after, results } = options.check ? watchEagerly({ ...state, ...tensors }, run, all) : run();
        for (const [name, tensor] of Object.entries(results)) numbers[name] = Number(tensor.dataSync()[0]);
        tf.dispose(results);
        return { ...after };
      });
      replace(next);
      return numbers;
    },
    state: () => Object.fromEntries(Object.entries(state).map(([name, t]) => [name, toNdArray(t)])),
    load: (arrays) => replace(tensorsOf(arrays)),
    async dispose() {
      if (!open) return;
      open = false;
      tf.dispose([state, constants]);
    },
  };
}

const disposed = () => new LtadError("LTAD_CONFIG", "step: the program was disposed. Compile it again.");

function prefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [`${prefix}.${name}`, value]));
}

function unprefixed<T>(prefix: string, record: Readonly<Record<string, T>>): Record<string, T> {
  const own = Object.entries(record).filter(([name]) => name.startsWith(`${prefix}.`));
  return Object.fromEntries(own.map(([name, value]) => [name.slice(prefix.length + 1), value]));
}
