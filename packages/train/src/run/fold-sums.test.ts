import { createRng } from "@ltad/core";
import { type ClassSums, sumUp } from "@ltad/features";
import { expect, it } from "vitest";
import { counts, randomImages, setOf, spec } from "../testing/tiny-set.js";
import { sumByFold } from "./fold-sums.js";
import { foldsOf } from "./folds.js";

const set = setOf(randomImages(createRng("fold sums")));

it("sums up each class, and each of its folds, in one pass", async () => {
  const seen: number[] = [];
  const { sums, folds } = await sumByFold(set, spec, { onProgress: ({ done }) => seen.push(done) });
  const plain = await sumUp(set, spec, {});
  sums.forEach((own, label) => expectSame(own, plain[label]!));
  expect(folds.map((own) => own!.map(({ images }) => images))).toEqual([[2, 1, 1, 1, 1], [1, 1, 1], [1]]);
  expect(seen.at(-1)).toBe(counts.reduce((total, count) => total + count, 0));
});

it("a fold has the sums of its own images alone", async () => {
  const { folds } = await sumByFold(set, spec, {});
  const { members } = foldsOf(set, 0);
  for (const [fold, own] of folds[0]!.entries()) {
    const images = members.filter((member) => member.fold === fold).map(({ index }) => index);
    const alone = { ...set, labels: images.map(() => 0), counts: [images.length, 0, 0] };
    const [expected] = await sumUp({ ...alone, store: { read: (place) => set.store.read(images[place]!) } }, spec, {});
    expectSame(own, expected!);
  }
});

it("stops when asked", async () => {
  const stopping = AbortSignal.abort();
  await expect(sumByFold(set, spec, { signal: stopping })).rejects.toMatchObject({ code: "LTAD_ABORTED" });
});

function expectSame(sums: ClassSums, expected: ClassSums): void {
  expect(sums.images).toBe(expected.images);
  for (const name of ["position", "scatter", "z", "zSquare"] as const) {
    sums[name].forEach((value, i) => expect(Math.abs(value - expected[name][i]!)).toBeLessThan(1e-5 * (1 + Math.abs(value))));
  }
}
