import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { float32 } from "@ltad/core";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { trainStep } from "../index.js";

const size = 2 ** 20;
let collect: () => void;
beforeAll(() => {
  setFlagsFromString("--expose-gc");
  collect = runInNewContext("gc") as () => void;
});
afterAll(() => setFlagsFromString("--no-expose-gc"));

/** Bytes in array buffers that something still holds. */
function held(): number {
  collect();
  collect();
  return process.memoryUsage().arrayBuffers;
}

const open = () =>
  trainStep({
    params: { w: float32([size], new Float32Array(size).fill(1)) },
    inputs: { x: { dtype: "float32", shape: [] } },
    loss: ({ w }, { x }) => ({ loss: w.mul(x).square().mean<tf.Scalar>() }),
    learningRate: 0.1,
  });

describe("a training", () => {
  it("holds its parameters and moments once, and nothing of what it started from", async () => {
    const before = held();
    const program = await open();
    for (let i = 0; i < 2; i++) await program.step({ x: float32([], [1]) });
    const arrays = (held() - before) / (4 * size);
    await program.dispose();
    expect(arrays).toBeLessThan(3.5);
  });

  it("leaves no tensor when it is compiled, stepped and disposed", async () => {
    await (await open()).dispose(); // registers what TF.js registers once
    const { numTensors } = tf.memory();
    for (let i = 0; i < 3; i++) {
      const program = await open();
      await program.step({ x: float32([], [1]) });
      await program.steps([{ x: float32([], [1]) }]);
      await program.dispose();
    }
    expect(tf.memory().numTensors).toBe(numTensors);
  });
});
