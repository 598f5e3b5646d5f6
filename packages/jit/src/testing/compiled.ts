import type { NdArray, Tree } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import type { InputsOf, TensorSpecs } from "@ltad/runtime";
import { jit } from "../jit.js";
import type { NoArrays, TracedFunction } from "../traced-function.js";
import type { TrainStepOptions } from "../train/train-program.js";
import { trainStep } from "../train/train-step.js";
import { leaves } from "./differentiate.js";

/**
 * Expects the compiled function to give what the eager one gives, rtol 1e-4.
 * @param specs null as first dimension compiles a free batch size
 */
export async function expectSameValues<const In extends TensorSpecs>(
  fn: TracedFunction<In>,
  specs: In,
  inputs: InputsOf<NoInfer<In>>,
): Promise<void> {
  const [eager, compiled] = await Promise.all([jit(fn, specs, { engine: "tensorflow" }), jit(fn, specs, { threads: 1 })]);
  const [expected, actual] = await Promise.all([eager.run(inputs), compiled.run(inputs)]);
  for (const [name, { data }] of Object.entries(expected)) {
    expectClose(actual[name]!.data, data, { rtol: 1e-4, atol: 1e-5 * largest(data) }, name);
  }
  await Promise.all([eager.dispose(), compiled.dispose()]);
}

/**
 * Expects two training steps, compiled and eager, to end at the same parameters, rtol 1e-4. Epsilon is large, so that AdamW does not turn
 * rounding errors into signs.
 */
export async function expectSameSteps<P extends Tree<NdArray>, const In extends TensorSpecs, C extends Tree<NdArray> = NoArrays>(
  options: Omit<TrainStepOptions<P, In, C>, "engine" | "threads" | "optimiser">,
  batch: InputsOf<NoInfer<In>>,
): Promise<void> {
  const make = (engine: "onnx" | "tensorflow") =>
    trainStep<P, In, C>({ ...options, engine, threads: 1, optimiser: { epsilon: 1e-2, clipNorm: 1 } });
  const [eager, compiled] = await Promise.all([make("tensorflow"), make("onnx")]);
  for (let i = 0; i < 2; i++) {
    const [expected, actual] = [await eager.step(batch, { learningRate: 0.1 }), await compiled.step(batch, { learningRate: 0.1 })];
    for (const [name, value] of Object.entries(expected)) expectClose([actual[name]!], [value], { rtol: 1e-4, atol: 1e-7 }, name);
  }
  const [expected, actual, start] = [leaves(eager.params()), leaves(compiled.params()), leaves(options.params)];
  for (const [name, { data }] of Object.entries(expected)) {
    expectClose(actual[name]!.data, data, { rtol: 1e-4, atol: 1e-5 }, name);
    const moved = largest(data.map((x, i) => x - start[name]!.data[i]!));
    if (!(moved > 1e-6)) throw new Error(`${name} did not move`);
  }
  await Promise.all([eager.dispose(), compiled.dispose()]);
}
