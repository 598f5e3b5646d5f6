import { expect, it } from "vitest";
import { auroc } from "./auroc.js";
import { imageScores } from "./image-scores.js";

const all = [3, 1, 4, 1, 5, 9, 2, 6].map((score, i) => ({ score, anomaly: i % 3 === 0, name: `${i}.png` }));

it("shards merged, stored as JSON and read again give what one pass gives", () => {
  const left = imageScores(all.slice(0, 3));
  left.merge(imageScores(JSON.parse(JSON.stringify(imageScores(all.slice(3)).images)) as typeof all));
  expect(left.images).toEqual(all);
  expect(left.counts).toEqual({ good: 5, defective: 3 });
  expect(auroc(left.ranking())).toBe(auroc(imageScores(all).ranking()));
});

it("refuses a score that is not finite and names the image", () => {
  const scores = imageScores();
  expect(() => scores.add({ score: Number.NaN, anomaly: true, name: "x.png" })).toThrow(
    "x.png: its score is NaN; scores must be finite numbers.",
  );
  expect(scores.images).toEqual([]);
});
