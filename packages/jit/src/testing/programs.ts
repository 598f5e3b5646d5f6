import { readFileSync } from "node:fs";
import { createRng, decodeSafetensors, float32, type NdArray } from "@ltad/core";
import type { Tensors, TracedFunction } from "../index.js";
import { goldenFunction, type GoldenCase } from "./golden-functions.js";
import { inputs as kernelInputs, programs, type In } from "./kernel-programs.js";
import { randomProgram } from "./random-program.js";

/** A function with inputs to run it on. */
export interface TestProgram {
  readonly name: string;
  readonly fn: TracedFunction;
  readonly inputs: Readonly<Record<string, NdArray>>;
}

const { cases } = JSON.parse(readFileSync(new URL("../__fixtures__/ops.json", import.meta.url), "utf8")) as { cases: GoldenCase[] };
const { arrays } = decodeSafetensors(readFileSync(new URL("../__fixtures__/ops.safetensors", import.meta.url)), "ops.safetensors");

/** The golden cases, and the arrays that belong to each by their short names. */
export const goldenCases = cases.map((golden) => ({
  golden,
  arrays: Object.fromEntries(
    Object.entries(arrays).flatMap(([key, array]) =>
      key.startsWith(`${golden.name}/`) ? [[key.slice(golden.name.length + 1), array]] : [],
    ),
  ) as Record<string, NdArray>,
}));

/** What a golden case is run on: its inputs and the gradients that come from above. */
export function goldenInputs(own: Readonly<Record<string, NdArray>>): Record<string, NdArray> {
  const used = Object.entries(own).flatMap(([key, array]) =>
    key.startsWith("in.") ? [[key.slice(3), array]] : key.startsWith("dy") ? [[key, array]] : [],
  );
  return Object.fromEntries(used) as Record<string, NdArray>;
}

export const goldenPrograms: readonly TestProgram[] = goldenCases.map(({ golden, arrays: own }) => ({
  name: `golden ${golden.name}`,
  fn: goldenFunction(golden),
  inputs: goldenInputs(own),
}));

export const kernelPrograms: readonly TestProgram[] = Object.entries(programs).map(([name, program]) => ({
  name: `kernel ${name}`,
  fn: (x: Tensors) => Object.fromEntries([program(x as In)].flat().map((t, i) => [`out${i}`, t])),
  inputs: kernelInputs,
}));

export const randomPrograms: readonly TestProgram[] = Array.from({ length: 60 }, (_, seed) => {
  const rng = createRng(`program ${seed}`);
  return {
    name: `random ${seed}`,
    fn: randomProgram(rng),
    inputs: { x: float32([4, 6], rng.normals(24)), other: float32([3, 5], rng.normals(15)) },
  };
});
