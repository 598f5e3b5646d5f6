import { createRng, float32, type NdArray, type Tree } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { f32, jit, type Tensors, tensorsOf, toNdArray, toTensor, trainStep } from "@ltad/jit";
import type * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { ImageEncoder } from "./image/image-encoder.js";
import { loadEfficientNetB0 } from "./image/load-efficient-net-b0.js";
import { orOffline, testCacheDir } from "@ltad/hub/testing";
import { tinyImageEncoder, tinyTextEncoder } from "./testing/tiny-encoders.js";
import { loadUseLite } from "./text/load-use-lite.js";
import type { TextEncoder } from "./text/text-encoder.js";

// Eager TensorFlow.js against the compiled graph, for tiny random weights and, when they can be had, the real ones.
const cacheDir = testCacheDir(process.env);
const imageEncoders: readonly [string, ImageEncoder | undefined][] = [
  ["tiny", tinyImageEncoder(createRng("weights"))],
  ["EfficientNet-B0", await orOffline(loadEfficientNetB0({ cacheDir }))],
];
const textEncoders: readonly [string, TextEncoder | undefined][] = [
  ["tiny", tinyTextEncoder(createRng("weights"))],
  ["USE Lite", await orOffline(loadUseLite({ cacheDir }))],
];

describe.each(imageEncoders)("image encoder %s, compiled", (_, encoder) => {
  it.skipIf(!encoder)("equals eager TensorFlow.js, with a free batch", async () => {
    const { params, stages } = encoder!;
    const forward = (tensors: Tree<tf.Tensor>, image: tf.Tensor) => encoder!.forward(tensors, image as tf.Tensor4D);
    const outputs = ({ stages, z }: ReturnType<typeof forward>): Tensors => ({
      z,
      ...Object.fromEntries(stages.map((x, s) => [`stage${s + 1}`, x])),
    });
    const program = await jit(
      ({ image }, constants) => outputs(forward(constants.encoder, image)),
      { image: f32(null, 64, 64, 3) },
      { constants: { encoder: params }, threads: 1, spinning: false },
    );
    for (const batch of [1, 3]) {
      const image = float32([batch, 64, 64, 3], createRng(batch).uniforms(batch * 64 * 64 * 3));
      const compiled = await program.run({ image });
      const eager = outputs(forward(tensorsOf(params), toTensor(image)));
      expect(Object.keys(compiled)).toHaveLength(stages.length + 1);
      for (const [name, tensor] of Object.entries(eager)) {
        const expected = toNdArray(tensor);
        expect(compiled[name]!.shape).toEqual(expected.shape);
        expectClose(compiled[name]!.data, expected.data, { rtol: 1e-4, atol: 1e-5 * largest(expected.data) }, name);
      }
    }
    await program.dispose();
  });
});

describe.each(textEncoders)("text encoder %s, compiled", (_, encoder) => {
  it.skipIf(!encoder)("equals eager TensorFlow.js", async () => {
    const { params, tokenSize } = encoder!;
    const forward = (tensors: Tree<tf.Tensor>, tokens: tf.Tensor) => encoder!.forward(tensors, tokens as tf.Tensor3D);
    const tokens = float32([3, 5, tokenSize], createRng("tokens").normals(15 * tokenSize, 0.3));
    const program = await jit(
      (inputs, { text }) => ({ vector: forward(text, inputs.tokens) }),
      { tokens: f32(null, 5, tokenSize) },
      { constants: { text: params }, threads: 1, spinning: false },
    );
    const { vector } = await program.run({ tokens });
    const expected = toNdArray(forward(tensorsOf(params), toTensor(tokens)));
    expect(vector.shape).toEqual(expected.shape);
    expectClose(vector.data, expected.data, { rtol: 1e-4, atol: 1e-6 }, "vector");
    await program.dispose();
  });

  it.skipIf(!encoder)("lets learned tokens approach a text, its own weights frozen", async () => {
    const { params, tokenSize, meanToken } = encoder!;
    const forward = (tensors: Tree<tf.Tensor>, tokens: tf.Tensor) => encoder!.forward(tensors, tokens as tf.Tensor3D);
    const aim = toNdArray(forward(tensorsOf(params), toTensor(rowOf(encoder!.embed(encoder!.tokenize("abc de"))))));
    const start = Float32Array.from({ length: 2 * tokenSize }, (_, i) => meanToken[i % tokenSize]! + 0.02 * Math.sin(i));
    const program = await trainStep({
      params: { tokens: float32([1, 2, tokenSize], start) },
      inputs: { aim: f32(1, aim.shape[1]!) },
      constants: { text: params },
      loss: ({ tokens }, inputs, { text }) => ({ loss: forward(text, tokens).sub(inputs.aim).square().sum<tf.Scalar>() }),
      optimiser: { weightDecay: 0 },
      threads: 1,
      spinning: false,
    });
    const losses: number[] = [];
    for (let i = 0; i < 30; i++) losses.push((await program.step({ aim }, { learningRate: 0.02 })).loss);
    expect(losses.at(-1)).toBeLessThan(losses[0]! / 2);
    await program.dispose();
  });
});

function rowOf({ shape, data }: NdArray): NdArray {
  return { dtype: "float32", shape: [1, ...shape], data };
}
