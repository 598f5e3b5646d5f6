import { createRng, float32, int32, type NdArray } from "@ltad/core";
import { tensorsOf } from "@ltad/jit";
import { expectSameSteps, expectSameValues } from "@ltad/jit/testing";
import type * as tf from "@tensorflow/tfjs";
import { describe, it } from "vitest";
import { groupErrors, reconstructionLoss, squaredError } from "./loss.js";
import { displace, jitter } from "./pseudo-anomaly.js";
import { type ReconstructConfig, reconstructor } from "./reconstructor.js";

// B = 2 images, a grid of 4 x 5, D = 6, Z = 3
const sizes = { channels: 6, grid: [4, 5], zSize: 3, width: 8, hidden: 10 } as const;
const configs: ReconstructConfig[] = [
  { kind: "token-mlp", ...sizes, blocks: 2 },
  { kind: "prenorm", ...sizes, heads: 2, layers: 2 },
  { kind: "uniad", ...sizes, heads: 2, encoderLayers: 1, decoderLayers: 2, neighbours: [3, 3] },
];
const inputs = { tokens: normal("tokens", 2, 20, 6), z: normal("z", 2, 3), noise: normal("noise", 2, 20, 6) };

describe.each(configs.map((config) => [config.kind, config] as const))("%s, compiled and eager", (_, config) => {
  const pi = reconstructor(config);
  const params = pi.init(createRng("compiled"));

  it("scores, with a free batch size", async () => {
    const awake = "output" in params ? { ...params, output: { weight: normal("head", 6, 8), bias: float32([6]) } } : params;
    await expectSameValues(
      ({ tokens, z }) => {
        const output = pi.forward(tensorsOf(awake), tokens as tf.Tensor3D, z as tf.Tensor2D);
        const [first, second] = groupErrors(output, tokens as tf.Tensor3D, [2, 4]) as [tf.Tensor, tf.Tensor];
        return { output, score: squaredError(output, tokens as tf.Tensor3D), first, second };
      },
      { tokens: inputs.tokens, z: inputs.z },
      ["tokens", "z"],
    );
  });

  it("two training steps on pseudo anomalies", async () => {
    const loss: Parameters<typeof expectSameSteps<typeof params>>[0]["loss"] = (p, { tokens, z, noise }) => {
      const spoilt = jitter(tokens as tf.Tensor3D, noise as tf.Tensor3D, 20);
      return { loss: reconstructionLoss(pi.forward(p, spoilt, z as tf.Tensor2D), tokens as tf.Tensor3D) };
    };
    await expectSameSteps({ params, loss }, inputs);
  });
});

it("token-mlp on drawn tokens with displaced anomalies, compiled and eager", async () => {
  const pi = reconstructor(configs[0]!);
  const drawn = {
    tokens: normal("drawn", 2, 4, 6),
    z: inputs.z,
    positions: int32([2, 4], [3, 0, 19, 3, 7, 7, 1, 12]),
    direction: normal("direction", 2, 4, 6),
    size: float32([2, 4], createRng("size").uniforms(8, 1, 3)),
  };
  await expectSameSteps(
    {
      params: pi.init(createRng(9)),
      loss: (p, { tokens, z, positions, direction, size }) => {
        const spoilt = displace(tokens as tf.Tensor3D, direction as tf.Tensor3D, size as tf.Tensor2D);
        const output = pi.forward(p, spoilt, z as tf.Tensor2D, positions as tf.Tensor2D);
        return { loss: reconstructionLoss(output, tokens as tf.Tensor3D) };
      },
    },
    drawn,
  );
});

function normal(seed: string, ...shape: number[]): NdArray {
  return float32(shape, createRng(seed).normals(shape.reduce((a, b) => a * b)));
}
