import { LtadError, type NdArray, type NdArrays, sizeOf, type Tree } from "@ltad/core";
import { check, func } from "@ltad/core/check";
import { checkInputs, openProgram, specsRule, type Program, type RuntimeOptions, type TensorSpec, type TensorSpecs } from "@ltad/runtime";
import * as tf from "@tensorflow/tfjs";
import { flagsName } from "./check/watch-graph.js";
import { jitRule } from "./rules.js";
import { runEagerly, tensorsOf } from "./tensors.js";
import { explainRuntime } from "./trace/explain-runtime.js";
import { checkSpecs, compile, toOnnx } from "./to-onnx.js";
import {
  type AnyFunction,
  type JitOptions,
  type NoArrays,
  type Tensors,
  type TracedFunction,
  type TraceOptions,
  untyped,
} from "./traced-function.js";

/**
 * Compiles a TensorFlow.js function into a program that ONNX Runtime executes. Call `dispose` when you no longer need the program.
 * @param fn a pure function from named tensors to named tensors, which does not read their values; random numbers are inputs
 * @param inputs the types and shapes of the inputs; null as the first dimension allows any batch size
 * @throws LtadError `LTAD_TRACE` when fn cannot be traced, `LTAD_CONFIG` when a provider is not available; with the option `check`, `run` throws
 *   `LTAD_NOT_FINITE`
 */
export async function jit<const In extends TensorSpecs, C extends Tree<NdArray> = NoArrays, Out extends Tensors = Tensors>(
  fn: TracedFunction<In, C, Out>,
  inputs: In,
  options: TraceOptions<C> & JitOptions = {},
): Promise<Program<In, keyof Out & string>> {
  check("jit", { fn, inputs, options }, { fn: func, inputs: specsRule, options: jitRule });
  await tf.ready();
  const program = await open(untyped(fn), inputs, options);
  return program as Program<In, keyof Out & string>;
}

async function open(fn: AnyFunction, inputs: TensorSpecs, options: TraceOptions & JitOptions): Promise<Program> {
  const { engine, check: watched = false, constants = {}, ...settings } = options;
  if (engine === "tensorflow") return eagerProgram(fn, inputs, constants, watched);
  if (watched) return watchedProgram(fn, inputs, constants, settings);
  return openProgram(toOnnx(fn, inputs, { constants }), settings).catch(explainRuntime);
}

/** A program that checks every tensor of its runs. */
async function watchedProgram(fn: AnyFunction, inputs: TensorSpecs, constants: Tree<NdArray>, settings: RuntimeOptions): Promise<Program> {
  const { model, inspect } = compile(fn, inputs, constants, true);
  const program = await openProgram(model, settings).catch(explainRuntime);
  return {
    ...program,
    outputs: program.outputs.filter((name) => name !== flagsName),
    async run(arrays) {
      const { [flagsName]: flags, ...results } = await program.run(arrays);
      inspect?.(flags!);
      return results;
    },
  };
}

/** The function itself with the interface of a program. It is called once with zeros to find the names of its outputs. */
function eagerProgram(fn: AnyFunction, inputs: TensorSpecs, arrays: Tree<NdArray>, watched: boolean): Program {
  checkSpecs(inputs);
  const constants = tensorsOf(arrays);
  const zeros: NdArrays = Object.fromEntries(Object.entries(inputs).map(([name, spec]) => [name, zerosOf(spec)]));
  const outputs = outputsOf(fn, zeros, constants);
  let isOpen = true;
  return {
    inputs,
    outputs,
    providers: [tf.getBackend()],
    async run(arrays) {
      if (!isOpen) throw new LtadError("LTAD_CONFIG", "run: the program was disposed. Compile it again.");
      checkInputs(arrays, inputs);
      return runEagerly(fn, arrays, constants, watched);
    },
    async dispose() {
      if (!isOpen) return;
      isOpen = false;
      tf.dispose(constants);
    },
  };
}

/** The names of the results. If the function fails, its constants are disposed. */
function outputsOf(fn: AnyFunction, zeros: NdArrays, constants: Tree<tf.Tensor>): string[] {
  try {
    return Object.keys(runEagerly(fn, zeros, constants));
  } catch (error) {
    tf.dispose(constants);
    throw error;
  }
}

/** Zeros of this type and shape, for a batch of one. */
function zerosOf(spec: TensorSpec): NdArray {
  const shape = spec.shape.map((n) => n ?? 1);
  const types = { float32: Float32Array, int32: Int32Array, bool: Uint8Array };
  return { dtype: spec.dtype, shape, data: new types[spec.dtype](sizeOf(shape)) };
}
