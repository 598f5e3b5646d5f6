import { createRng, float32 } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import type * as tf from "@tensorflow/tfjs";
import { expect, it } from "vitest";
import { jit, toOnnx } from "../index.js";

const rng = createRng("reductions");
const x = float32([7, 11, 66], rng.normals(7 * 11 * 66));

it.each([false, true])("sums over many rows are a product, and the plain sums (keepDims %s)", async (keepDims) => {
  const fn = ({ x: t }: Record<"x", tf.Tensor>) => ({ y: t.sum([0, 1], keepDims) });
  const plain = Array.from({ length: 66 }, (_, c) => x.data.reduce((sum, value, i) => (i % 66 === c ? sum + value : sum), 0));
  const program = await jit(fn, { x });
  const { y } = await program.run({ x });
  await program.dispose();
  expect(y?.shape).toEqual(keepDims ? [1, 1, 66] : [66]);
  expectClose(y?.data ?? [], plain, { rtol: 1e-5, atol: 1e-5 }, "sums");
  const file = Buffer.from(toOnnx(fn, { x })).toString("latin1");
  expect([file.includes("MatMul"), file.includes("ReduceSum")]).toEqual([true, false]);
});
