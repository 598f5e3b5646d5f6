import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { jsonFixture } from "../test-only/fixtures.js";
import { readPreprocessing } from "./preprocessing.js";

interface Golden {
  readonly pixels: number[];
  readonly processors: Record<string, { config: unknown; values: number[][] }>;
}
const { pixels, processors } = await jsonFixture<Golden>("image/__fixtures__/preprocessing.json");
const fallback = { size: 77, mean: [9, 9, 9], deviation: [9, 9, 9] };

describe("readPreprocessing", () => {
  it.each(Object.entries(processors))("does to a pixel what transformers' processor of %s does", (_, { config, values }) => {
    const { mean, deviation } = readPreprocessing(config, fallback, "x");
    const found = pixels.map((pixel) => mean.map((m, c) => (pixel / 255 - m) / (deviation[c] as number)));
    expectClose(found.flat(), values.flat(), { rtol: 1e-5, atol: 1e-6 });
  });

  it("tells the side that reaches the network, and the filter", () => {
    const sizes = Object.entries(processors).map(([name, { config }]) => [name, readPreprocessing(config, fallback, "x").size]);
    expect(Object.fromEntries(sizes)).toEqual({ efficientnet: 346, align: 289, vit: 224, clip: 224, siglip: 224 });
    expect(readPreprocessing(processors["clip"]!.config, fallback, "x").kernel).toBe("bicubic");
    expect(readPreprocessing({ size: { shortest_edge: 256 }, crop_size: 224 }, fallback, "x").size).toBe(224);
    expect(readPreprocessing({ do_normalize: false }, fallback, "x")).toEqual({ size: 77, mean: [0, 0, 0], deviation: [1, 1, 1] });
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
