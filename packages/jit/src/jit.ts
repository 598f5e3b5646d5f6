import { LtadError, type NdArray, type NdArrays } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { flagsName } from "./check/watch-graph.js";
import { checkInputs } from "@ltad/runtime";
import type { Program, RuntimeOptions, TensorSpecs } from "@ltad/runtime";
import type { TraceOptions, TracedFunction } from "./traced-function.js";
import { openProgram } from "@ltad/runtime";
import { runEagerly, tensorsOf } from "./tensors.js";
import { compile, toOnnx } from "./to-onnx.js";

/**
 * Compiles a TF.js function.
 * @param fn pure; values may not be read in it, random numbers are inputs
 * @throws LtadError `LTAD_TRACE` when fn cannot be traced, `LTAD_CONFIG` when a provider is missing; its run, `LTAD_NOT_FINITE` with `check`
 */
export async function jit<In extends TensorSpecs, C extends NdArrays | undefined = undefined>(
  fn: TracedFunction<In, C>,
  inputs: In,
  options: TraceOptions<C> & RuntimeOptions = {},
): Promise<Program> {
  await tf.ready();
  if (options.engine === "tensorflow") return eagerProgram(fn as TracedFunction, inputs, options.constants ?? {}, options.check ?? false);
  if (options.check) return watchedProgram(fn as TracedFunction, inputs, options.constants, options);
  return openProgram(toOnnx(fn, inputs, options), options);
}

/** A program that looks at every tensor of its runs. */
async function watchedProgram(
  fn: TracedFunction,
  inputs: TensorSpecs,
  constants: NdArrays | undefined,
  options: RuntimeOptions,
): Promise<Program> {
  const { model, inspect } = compile(fn, inputs, constants, true);
  const program = await openProgram(model, { ...options, check: false });
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

/** The function itself behind the interface of a program. Called once with zeros to learn its outputs. */
function eagerProgram(fn: TracedFunction, inputs: TensorSpecs, arrays: NdArrays, check: boolean): Program {
  const constants = tensorsOf(arrays);
  const zeros = Object.fromEntries(
    Object.entries(inputs).map(([name, spec]) => [
      name,
      zerosOf(
        spec.dtype,
        spec.shape.map((n) => n ?? 1),
      ),
    ]),
  );
  const outputs = Object.keys(runEagerly(fn, zeros, constants));
  let open = true;
  return {
    inputs,
    outputs,
    providers: [tf.getBackend()],
    async run(arrays) {
      if (!open) throw new LtadError("LTAD_CONFIG", "run: the program was disposed. Compile it again.");
      checkInputs(arrays, inputs);
      return runEagerly(fn, arrays, constants, check);
    },
    async dispose() {
      if (!open) return;
      open = false;
      for (const tensor of Object.values(constants)) tensor.dispose();
    },
  };
}

function zerosOf(dtype: NdArray["dtype"], shape: readonly number[]): NdArray {
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    dtype,
    shape,
    data: dtype === "float32" ? new Float32Array(size) : dtype === "int32" ? new Int32Array(size) : new Uint8Array(size),
  };
}
