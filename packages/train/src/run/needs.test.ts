import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Split } from "@ltad/data";
import { expect, it, onTestFinished } from "vitest";
import { spec } from "../testing/tiny-set.js";
import { checkNeeds, needsOf } from "./needs.js";

const split = (...counts: number[]): Split => ({
  protocol: "full",
  seed: 0,
  classes: counts.map((count, label) => ({
    name: `c${label}`,
    available: count,
    train: Array.from({ length: count }, () => ({ id: "", file: "" })),
  })),
});
const config = (upTo: number, positionRank = 2) => ({
  copies: { upTo },
  whitening: { by: "class" as const, ridge: 0.01, meanPrior: 10, positionRank, positionPrior: 100 },
});
const image = 4 * (16 * 13 + 7); // bytes

it("counts the features of images, and of five copies of those of small classes, with their sums and statistics", () => {
  const options = { spec, graph: 1e6 };
  const sums = 3 * 8 * (16 * 13 + 13 * 13);
  const kept = sums + 5 * sums + 3 * 4 * (3 * 16 * 13 + 13 * 13);
  expect(needsOf(split(100, 8, 1), { config: config(64), ...options }).cache).toBe((109 + 5 * 8) * image + kept);
  expect(needsOf(split(100, 8, 1), { config: config(0), ...options }).cache).toBe(109 * image + kept);
});

it("grows with the classes, their axes and the encoder", () => {
  const of = (classes: number, rank: number, graph: number) =>
    needsOf(split(...Array<number>(classes).fill(3)), { config: config(0, rank), spec, graph });
  for (const more of [of(9, 2, 1e6), of(3, 8, 1e6), of(3, 2, 5e6)]) {
    expect(more.model).toBeGreaterThan(of(3, 2, 1e6).model);
    expect(more.memory).toBeGreaterThan(of(3, 2, 1e6).memory);
  }
  expect(needsOf(split(1e6), { config: config(0), spec, graph: 0 }).memory).toBeLessThan(1.5e9); // most features stay on disk
});

it("refuses a disk that is clearly too small, but not for what is in the cache", async () => {
  const folder = await mkdtemp(join(tmpdir(), "ltad-needs-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const notes: string[] = [];
  const place = { out: join(folder, "out"), cacheDir: folder, encoderId: "0123456789abcdef01", onNote: (note: string) => notes.push(note) };
  const needs = { cache: 2 ** 60, model: 1e6, memory: 1.25e9 };
  await expect(checkNeeds(needs, { ...place, image: 1000 })).rejects.toMatchObject({ code: "LTAD_WRITE" });
  await expect(checkNeeds({ ...needs, cache: 1e6, model: 2 ** 60 }, { ...place, image: 1000 })).rejects.toThrow(
    /out: about .* MB are needed here/,
  );
  await mkdir(join(folder, "features/0123456789abcdef/7f"), { recursive: true });
  await writeFile(join(folder, "features/0123456789abcdef/7f/a.safetensors"), "");
  notes.length = 0;
  await checkNeeds(needs, { ...place, image: 2 ** 60 });
  expect(notes).toContain("This training needs about 0.1 GB of disk space and 1.3 GB of memory.");
});
