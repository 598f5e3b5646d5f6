import { readFileSync } from "node:fs";
import { createRng, float32, isLtadError } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it } from "vitest";
import { backendFaults, missingKernels, notInGpuBuild } from "./testing/backend-faults.js";
import { eagerBackends, tensorflowPackage, useBackend } from "./testing/eager-backends.js";
import { goldenPrograms, kernelPrograms, randomPrograms, type TestProgram } from "./testing/programs.js";
import { f32, jit } from "./index.js";
import { gelu, layerNorm } from "./nn.js";
import { expectSameSteps } from "./testing.js";

const comparable = (data: ArrayLike<number>) =>
  Array.from(data, (x) => (Number.isNaN(x) ? -98765 : x === Infinity ? 98764 : x === -Infinity ? 98763 : x));

/** Relative to the largest element; random programs may cancel to almost nothing, and one golden case is hard for float32. */
const toleranceOf = ({ name }: TestProgram, scale: number) =>
  name.startsWith("random") ? 3e-5 * Math.max(1, scale) : (name.endsWith("layer_norm_small_variance") ? 1e-4 : 1e-5) * scale;

async function compare(program: TestProgram) {
  const { fn, inputs } = program;
  const [eager, compiled] = [await jit(fn, inputs, { engine: "tensorflow" }), await jit(fn, inputs, { threads: 1 })];
  const [actual, expected] = [await eager.run(inputs), await compiled.run(inputs)];
  await compiled.dispose();
  for (const [name, { dtype, shape, data }] of Object.entries(expected)) {
    expect([actual[name]?.dtype, actual[name]?.shape], name).toEqual([dtype, shape]);
    const [a, e] = [comparable(actual[name]?.data ?? []), comparable(data)];
    expectClose(a, e, { rtol: 0, atol: toleranceOf(program, largest(e)) + 1e-30 }, name);
  }
}

/** The kernel that TF.js's backend is said to lack, if that is why the program failed. */
function lackedKernel(error: unknown): string {
  if (!isLtadError(error) || error.code !== "LTAD_CONFIG") throw error;
  expect(error.message).toMatch(/\.ts:\d+: .*cannot run on the backend \w+ of TF\.js, which has no such kernel\. Set another one/);
  return error.details["kernel"] as string;
}

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

describe.each(eagerBackends)("eager on %s as compiled", (backend) => {
  const faults = backendFaults[backend] ?? [];
  const isFaulty = ({ name }: TestProgram) => faults.some(([programs]) => programs.test(name));
  const all = [...goldenPrograms, ...kernelPrograms, ...randomPrograms];
  const lacked = new Set<string>();
  let agreed = 0;
  beforeAll(() => useBackend(backend));

  it.each(all.filter((p) => !isFaulty(p)).map((p) => [p.name, p] as const))("%s, unless a kernel is missing", async (_, program) => {
    const kernel = await compare(program).then(() => undefined, lackedKernel);
    if (kernel === undefined) agreed++;
    else lacked.add(kernel);
    expect(tf.getBackend()).toBe(backend);
  });

  it("trains as compiled: an attention layer, two steps of AdamW", async () => {
    const rng = createRng("eager training");
    const weights = (...shape: number[]) =>
      float32(
        shape,
        rng.normals(
          shape.reduce((a, b) => a * b, 1),
          0.4,
        ),
      );
    const params = { qkv: weights(6, 18), out: weights(6, 3), norm: { gamma: weights(6), beta: weights(6) } };
    await expectSameSteps(
      {
        params,
        inputs: { x: f32(5, 6), y: f32(5, 3) },
        loss: ({ qkv, out, norm }, { x, y }) => {
          const rows = layerNorm({ weight: norm.gamma, bias: norm.beta }, x);
          const [q, k, v] = tf.split(tf.matMul(rows, qkv), 3, 1) as [tf.Tensor, tf.Tensor, tf.Tensor];
          const mixed = tf.matMul(tf.softmax(tf.matMul(q, k, false, true).mul(0.4)), v);
          const logits = tf.matMul(gelu(mixed.add(rows)), out);
          return { loss: tf.losses.softmaxCrossEntropy(y, logits).mean<tf.Scalar>() };
        },
      },
      { x: weights(5, 6), y: float32([5, 3], [1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0]) },
    );
    expect(tf.getBackend()).toBe(backend);
  });

  it("lacks the kernels and has the faults that are listed, and no others, as the README says", async () => {
    expect(readme).toMatch(new RegExp(`\\| ${backend}[^|]*\\| ${agreed} of ${all.length} \\|`));
    expect([...lacked].sort()).toEqual(missingKernels[backend]);
    expect(faults.filter(([programs]) => !all.some(({ name }) => programs.test(name)))).toEqual([]);
    if (backend === "wasm") return; // some of them write outside of their memory
    const gone: string[] = [];
    for (const program of all.filter(isFaulty))
      await compare(program).then(
        () => gone.push(program.name),
        () => undefined,
      );
    expect(gone).toEqual(backend === "tensorflow" && tensorflowPackage.endsWith("-gpu") ? notInGpuBuild : []);
  });
});
