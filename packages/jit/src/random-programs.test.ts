import { expectClose, largest } from "@ltad/core/testing";
import { expect, it } from "vitest";
import { randomPrograms } from "./testing/programs.js";
import { jit } from "./index.js";

it.each(randomPrograms.map((program) => [program.name, program] as const))("compiled and eager agree, %s", async (_, { fn, inputs }) => {
  const [compiled, eager] = [await jit(fn, inputs, { threads: 1 }), await jit(fn, inputs, { engine: "tensorflow" })];
  const [actual, expected] = [await compiled.run(inputs), await eager.run(inputs)];
  expect(Object.keys(actual)).toEqual(Object.keys(expected));
  for (const [name, { shape, data }] of Object.entries(expected)) {
    expect(actual[name]?.shape).toEqual(shape);
    expectClose(actual[name]?.data ?? [], data, { rtol: 1e-4, atol: 2e-5 * Math.max(1, largest(data)) }, name);
  }
  await compiled.dispose();
});
