import { createRng } from "@ltad/core";
import { describe, expect, it } from "vitest";
import { foreignSampler, imageSampler } from "./draw.js";

const counts = [40, 9, 1];
const labels = counts.flatMap((count, label) => Array.from({ length: count }, () => label));

describe("imageSampler", () => {
  it.each([
    [0, counts],
    [-1, [1, 1, 1]],
    [-0.5, counts.map(Math.sqrt)],
  ])("with power %d draws classes in the ratio n^(1 + power)", (power, ratio) => {
    const draw = imageSampler(labels, counts, power);
    const rng = createRng(1);
    const seen = [0, 0, 0];
    for (let i = 0; i < 20_000; i++) seen[labels[draw(rng)]!]!++;
    const total = ratio.reduce((a, b) => a + b, 0);
    seen.forEach((n, label) => expect(Math.abs(n / 20_000 - ratio[label]! / total)).toBeLessThan(0.02));
  });

  it("never leaves the list", () => {
    const draw = imageSampler([0], [1], 0);
    expect(draw(createRng(1))).toBe(0);
  });
});

describe("foreignSampler", () => {
  it("draws other classes alike, whatever their size, and never the own one", () => {
    const draw = foreignSampler(labels, 3);
    const rng = createRng(2);
    const seen = [0, 0, 0];
    for (let i = 0; i < 10_000; i++) seen[labels[draw(0, rng)]!]!++;
    expect(seen[0]).toBe(0);
    expect(Math.abs(seen[1]! / 10_000 - 0.5)).toBeLessThan(0.02);
  });

  it("with one class takes that class", () => {
    expect(foreignSampler([0, 0], 1)(0, createRng(3))).toBeLessThan(2);
  });
});
