import { sizeOf } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { efficientNetShapes, stageSpecs } from "./architecture.js";
import { efficientNetPlan } from "./efficient-net-plans.js";

const efficientNetB0 = efficientNetPlan("b0");

describe("EfficientNet-B0 by numbers", () => {
  it("has the stages of the paper", () => {
    expect(stageSpecs(efficientNetB0).map(({ stage, channels, stride }) => [stage, channels, stride])).toEqual([
      [1, 16, 2],
      [2, 24, 4],
      [3, 40, 8],
      [4, 80, 16],
      [5, 112, 16],
      [6, 192, 32],
      [7, 320, 32],
    ]);
  });

  it("has the parameters of Keras's B0 up to stage 7, with batch norm folded", () => {
    const shapes = efficientNetShapes(efficientNetB0);
    // keras.applications EfficientNetB0 without top has 4,049,571 parameters: 7 of its input normalisation, 412,160 of the top
    // convolution and its batch norm (4 x 1,280), and a batch norm of 4 per channel where the folded bias has 1.
    const folded = Object.entries(shapes).filter(([name]) => name.endsWith(".bias") && !/squeeze|excite/.test(name));
    const channels = folded.reduce((sum, [, shape]) => sum + sizeOf(shape), 0);
    const total = Object.values(shapes).reduce((sum, shape) => sum + sizeOf(shape), 0);
    expect(total + 3 * channels).toBe(4_049_571 - 7 - (320 * 1280 + 4 * 1280));
  });

  it("names parameters by stage and block from 0", () => {
    const shapes = efficientNetShapes(efficientNetB0);
    expect(Object.keys(shapes)).toHaveLength(160);
    expect(shapes["stages.0.blocks.0.expand.weight"]).toBeUndefined();
    expect(shapes["stages.3.blocks.0.depthwise.weight"]).toEqual([3, 3, 240, 1]);
    expect(shapes["stages.3.blocks.0.squeeze.weight"]).toEqual([1, 1, 240, 10]);
    expect(shapes["stages.6.blocks.0.project.weight"]).toEqual([1, 1, 1152, 320]);
  });
});
