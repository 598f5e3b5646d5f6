import type { NdArray, NdArrays, Tree } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { jit } from "../jit.js";
import type { TracedFunction } from "../traced-function.js";
import { trainStep, type TrainStepOptions } from "../train/train-step.js";
import { leaves } from "./differentiate.js";

/** The compiled function gives what the eager one gives, rtol 1e-4; with a free batch size where `free` names an input. */
export async function expectSameValues(fn: TracedFunction, inputs: NdArrays, free: readonly string[] = []): Promise<void> {
  const specs = Object.fromEntries(
    Object.entries(inputs).map(([name, { dtype, shape }]) => [
      name,
      { dtype, shape: free.includes(name) ? [null, ...shape.slice(1)] : shape },
    ]),
  );
  const [eager, compiled] = await Promise.all([jit(fn, specs, { engine: "tensorflow" }), jit(fn, specs, { threads: 1 })]);
  const [expected, actual] = await Promise.all([eager.run(inputs), compiled.run(inputs)]);
  for (const [name, { data }] of Object.entries(expected)) {
    expectClose(actual[name]!.data, data, { rtol: 1e-4, atol: 1e-5 * largest(data) }, name);
  }
  await Promise.all([eager.dispose(), compiled.dispose()]);
}

/** Two training steps, compiled and eager, end at the same parameters, rtol 1e-4. A large epsilon: AdamW must not turn rounding into signs. */
export async function expectSameSteps<P extends Tree<NdArray>>(
  options: Omit<TrainStepOptions<P>, "inputs" | "engine">,
  inputs: NdArrays,
): Promise<void> {
  const specs = Object.fromEntries(Object.entries(inputs).map(([name, { dtype, shape }]) => [name, { dtype, shape }]));
  const make = (engine: "onnx" | "tensorflow") =>
    trainStep({ ...options, inputs: specs, engine, threads: 1, optimiser: { epsilon: 1e-2, clipNorm: 1 } });
  const [eager, compiled] = await Promise.all([make("tensorflow"), make("onnx")]);
  for (let i = 0; i < 2; i++) {
    const [expected, actual] = [await eager.step(inputs, { learningRate: 0.1 }), await compiled.step(inputs, { learningRate: 0.1 })];
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
