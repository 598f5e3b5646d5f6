import { readFileSync } from "node:fs";
import { decodeSafetensors, type NdArray } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { goldenFunction, type GoldenCase } from "./__fixtures__/golden-functions.js";
import { jit } from "./index.js";

const folder = new URL("__fixtures__/", import.meta.url);
const { cases } = JSON.parse(readFileSync(new URL("ops.json", folder), "utf8")) as { cases: GoldenCase[] };
const { arrays } = decodeSafetensors(readFileSync(new URL("ops.safetensors", folder)), "ops.safetensors");

/** What belongs to a case, by its short names; conditions are bools. */
function arraysOf(name: string): Record<string, NdArray> {
  const own = Object.entries(arrays).filter(([key]) => key.startsWith(`${name}/`));
  return Object.fromEntries(own.map(([key, array]) => [key.slice(name.length + 1), array]));
}

async function check(golden: GoldenCase, engine: "onnx" | "tensorflow", op = golden.op) {
  const own = arraysOf(golden.name);
  const inputs = Object.fromEntries(
    Object.entries(own).flatMap(([key, array]) =>
      key.startsWith("in.") ? [[key.slice(3), array]] : key.startsWith("dy") ? [[key, array]] : [],
    ),
  );
  const specs = Object.fromEntries(Object.entries(inputs).map(([key, { dtype, shape }]) => [key, { dtype, shape }]));
  const program = await jit(goldenFunction(golden, op), specs, { engine, threads: 1 });
  const results = await program.run(inputs);
  await program.dispose();
  for (const [key, result] of Object.entries(results)) {
    const exact = golden.op === "mirrorPad" ? undefined : own[key.replace("grad.", "tfjs_grad.")];
    const expected = (key.startsWith("grad.") ? (exact ?? own[key]) : own[key]) as NdArray;
    expect(result.shape, `${golden.name}/${key}`).toEqual(expected.shape);
    const scale = largest(expected.data.map((x) => (Number.isFinite(x) ? x : 0)));
    const tolerance = Math.max(2e-6, 10 * golden.float32_relative_error);
    expectClose(result.data, expected.data, { rtol: 0, atol: tolerance * scale }, `${golden.name}/${key}`);
  }
  return {
    compared: Object.keys(results).sort(),
    stored: Object.keys(own)
      .filter((key) => /^(out|grad)/.test(key))
      .sort(),
  };
}

describe("compiled, against torch", () => {
  it.each(cases.map((c) => [c.name, c] as const))("%s", async (_, golden) => {
    const { compared, stored } = await check(golden, "onnx");
    expect(compared).toEqual(stored);
  });
});

describe("eager, against torch", () => {
  it.each(cases.map((c) => [c.name, c] as const))("%s", async (_, golden) => {
    const { compared, stored } = await check(golden, "tensorflow");
    expect(compared).toEqual(stored);
  });
});
