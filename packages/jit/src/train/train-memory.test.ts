import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { createRng, float32 } from "@ltad/core";
import { type OnnxNode, readOnnx } from "@ltad/onnx";
import * as tf from "@tensorflow/tfjs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { f32, trainStep, trainStepToOnnx } from "../index.js";
import { initLinear, linear } from "../nn.js";

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

  it("sums the gradients in the order of the backward pass, so that the runtime frees the activations of a layer before it goes to the next", () => {
    const rng = createRng("order");
    const bytes = trainStepToOnnx({
      params: { first: initLinear(64, 65, rng), second: initLinear(65, 66, rng), third: initLinear(66, 67, rng) },
      inputs: { x: f32(8, 64) },
      loss: (p, { x }) => ({
        loss: linear(p.third, linear(p.second, linear(p.first, x).relu()).relu())
          .square()
          .mean<tf.Scalar>(),
      }),
    });
    const { node = [] } = readOnnx(bytes, "step").model.graph;
    const maker = (name: string) => node.find(({ output = [] }) => output.includes(name))!;
    const places: number[] = []; // of the gradients among the nodes, from the last summand to the first
    const place = (square: OnnxNode) => places.push(node.indexOf(maker(square.input![0]!)));
    let sum = maker(maker("report.gradient_norm").input![0]!);
    for (; sum.opType === "Add"; sum = maker(sum.input![0]!)) place(maker(sum.input![1]!));
    place(sum);
    expect(places).toHaveLength(4); // three weights, and one vector of all biases
    expect(places).toEqual(places.toSorted((a, b) => b - a));
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
