import { describe, expect, it } from "vitest";
import { type FeatureOptions, featureSpec } from "./feature-spec.js";

const encoder = {
  stages: [
    { stage: 1, channels: 16, stride: 2 },
    { stage: 2, channels: 24, stride: 4 },
    { stage: 3, channels: 40, stride: 8 },
    { stage: 5, channels: 112, stride: 16 },
    { stage: 6, channels: 192, stride: 32 },
  ],
  zSize: 320,
  processing: { kernel: "cubic" },
} as const;
const options: FeatureOptions = { inputSize: 384, stages: [2, 3, 5, 6], gridStride: 16, shrink: "area", length: "raw" };

describe("featureSpec", () => {
  it("lays the stages out on the grid", () => {
    expect(featureSpec(encoder, options)).toMatchObject({ grid: 24, tokens: 576, channels: 368, zSize: 320, kernel: "cubic" });
  });

  it("takes sizes that no stride divides", () => {
    expect(featureSpec(encoder, { ...options, inputSize: 289 })).toMatchObject({ grid: 18, tokens: 324 });
    expect(featureSpec(encoder, { ...options, inputSize: 224, gridStride: 14 })).toMatchObject({ grid: 16 });
  });

  it("refuses a grid of one place", () => {
    expect(() => featureSpec(encoder, { ...options, inputSize: 320, gridStride: 161 })).toThrow(
      "features.gridStride: expected at most half of features.inputSize (320), received 161. Try 32.",
    );
  });

  it("names the stages there are", () => {
    expect(() => featureSpec(encoder, { ...options, stages: [2, 9] })).toThrow("the encoder has the stages 1, 2, 3, 5, 6, received 9");
  });
});
