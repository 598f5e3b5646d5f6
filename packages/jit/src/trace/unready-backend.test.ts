import { float32 } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm"; // of a higher priority than cpu, and started asynchronously
import { expect, it } from "vitest";
import { jit, toOnnx, type TracedFunction } from "../index.js";

const x = { x: { dtype: "float32", shape: [2] } } as const;
const fn: TracedFunction = ({ x }) => ({ y: x!.mul([2, 3]) });

it("toOnnx needs no backend of TF.js to be ready, and starts none", async () => {
  expect(toOnnx(fn, x).length).toBeGreaterThan(50);
  await tf.ready();
  expect(tf.getBackend()).toBe("wasm");
});

it("jit waits for it", async () => {
  const program = await jit(fn, x, { engine: "tensorflow" });
  expect(program.providers).toEqual(["wasm"]);
  expect((await program.run({ x: float32([2], [1, 1]) }))["y"]).toEqual(float32([2], [2, 3]));
  await program.dispose();
});
