import { createRng, float32, int32, type NdArray } from "@ltad/core";
import { f32, i32, tensorsOf } from "@ltad/jit";
import { expectSameSteps, expectSameValues } from "@ltad/jit/testing";
import { describe, it } from "vitest";
import { reconstructionLoss, squaredError } from "./loss.js";
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
        const output = pi.forward(tensorsOf(awake), tokens, z);
        return { output, score: squaredError(output, tokens) };
      },
      { tokens: f32(null, 20, 6), z: f32(null, 3) },
      { tokens: inputs.tokens, z: inputs.z },
    );
  });

  it("two training steps on pseudo anomalies", async () => {
    await expectSameSteps(
      {
        params,
        inputs: { tokens: f32(2, 20, 6), z: f32(2, 3), noise: f32(2, 20, 6) },
        loss: (p, { tokens, z, noise }) => ({ loss: reconstructionLoss(pi.forward(p, jitter(tokens, noise, 20), z), tokens) }),
      },
      inputs,
    );
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
      inputs: { tokens: f32(2, 4, 6), z: f32(2, 3), positions: i32(2, 4), direction: f32(2, 4, 6), size: f32(2, 4) },
      loss: (p, { tokens, z, positions, direction, size }) => {
        const output = pi.forward(p, displace(tokens, direction, size), z, positions);
        return { loss: reconstructionLoss(output, tokens) };
      },
    },
    drawn,
  );
});

function normal(seed: string, ...shape: number[]): NdArray {
  return float32(shape, createRng(seed).normals(shape.reduce((a, b) => a * b)));
}
