import { createRng, float32, int32, type NdArray } from "@ltad/core";
import { f32, i32, tensorsOf } from "@ltad/jit";
import { expectSameSteps, expectSameValues } from "@ltad/jit/testing";
import * as tf from "@tensorflow/tfjs";
import { it } from "vitest";
import { classTexts, initClassNames } from "./class-names.js";
import { conditionalVae } from "./vae.js";

// B = 2 images, K = 3 classes, M = 2 tokens of 4, grid 5, C = 2 + 4, Z = 7, E = 3, L = 4
const stages = [
  { stage: 2, channels: 2, stride: 4 },
  { stage: 6, channels: 4, stride: 32 },
];
const vae = conditionalVae({ stages, grid: 5, gridStride: 16, zSize: 7, textSize: 3, latent: 4, width: 6 });
const normal = (seed: string, ...shape: number[]): NdArray => float32(shape, createRng(seed).normals(shape.reduce((a, b) => a * b)));
const inputs = { real: normal("real", 2, 25, 6), z: normal("z", 2, 7), eps: normal("eps", 2, 4), beta: float32([], [0.01]) };
const params = { vae: vae.init(createRng("compiled")), names: initClassNames(3, 2, Float32Array.of(1, 0, -1, 2), createRng("names")) };

it("f_syn, compiled and eager, with a free batch size", async () => {
  await expectSameValues(
    ({ z, eps, text }) => {
      const p = tensorsOf(params.vae);
      const { latent, synthetic } = vae.forward(p, z, eps, text);
      return { ...latent, synthetic };
    },
    { z: f32(null, 7), eps: f32(null, 4), text: f32(null, 3) },
    { z: inputs.z, eps: inputs.eps, text: normal("text", 2, 3) },
  );
});

it("two training steps of phase 1: the VAE, and the class names through T", async () => {
  const classes = int32([2], [2, 0]);
  await expectSameSteps(
    {
      params,
      inputs: { real: f32(2, 25, 6), z: f32(2, 7), eps: f32(2, 4), beta: f32(), classes: i32(2) },
      constants: { T: normal("T", 4, 3) },
      loss: (p, { real, z, eps, beta, classes: at }, { T }) => {
        const forwardText = (tokens: tf.Tensor3D) => tf.matMul<tf.Tensor2D>(tokens.mean(1), T);
        const text = tf.gather(classTexts(forwardText, p.names), at);
        const { latent, synthetic } = vae.forward(p.vae, z, eps, text);
        return vae.loss(real, synthetic, latent, beta);
      },
    },
    { ...inputs, classes },
  );
});
