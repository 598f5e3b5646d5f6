import { expectClose, largest } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { beforeAll, describe, expect, it, vi } from "vitest";
import { inputs } from "../testing/kernel-programs.js";
import { kernelPrograms } from "../testing/programs.js";
import { jit, type Tensors } from "../index.js";
import { kernels } from "./index.js";

const reached = new Set<string>();
beforeAll(() => {
  for (const [name, row] of Object.entries(kernels)) {
    const emit = row.emit.bind(row);
    vi.spyOn(row, "emit").mockImplementation((...args) => {
      reached.add(name);
      return emit(...args);
    });
  }
});

describe("rows, against the cpu backend of TF.js", () => {
  it.each(kernelPrograms.map((program) => [program.name, program] as const))("%s", async (_, { fn }) => {
    const [compiled, eager] = [await jit(fn, inputs, { threads: 1 }), await jit(fn, inputs, { engine: "tensorflow" })];
    const [actual, expected] = [await compiled.run(inputs), await eager.run(inputs)];
    await compiled.dispose();
    for (const [name, { dtype, shape, data }] of Object.entries(expected)) {
      expect([actual[name]?.dtype, actual[name]?.shape], name).toEqual([dtype, shape]);
      const [a, e] = [withoutNaN(actual[name]?.data ?? []), withoutNaN(data)];
      expectClose(a, e, { rtol: 0, atol: 3e-6 * Math.max(1, largest(e.filter(Number.isFinite))) }, name);
    }
  });
});

it("depth to space, channels first, which TF.js has not on its cpu backend", async () => {
  const fn = ({ image: x }: Tensors) => ({
    last: tf.depthToSpace(x as tf.Tensor4D, 2, "NHWC"),
    first: tf.depthToSpace(tf.transpose(x as tf.Tensor4D, [0, 3, 1, 2]), 2, "NCHW").transpose([0, 2, 3, 1]),
  });
  const program = await jit(fn, { image: inputs.image });
  const { last, first } = await program.run({ image: inputs.image });
  expect(first).toEqual(last);
  await program.dispose();
});

/** NaN equals nothing: here it must meet NaN, so both become a number that nothing else is. */
const withoutNaN = (data: ArrayLike<number>) => Array.from(data, (x) => (Number.isNaN(x) ? -98765 : x));

/** Rows that golden-ops.test.ts covers and the programs above do not. */
const inGolden = [
  "Erf",
  "MaxPoolGrad",
  "Conv2DBackpropInput",
  "Conv2DBackpropFilter",
  "Selu",
  "Softplus",
  "Sin",
  "Cos",
  "Rsqrt",
  "Ceil",
  "Round",
  "Reciprocal",
  "ClipByValue",
  "LeakyRelu",
  "EluGrad",
  "Log",
  "Tanh",
  "SquaredDifference",
  "Minimum",
  "Pow",
  "Min",
  "ArgMax",
  "ArgMin",
  "GatherNd",
  "Softmax",
  "Unpack",
  "AvgPool",
  "Floor",
  "Relu6",
];
/** TF.js 4.22 composes these and never calls them. */
const neverCalled = ["BroadcastTo", "LogSoftmax", "LogicalXor"];

it("every row is reached by a test", () => {
  const tested = new Set([...reached, ...inGolden, ...neverCalled]);
  expect(Object.keys(kernels).filter((name) => !tested.has(name))).toEqual([]);
});
