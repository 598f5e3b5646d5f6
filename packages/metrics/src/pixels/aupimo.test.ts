import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { goldenJson } from "../testing/golden.js";
import { aupimo } from "./aupimo.js";
import { exactPixels } from "./exact-pixels.js";

interface Case {
  readonly sizes: (readonly [number, number])[];
  readonly maps: number[][];
  readonly masks: number[][];
  readonly lower: number;
  readonly upper: number;
  readonly scores: number[];
  readonly anomalib: number[] | null;
}
const cases = goldenJson("aupimo.json") as Record<string, Case>;

const boundsOf = ({ lower, upper }: Case) => ({ lower, upper });

function filled({ sizes, maps, masks }: Case, order = sizes.map((_, i) => i)) {
  const pixels = exactPixels();
  for (const i of order) {
    pixels.add({
      map: Float32Array.from(maps[i] ?? []),
      mask: Uint8Array.from(masks[i] ?? []),
      width: sizes[i]?.[1] ?? 0,
      name: `${i}.png`,
    });
  }
  return pixels;
}

describe("aupimo", () => {
  it.each(Object.entries(cases))("is the plain definition, image by image: %s", (_, one) => {
    const { value, images } = aupimo(filled(one), boundsOf(one));
    expectClose(
      images.map((image) => image.value),
      one.scores,
      { rtol: 1e-10, atol: 1e-12 },
    );
    expectClose([value], [one.scores.reduce((a, b) => a + b, 0) / one.scores.length], { rtol: 1e-10, atol: 0 });
    const defective = one.masks.flatMap((mask, i) => (mask.some((v) => v > 0) ? [`${i}.png`] : []));
    expect(images.map(({ name }) => name)).toEqual(defective);
  });

  it("is near anomalib's, which takes 300,000 equal steps and moves the bounds to points of them", () => {
    const one = cases["smooth"]!;
    expectClose(one.anomalib ?? [], one.scores, { rtol: 0, atol: 0.01 });
  });

  it("does not change with the order of images", () => {
    const one = cases["several_sizes"]!;
    const order = [4, 2, 0, 3, 1];
    expectClose([aupimo(filled(one, order), boundsOf(one)).value], [aupimo(filled(one), boundsOf(one)).value], { rtol: 1e-12, atol: 0 });
  });

  it("is undefined without good or defective images, and with too few good pixels for the lower bound", () => {
    const one = cases["smooth"]!;
    const undefinedMetric = expect.objectContaining({ code: "LTAD_UNDEFINED_METRIC" });
    expect(() => aupimo(filled(one, [0, 2]), boundsOf(one))).toThrow(undefinedMetric);
    expect(() => aupimo(filled(one, [1, 4]), boundsOf(one))).toThrow(undefinedMetric);
    expect(() => aupimo(filled(one))).toThrow(/lowest false positive rate .* must be 0.00001 or less/);
    expect(() => aupimo(filled(one), { lower: 0.1, upper: 0.1 })).toThrow(expect.objectContaining({ code: "LTAD_CONFIG" }));
  });
});
