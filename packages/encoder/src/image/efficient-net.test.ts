import { createRng, type NdArray } from "@ltad/core";
import { expectClose, largest } from "@ltad/core/testing";
import { tensorsOf } from "@ltad/jit";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import { plainEfficientNet } from "../testing/plain-efficient-net.js";
import { tinyImageEncoder, tinyPlan } from "../testing/tiny-encoders.js";
import type { EfficientNetParams } from "./efficient-net.js";

const encoder = tinyImageEncoder(createRng("weights"));
const params = tensorsOf(encoder.params);
const imagesOf = (count: number, size: number, seed: string) =>
  tf.tensor4d(createRng(seed).uniforms(count * size * size * 3), [count, size, size, 3]);

describe("efficientNet", () => {
  // 40 and 50 make odd grids on the way down, where SAME pads more behind than in front.
  it.each([32, 40, 50])("equals the plain definition at %d px", (size) => {
    const image = imagesOf(1, size, `image ${size}`);
    const { stages, z } = encoder.forward(params, image);
    const plain = plainEfficientNet(encoder.params as EfficientNetParams<NdArray>, image.dataSync() as Float32Array, size, tinyPlan);
    for (const [s, stage] of stages.entries()) {
      const expected = plain.stages[s]!;
      expectClose(stage.dataSync(), expected, { rtol: 1e-5, atol: 1e-5 * largest(expected) }, `stage ${s + 1}`);
    }
    expectClose(z.dataSync(), plain.z, { rtol: 1e-5, atol: 1e-5 * largest(plain.z) }, "z");
  });

  it("tells its stages' shapes", () => {
    const { stages, z } = encoder.forward(params, imagesOf(2, 64, "image"));
    expect(stages.map(({ shape }) => shape)).toEqual(encoder.stages.map(({ channels, stride }) => [2, 64 / stride, 64 / stride, channels]));
    expect(z.shape).toEqual([2, encoder.zSize]);
  });

  it("gives each image of a batch what it gives it alone", () => {
    const batch = imagesOf(3, 32, "batch");
    const together = encoder.forward(params, batch);
    for (let i = 0; i < 3; i++) {
      const alone = encoder.forward(params, batch.slice([i, 0, 0, 0], [1, -1, -1, -1]));
      for (const [s, stage] of alone.stages.entries())
        expectClose(together.stages[s]!.slice([i, 0, 0, 0], [1, -1, -1, -1]).dataSync(), stage.dataSync(), { rtol: 1e-6, atol: 1e-6 });
    }
  });

  it("stays finite on black, white and one even colour", () => {
    for (const value of [0, 1, 0.5]) {
      const { stages } = encoder.forward(params, tf.ones<tf.Rank.R4>([1, 32, 32, 3]).mul(value));
      for (const stage of stages) expect(stage.dataSync().every(Number.isFinite)).toBe(true);
    }
  });
});

describe("ImageEncoder", () => {
  it("has one id for one set of numbers, and another when a single one differs", () => {
    expect(tinyImageEncoder(createRng("weights")).id).toBe(encoder.id);
    expect(encoder.id).toMatch(/^[0-9a-f]{64}$/);
    expect(tinyImageEncoder(createRng("others")).id).not.toBe(encoder.id);
    expect(tinyImageEncoder(createRng("weights"), { ...tinyPlan, name: "other" }).id).not.toBe(encoder.id);
  });
});
