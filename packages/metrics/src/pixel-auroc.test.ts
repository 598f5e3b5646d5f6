import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createRng, floats, readSafetensors } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import { describe, expect, it } from "vitest";
import { auroc } from "./auroc.js";
import { pixelAuroc } from "./pixel-auroc.js";

const fixtures = fileURLToPath(new URL("__fixtures__/", import.meta.url));
const sets = JSON.parse(await readFile(`${fixtures}pixel.json`, "utf8")) as Record<
  string,
  { sizes: number[][]; pixel_auroc: number | null }
>;
const arrays = (await readSafetensors(`${fixtures}pixel.safetensors`)).arrays;

describe("pixelAuroc equals scikit-learn", () => {
  const filled = (name: string) => {
    const pixels = pixelAuroc();
    sets[name]?.sizes.forEach((_, i) =>
      pixels.add(floats(arrays[`${name}.map.${i}`], name), arrays[`${name}.mask.${i}`]?.data as Uint8Array),
    );
    return pixels;
  };
  const names = Object.keys(sets);

  it.each(names.filter((name) => sets[name]?.pixel_auroc !== null))("%s", (name) => {
    expectClose([filled(name).result()], [sets[name]?.pixel_auroc as number], { rtol: 1e-12, atol: 0 }, name);
  });

  it.each(names.filter((name) => sets[name]?.pixel_auroc === null))("undefined: %s", (name) => {
    expect(() => filled(name).result()).toThrow(expect.objectContaining({ code: "LTAD_UNDEFINED_METRIC" }));
  });
});

describe("pixelAuroc", () => {
  const rng = createRng(8);
  const image = (n: number) => ({
    map: rng.normals(n).map((v) => Math.round(v * 20) / 16),
    mask: Uint8Array.from({ length: n }, () => (rng.uniform() < 0.1 ? 255 : 0)),
  });

  it("is auroc over all pixels, and goes on after a result", () => {
    const images = [image(5000), image(3001), image(70_000)];
    const pixels = pixelAuroc();
    images.forEach(({ map, mask }, k) => {
      pixels.add(map, mask);
      const seen = images.slice(0, k + 1);
      const scores = seen.flatMap(({ map }) => [...map]);
      const labels = seen.flatMap(({ mask }) => [...mask].map((v) => v > 0));
      expectClose([pixels.result()], [auroc(scores, labels)], { rtol: 1e-13, atol: 0 }, `${k + 1} images`);
      expect(pixels.result()).toBe(pixels.result());
    });
    expect(pixels.counts.images).toBe(3);
    expect(pixels.counts.defect + pixels.counts.good).toBe(78_001);
  });

  it("sorts every float: negative, zero of either sign, subnormal, largest", () => {
    const ladder = [-3.4028234663852886e38, -1, -1.5e-45, -0, 0, 1.5e-45, 1e-38, 1, 1.0000001192092896, 3.4028234663852886e38];
    for (let i = 0; i < ladder.length; i++) {
      for (let j = 0; j < ladder.length; j++) {
        const pixels = pixelAuroc();
        const [good, defect] = [Math.fround(ladder[i] as number), Math.fround(ladder[j] as number)];
        pixels.add(Float32Array.of(good, defect), Uint8Array.of(0, 1));
        expect(pixels.result(), `${defect} against ${good}`).toBe(defect > good ? 1 : defect === good ? 0.5 : 0);
      }
    }
  });

  it("takes a good image without a mask", () => {
    const pixels = pixelAuroc();
    pixels.add(Float32Array.of(1, 3), null);
    expect(() => pixels.result()).toThrow(/none of the 2 pixels is anomalous/);
    pixels.add(Float32Array.of(2), Uint8Array.of(1));
    expect(pixels.result()).toBe(0.5);
  });

  it("refuses an image whole and names it", () => {
    const pixels = pixelAuroc();
    pixels.add(Float32Array.of(1, 2), Uint8Array.of(0, 1));
    expect(() => pixels.add(Float32Array.of(1, Number.NaN), Uint8Array.of(0, 1), "a.png")).toThrow(/^a.png: the score of pixel 1 is NaN/);
    expect(() => pixels.add(Float32Array.of(-Infinity), null)).toThrow(/^image 1: the score of pixel 0 is -Infinity/);
    expect(() => pixels.add(Float32Array.of(1, 2), Uint8Array.of(1))).toThrow(/the map has 2 pixels and the mask 1/);
    expect(pixels.counts).toEqual({ images: 1, defect: 1, good: 1 });
  });

  it("reads a map that is a part of a larger array", () => {
    const pixels = pixelAuroc();
    pixels.add(Float32Array.of(9, 1, 2, 9).subarray(1, 3), Uint8Array.of(0, 1));
    expect(pixels.result()).toBe(1);
  });
});
