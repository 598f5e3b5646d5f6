import { createRng } from "@ltad/core";
import { expectClose } from "@ltad/core/testing";
import * as tf from "@tensorflow/tfjs";
import { describe, expect, it } from "vitest";
import type { FeatureSpec } from "./feature-spec.js";
import { gridFeatures, toGrid } from "./grid-features.js";

// B 2 images; maps of side 12, 5 and 3 with 1, 4 and 7 channels; grid 3 unless told. Every map differs along y and x.

const B = 2;
const close = { rtol: 1e-5, atol: 2e-6 };

describe("toGrid", () => {
  it.each([
    { side: 12, grid: 3, shrink: "area", rule: "block means", by: blockMean },
    { side: 12, grid: 3, shrink: "bilinear", rule: "samples of the four nearest", by: bilinear },
    { side: 5, grid: 3, shrink: "area", rule: "means by the share of each cell, where blocks do not fit", by: areaMean },
    { side: 5, grid: 3, shrink: "bilinear", rule: "samples of the four nearest, where blocks do not fit", by: bilinear },
    { side: 3, grid: 5, shrink: "area", rule: "samples, where the map is smaller", by: bilinear },
    { side: 3, grid: 5, shrink: "bilinear", rule: "samples, where the map is smaller", by: bilinear },
    { side: 3, grid: 3, shrink: "bilinear", rule: "the map itself at the same size", by: bilinear },
  ] as const)("$side to $grid by $shrink: $rule", ({ side, grid, shrink, by }) => {
    const map = random(side, 4);
    const found = toGrid(map, grid, shrink);
    expect(found.shape).toEqual([B, grid, grid, 4]);
    expectClose(found.dataSync(), by(map.arraySync(), grid).flat(3), close, "grid");
  });

  it("area and bilinear are not the same", () => {
    const map = random(12, 1);
    expect([...toGrid(map, 3, "area").dataSync()]).not.toEqual([...toGrid(map, 3, "bilinear").dataSync()]);
  });
});

describe("gridFeatures", () => {
  const maps = [random(12, 1), random(5, 4), random(3, 7)] as const;
  const spec: FeatureSpec = {
    inputSize: 48,
    gridStride: 16,
    shrink: "area",
    length: "raw",
    kernel: "linear",
    grid: 3,
    tokens: 9,
    channels: 12,
    zSize: 6,
    stages: [1, 4, 7].map((channels, i) => ({ stage: i + 2, channels, stride: 4 })),
  };

  it("tokens row by row, the stages' channels one after another", () => {
    const found = gridFeatures(maps, spec);
    const parts = [blockMean(maps[0].arraySync(), 3), areaMean(maps[1].arraySync(), 3), maps[2].arraySync()];
    const expected: number[] = [];
    for (let b = 0; b < B; b++) {
      for (let token = 0; token < 9; token++) {
        for (const part of parts) expected.push(...part[b]![Math.floor(token / 3)]![token % 3]!);
      }
    }
    expect(found.shape).toEqual([B, 9, 12]);
    expectClose(found.dataSync(), expected, close, "features");
  });

  it("unit length: each stage's part of a token points where it did and is sqrt(C_l) long; a part of zeros stays", () => {
    const silent = tf.mul<tf.Tensor4D>(maps[1], tf.range(0, 5).greater(1).toFloat().reshape([1, 5, 1, 1])); // rows 0 and 1 are zero
    const raw = gridFeatures([maps[0], silent, maps[2]], spec).arraySync();
    const unit = gridFeatures([maps[0], silent, maps[2]], { ...spec, length: "unit" }).arraySync();
    const stages = [
      [0, 1],
      [1, 5],
      [5, 12],
    ] as const;
    const expected = raw.map((tokens) =>
      tokens.map((token) =>
        stages.flatMap(([from, to]) => {
          const part = token.slice(from, to);
          return part.map((value) => (value * Math.sqrt(part.length)) / Math.max(Math.hypot(...part), 1e-12));
        }),
      ),
    );
    expectClose(unit.flat(2), expected.flat(2), close, "unit");
    expect(unit[0]![0]!.slice(1, 5)).toEqual([0, 0, 0, 0]);
    expect(unit.flat().map((token) => Math.abs(token[0]!))).toEqual(Array.from({ length: 2 * 9 }, () => 1));
  });

  it("one stage, one token", () => {
    const one = { ...spec, grid: 1, tokens: 1, channels: 7, stages: spec.stages.slice(2) };
    const expected = blockMean(maps[2].arraySync(), 1).flat(3);
    expectClose(gridFeatures([maps[2]], one).dataSync(), expected, close, "mean of the map");
  });
});

type Maps = number[][][][]; // [B, h, w, C]

/** Each cell of the grid is the mean of its block. */
function blockMean(maps: Maps, grid: number): Maps {
  const block = maps[0]!.length / grid;
  return fill(maps, grid, (map, y, x, c) => {
    let total = 0;
    for (let i = 0; i < block; i++) for (let j = 0; j < block; j++) total += map[y * block + i]![x * block + j]![c]!;
    return total / block ** 2;
  });
}

/** Each cell drawn `grid` times as large, so that blocks fit: the mean by shares. */
function areaMean(maps: Maps, grid: number): Maps {
  const large = fill(maps, maps[0]!.length * grid, (map, y, x, c) => map[Math.floor(y / grid)]![Math.floor(x / grid)]![c]!);
  return blockMean(large, grid);
}

/** Each cell is read at its centre between the four nearest values; outside of the map its edge goes on. */
function bilinear(maps: Maps, grid: number): Maps {
  const side = maps[0]!.length;
  const inside = (i: number) => Math.min(side - 1, Math.max(0, i));
  return fill(maps, grid, (map, y, x, c) => {
    const [v, u] = [((y + 0.5) * side) / grid - 0.5, ((x + 0.5) * side) / grid - 0.5];
    let total = 0;
    for (const i of [Math.floor(v), Math.floor(v) + 1]) {
      for (const j of [Math.floor(u), Math.floor(u) + 1])
        total += (1 - Math.abs(v - i)) * (1 - Math.abs(u - j)) * map[inside(i)]![inside(j)]![c]!;
    }
    return total;
  });
}

function fill(maps: Maps, grid: number, value: (map: number[][][], y: number, x: number, c: number) => number): Maps {
  const range = Array.from({ length: grid }, (_, i) => i);
  return maps.map((map) => range.map((y) => range.map((x) => map[0]![0]!.map((_, c) => value(map, y, x, c)))));
}

function random(side: number, channels: number): tf.Tensor4D {
  return tf.tensor4d(createRng(`map/${side}`).normals(B * side * side * channels), [B, side, side, channels]);
}
