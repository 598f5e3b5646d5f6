import { expectClose, largest } from "@ltad/core/testing";
import { beforeAll, describe, expect, it } from "vitest";
import { backendFaults } from "./testing/backend-faults.js";
import { eagerBackends, useBackend } from "./testing/eager-backends.js";
import { goldenFunction } from "./testing/golden-functions.js";
import { goldenCases, goldenInputs } from "./testing/programs.js";
import { jit } from "./index.js";

/** Cases that float32 cannot hold to 1e-5, by the error of torch's own float32 against its float64. */
const hard: Readonly<Record<string, string>> = {
  log_sum_exp_keep_extreme: "the gradient is exp of a difference of numbers near 1000: 1000 x 2^-24 = 6e-5",
  layer_norm_small_variance: "deviations of 1e-3 around a mean of 0.5 keep three digits less",
};

/** Relative to the largest element: ten times torch's error, at least 2e-6, and never more than 1e-5 but for the hard ones. */
function toleranceOf({ name, float32_relative_error: error }: Case["golden"]): number {
  const wanted = Math.max(2e-6, 10 * error);
  return name in hard ? wanted : Math.min(1e-5, wanted);
}

type Case = (typeof goldenCases)[number];

async function check({ golden, arrays: own }: Case, engine: "onnx" | "tensorflow") {
  const inputs = goldenInputs(own);
  const specs = Object.fromEntries(Object.entries(inputs).map(([key, { dtype, shape }]) => [key, { dtype, shape }]));
  const program = await jit(goldenFunction(golden), specs, { engine, threads: 1 });
  const results = await program.run(inputs);
  await program.dispose();
  for (const [key, result] of Object.entries(results)) {
    const exact = golden.op === "mirrorPad" ? undefined : own[key.replace("grad.", "tfjs_grad.")];
    const expected = (key.startsWith("grad.") ? (exact ?? own[key]) : own[key])!;
    expect(result.shape, `${golden.name}/${key}`).toEqual(expected.shape);
    const scale = largest(expected.data.map((x) => (Number.isFinite(x) ? x : 0)));
    const tolerance = toleranceOf(golden);
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
  it.each(goldenCases.map((c) => [c.golden.name, c] as const))("%s", async (_, golden) => {
    const { compared, stored } = await check(golden, "onnx");
    expect(compared).toEqual(stored);
  });
});

// wasm lacks too many kernels, see __fixtures__/backend-faults.ts; its conformance test runs what it can.
describe.each(eagerBackends.filter((name) => name !== "wasm"))("eager on %s, against torch", (backend) => {
  const isFaulty = ({ golden }: Case) => backendFaults[backend]?.some(([programs]) => programs.test(`golden ${golden.name}`));
  beforeAll(() => useBackend(backend));

  it.each(goldenCases.filter((c) => !isFaulty(c)).map((c) => [c.golden.name, c] as const))("%s", async (_, golden) => {
    const { compared, stored } = await check(golden, "tensorflow");
    expect(compared).toEqual(stored);
  });
});
