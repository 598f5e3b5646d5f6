import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { jsonFixture } from "../testing/fixtures.js";
import { squashTo } from "./image-processing.js";
import { readPreprocessing, timmProcessing } from "./preprocessing.js";

interface Golden {
  readonly pixels: number[];
  readonly processors: Record<string, { config: unknown; values: number[][] }>;
}
const { pixels, processors } = await jsonFixture<Golden>("image/__fixtures__/preprocessing.json");
const fallback = { mean: [9, 9, 9], deviation: [9, 9, 9], processing: squashTo(77) };

describe("readPreprocessing", () => {
  it.each(Object.entries(processors))("does to a pixel what transformers' processor of %s does", (_, { config, values }) => {
    const { mean, deviation } = readPreprocessing(config, fallback, "x");
    const found = pixels.map((pixel) => mean.map((m, c) => (pixel / 255 - m) / deviation[c]!));
    expectClose(found.flat(), values.flat(), { rtol: 1e-5, atol: 1e-6 });
  });

  const processingOf = (config: unknown) => readPreprocessing(config, fallback, "x").processing;

  it("tells the filter, the size after resizing, and the side that reaches the network", () => {
    const corner = "down";
    expect(Object.fromEntries(Object.entries(processors).map(([name, { config }]) => [name, processingOf(config)]))).toEqual({
      efficientnet: { kernel: "nearest", resize: { both: 346 }, size: 346, corner },
      align: { kernel: "nearest", resize: { both: 346 }, size: 289, corner },
      vit: { kernel: "linear", resize: { both: 224 }, size: 224, corner },
      clip: { kernel: "cubic", resize: { shorter: 224 }, size: 224, corner },
      siglip: { kernel: "cubic", resize: { both: 224 }, size: 224, corner },
    });
    expect(processingOf({ size: { shortest_edge: 256 }, crop_size: 224 })).toMatchObject({ resize: { shorter: 256 }, size: 224 });
    expect(processingOf({ size: { shortest_edge: 256 }, crop_size: 224, do_center_crop: false }).size).toBe(256);
    expect([0, 1, 2, 3].map((resample) => processingOf({ resample }).kernel)).toEqual(["nearest", "lanczos3", "linear", "cubic"]);
  });

  it("takes a bare size as the shorter side where CLIP's old files mean that", () => {
    const old = { size: 224, crop_size: 224, feature_extractor_type: "CLIPFeatureExtractor" };
    expect(processingOf(old).resize).toEqual({ shorter: 224 });
    expect(processingOf({ size: 224, feature_extractor_type: "ViTFeatureExtractor" }).resize).toEqual({ both: 224 });
  });

  it("leaves what nobody says", () => {
    expect(readPreprocessing({ do_normalize: false }, fallback, "x")).toEqual({ ...fallback, mean: [0, 0, 0], deviation: [1, 1, 1] });
  });

  it.each([
    [{ image_mean: [1, 2] }, "image_mean"],
    [{ size: -1 }, "size"],
    [null, ""],
    [{ resample: 9 }, "resample"],
  ])("refuses %j by its field", (json, field) => {
    expect(() => readPreprocessing(json, fallback, "x: preprocessor_config.json")).toThrow(
      expect.objectContaining({
        code: "LTAD_WEIGHTS",
        message: expect.stringContaining(`x: preprocessor_config.json: ${field}`) as string,
      }),
    );
  });
});

describe("timmProcessing", () => {
  it("is timm's evaluation transform, with its defaults", () => {
    const b4 = { interpolation: "bicubic", crop_pct: 0.922, crop_mode: "center" };
    expect(timmProcessing(b4, 380)).toEqual({ kernel: "cubic", resize: { shorter: 412 }, size: 380, corner: "even" });
    expect(timmProcessing({}, 224)).toEqual({ kernel: "linear", resize: { shorter: 256 }, size: 224, corner: "even" });
    expect(timmProcessing({ crop_mode: "squash", crop_pct: 1 }, 224).resize).toEqual({ both: 224 });
    expect(timmProcessing({ crop_mode: "border" }, 224).resize).toEqual({ both: 224 });
    expect(timmProcessing({ interpolation: "constructor", crop_mode: "constructor" }, 224)).toEqual(timmProcessing({}, 224));
  });
});
