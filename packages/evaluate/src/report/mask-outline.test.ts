import { createRng } from "@ltad/core";
import { expect, it } from "vitest";
import { maskOutline } from "./mask-outline.js";

/** Area inside the rings of a path, by the shoelace formula. */
function area(path: string): number {
  const rings = path
    .split("M")
    .slice(1)
    .map((ring) =>
      ring
        .replace("Z", "")
        .split("L")
        .map((point) => point.split(" ").map(Number) as [number, number]),
    );
  return Math.abs(
    rings.reduce(
      (sum, ring) =>
        sum +
        ring.reduce(
          (a, [x, y], i) => a + (x * (ring[(i + 1) % ring.length]?.[1] ?? 0) - (ring[(i + 1) % ring.length]?.[0] ?? 0) * y) / 2,
          0,
        ),
      0,
    ),
  );
}

function rectangle(width: number, height: number, inside: (x: number, y: number) => boolean) {
  return { width, height, data: Uint8Array.from({ length: width * height }, (_, i) => Number(inside(i % width, Math.floor(i / width)))) };
}

it("goes around a rectangle", () => {
  const mask = rectangle(20, 11, (x, y) => x >= 4 && x < 14 && y >= 3 && y < 8);
  expect(area(maskOutline(mask, mask) ?? "")).toBeCloseTo(10 * 5 - 0.5, 5); // the corners are cut
});

it("scales with the picture", () => {
  const mask = rectangle(20, 11, (x, y) => x >= 4 && x < 14 && y >= 3 && y < 8);
  const path = maskOutline(mask, { width: 200, height: 55 }) ?? "";
  expect(area(path)).toBeCloseTo((10 * 5 - 0.5) * 10 * 5, -1);
});

it("leaves out the inside of a ring", () => {
  const ring = rectangle(
    15,
    15,
    (x, y) => Math.max(Math.abs(x - 7), Math.abs(y - 7)) <= 5 && Math.max(Math.abs(x - 7), Math.abs(y - 7)) > 2,
  );
  expect(maskOutline(ring, ring)?.match(/M/g)).toHaveLength(2);
});

it("closes at the border and keeps the smallest defect", () => {
  const full = rectangle(9, 7, () => true);
  expect(area(maskOutline(full, full) ?? "")).toBeGreaterThan(60);
  const dot = rectangle(1000, 900, (x, y) => x === 613 && y === 250);
  const path = maskOutline(dot, { width: 100, height: 90 }) ?? "";
  expect(area(path)).toBeGreaterThan(0);
  expect(path).toMatch(/^M6[0-3](\.\d)? 2[4-6]/);
});

it("is nothing without a defect", () => {
  expect(
    maskOutline(
      rectangle(5, 4, () => false),
      { width: 5, height: 4 },
    ),
  ).toBeNull();
});

it("stays inside the picture", () => {
  const rng = createRng(1);
  const noise = rectangle(31, 17, () => rng.uniform() > 0.6);
  const numbers = (maskOutline(noise, { width: 62, height: 34 }) ?? "")
    .split(/[MLZ ]/)
    .filter(Boolean)
    .map(Number);
  expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...numbers)).toBeLessThanOrEqual(62);
});
