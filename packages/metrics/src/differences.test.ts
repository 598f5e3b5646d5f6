import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { auroc } from "./image/auroc.js";
import { averagePrecision } from "./image/average-precision.js";
import { precisionRecallCurve } from "./image/curves.js";
import { f1Max } from "./image/f1-max.js";
import { exactPixels } from "./pixels/exact-pixels.js";
import { aupro } from "./pixels/pro-curve.js";
import type { PixelImage } from "./pixels/pixel-image.js";
import type { Ranking } from "./ranking/ranking.js";
import { pixelImages, pixelSets } from "./testing/golden.js";
import { plainArea, plainPro } from "./testing/plain-pixels.js";

// What usual shortcuts give on the golden sets beside this package: the table of the README, row by row. Each shortcut is written out here.

const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

function ranked(images: readonly PixelImage[]): Ranking {
  const pixels = exactPixels();
  for (const image of images) pixels.add(image);
  return pixels.ranking();
}
const of = (set: string) => ranked(pixelImages(set));
const changed = (set: string, change: (score: number) => number) =>
  ranked(pixelImages(set).map((image) => ({ ...image, map: image.map.map(change) })));
const scores = (set: string) => pixelImages(set).flatMap(({ map }) => [...map]);
const between = (set: string) => ({ low: Math.min(...scores(set)), high: Math.max(...scores(set)) });

/** Area under precision over recall by trapezoids. */
function trapezoidAp(ranking: Ranking): number {
  const { precision, recall } = precisionRecallCurve(ranking);
  return plainArea(recall, precision, 1);
}

/** Every point of the PRO curve with its threshold. */
function everyPoint(set: string) {
  const thresholds = [Infinity, ...[...new Set(scores(set))].sort((a, b) => b - a)];
  return { thresholds, ...plainPro(pixelImages(set)) };
}

/** 200 equal steps between the extreme scores, points below the limit, stretched to it, without interpolation. */
function stepped(set: string, limit: number, steps = 200): number {
  const { low, high } = between(set);
  const { fpr, pro, thresholds } = everyPoint(set);
  const points = Array.from({ length: steps }, (_, k) => thresholds.findLastIndex((t) => t > low + ((high - low) / steps) * k)).reverse();
  const kept = points.filter((i) => fpr[i]! < limit);
  const widest = Math.max(...kept.map((i) => fpr[i]!));
  const [x, y] = [kept.map((i) => fpr[i]! / widest), kept.map((i) => pro[i]!)];
  return plainArea(x, y, 1);
}

/** Points up to the limit only, the area divided by the limit. */
function withoutInterpolation(set: string, limit: number): number {
  const { fpr, pro } = everyPoint(set);
  const kept = fpr.filter((x) => x <= limit);
  return plainArea(kept, pro, limit);
}

/** The best F1 at 21 thresholds 0, 0.05 .. 1 of scores scaled to [0, 1]. */
function f1At21(set: string): number {
  const { low, high } = between(set);
  const labels = pixelImages(set).flatMap(({ mask }) => [...(mask ?? [])].map((v) => v > 0));
  const f1 = Array.from({ length: 21 }, (_, k) => {
    const called = scores(set).map((s) => (s - low) / (high - low) >= k / 20);
    const hits = called.filter((c, i) => c && labels[i]).length;
    return (2 * hits) / (called.filter(Boolean).length + labels.filter(Boolean).length);
  });
  return Math.max(...f1);
}

const wrong = (set: string, mistake: string, limit: number) => pixelSets[set]!.wrong![mistake]![limit]!;
const four = (set: string, limit: number) => {
  const { fpr, pro } = plainPro(pixelImages(set), false);
  return plainArea(fpr, pro, limit);
};

const rows: [string, string, string, number, number][] = [
  ["regions 4-connected", "AUPRO@0.05", "diagonal", aupro(of("diagonal"), 0.05), four("diagonal", 0.05)],
  ["200 equal thresholds, stretched to the limit", "AUPRO@0.3", "borders", aupro(of("borders"), 0.3), stepped("borders", 0.3)],
  [
    "the same, one image with a score of 1e12",
    "AUPRO@0.3",
    "extreme_pixel",
    aupro(of("extreme_pixel"), 0.3),
    stepped("extreme_pixel", 0.3),
  ],
  ["no interpolation at the limit", "AUPRO@0.01", "borders", aupro(of("borders"), 0.01), withoutInterpolation("borders", 0.01)],
  ["ties in the order of pixels", "AUPRO@0.3", "ties", aupro(of("ties"), 0.3), wrong("ties", "ties_not_merged", 0.3)],
  ["not divided by the limit", "AUPRO@0.3", "larger", aupro(of("larger"), 0.3), wrong("larger", "not_divided_by_limit", 0.3)],
  [
    "mean over images instead of regions",
    "AUPRO@0.3",
    "mixed_sizes",
    aupro(of("mixed_sizes"), 0.3),
    wrong("mixed_sizes", "mean_of_per_image_aupro", 0.3),
  ],
  [
    "good images left out",
    "AUPRO@0.3",
    "most_images_good",
    aupro(of("most_images_good"), 0.3),
    wrong("most_images_good", "good_images_left_out", 0.3),
  ],
  ["AP by trapezoids", "pixel AP", "ties", averagePrecision(of("ties")), trapezoidAp(of("ties"))],
  [
    "scores through a float32 sigmoid",
    "pixel AUROC",
    "limit_reached_exactly",
    auroc(of("limit_reached_exactly")),
    auroc(changed("limit_reached_exactly", (s) => 1 / (1 + Math.fround(Math.exp(-s))))),
  ],
  [
    "scores clamped to [0, 1]",
    "pixel AP",
    "larger",
    averagePrecision(of("larger")),
    averagePrecision(changed("larger", (s) => Math.min(1, Math.max(0, s)))),
  ],
  ["21 thresholds on scaled scores", "pixel F1-max", "extreme_pixel", f1Max(of("extreme_pixel")).value, f1At21("extreme_pixel")],
  ["AUROC below 0.5 turned round", "pixel AUROC", "inverted", auroc(of("inverted")), 1 - auroc(of("inverted"))],
];

it.each(rows)("the README's row: %s, %s of %s", (what, metric, set, right, other) => {
  const error = other - right;
  const row = `| ${what} | ${metric} | \`${set}\` | ${right.toFixed(4)} | ${other.toFixed(4)} | ${error < 0 ? "-" : "+"}${Math.abs(error).toFixed(4)} |`;
  expect(readme).toContain(row);
});

it("the shortcuts written here are those of the golden", () => {
  expect(four("diagonal", 0.05)).toBeCloseTo(wrong("diagonal", "four_connectivity", 0.05), 12);
  for (const set of ["borders", "mixed_sizes", "ties"]) expect(stepped(set, 0.3)).toBeCloseTo(wrong(set, "binned_200_steps", 0.3), 9);
});
