import { createRng } from "@ltad/core";
import { openFolder } from "@ltad/hub";
import { describe, expect, it } from "vitest";
import { openImageFolder } from "../load/image-folder.js";
import { fixture } from "../testing/fixtures.js";
import { tinyImageEncoder, tinyPlan } from "../testing/tiny-encoders.js";
import { featureDefaults, usefulStages } from "./feature-defaults.js";

const strided = (...strides: number[]) => strides.map((stride, i) => ({ stage: i + 1, channels: 8, stride }));
const blocks = (count: number) => strided(...Array.from({ length: count }, () => 14));

describe("usefulStages", () => {
  it.each([
    [
      "of the seven of an EfficientNet, the last one of each stride, and not the seventh",
      strided(2, 4, 8, 16, 16, 32, 32),
      16,
      [2, 3, 5, 6],
    ],
    ["of the four of a ConvNeXt or ResNet, all but the last", strided(4, 8, 16, 32), 16, [1, 2, 3]],
    ["none that is finer than a quarter of the grid", strided(2, 4, 32, 32, 32), 32, [4]],
    ["of twelve blocks, the sixth and the ninth", blocks(12), 14, [6, 9]],
    ["of four named blocks, the second and the third", blocks(4), 14, [2, 3]],
    ["of three, the second", blocks(3), 14, [2]],
    ["of two, the first", blocks(2), 14, [1]],
    ["the only one", blocks(1), 14, [1]],
    ["the last one where no other is near the grid", strided(128, 64, 16), 16, [3]],
  ])("are %s", (_, stages, gridStride, expected) => {
    expect(usefulStages(stages, gridStride)).toEqual(expected);
  });

  it("are numbered as the encoder numbers them", () => {
    expect(
      usefulStages(
        strided(4, 8, 16, 32).map((stage) => ({ ...stage, stage: 10 * stage.stage })),
        16,
      ),
    ).toEqual([10, 20, 30]);
  });
});

describe("featureDefaults", () => {
  it("are 24 places of stride 16 for an EfficientNet, and no more than twice the size of its training", async () => {
    const sized = (inputSize: number) => featureDefaults(tinyImageEncoder(createRng(1), { ...tinyPlan, inputSize }));
    expect(await sized(224)).toEqual({ inputSize: 384, stages: [2, 3, 5, 6], gridStride: 16 });
    expect(await sized(600)).toEqual({ inputSize: 384, stages: [2, 3, 5, 6], gridStride: 16 });
    expect(await sized(100)).toEqual({ inputSize: 192, stages: [2, 3, 5, 6], gridStride: 16 });
  });

  it("are the size of its training for an ONNX model that takes no other", async () => {
    const vit = await openImageFolder(await openFolder(fixture("onnx/__fixtures__/vit")));
    expect(await featureDefaults(vit)).toEqual({ inputSize: 24, stages: [1], gridStride: 4 });
  });

  it("are larger than that for an ONNX model that takes every size, of the smallest stride where all are above 16", async () => {
    const vit = await openImageFolder(await openFolder(fixture("onnx/__fixtures__/vit")));
    const anySize = { ...vit, kind: "network", inputSize: 224, stages: strided(32, 64) } as never;
    expect(await featureDefaults(anySize)).toEqual({ inputSize: 448, stages: [1], gridStride: 32 });
  });
});
