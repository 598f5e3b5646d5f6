import { expect, it } from "vitest";
import { nothingPublished, publishedMvtec } from "./published-numbers.js";

it("has the authors' table of MVTec AD, and null for what is not in it", () => {
  const row = (split: string, method: string) => publishedMvtec(split)!.rows.find((found) => found.method === method)!;
  expect(row("exp100", "LTAD").avg).toEqual({ image: 0.8886, pixel: 0.9446 });
  expect(row("step200", "LTAD").avg).toEqual({ image: 0.856, pixel: 0.9212 });
  expect(row("exp200", "UniAD").avg).toEqual({ image: 0.8621, pixel: 0.9326 });
  expect(row("step100", "RegAD").avg).toEqual({ image: 0.8154, pixel: 0.951 });
  expect(row("exp200", "RegAD").avg).toEqual({ image: null, pixel: null });
  expect(row("exp100", "LTAD").high).toEqual({ image: null, pixel: null });
  expect(publishedMvtec("exp100")!.source).toContain("table 2");
});

it("knows nothing of splits that the paper does not have, and no numbers of VisA and DAGM 2007", () => {
  expect(publishedMvtec("exp20")).toBeNull();
  expect(publishedMvtec("constructor")).toBeNull();
  expect(nothingPublished("nothing was found.").rows).toEqual([
    {
      method: "LTAD",
      class_given: true,
      avg: { image: null, pixel: null },
      high: { image: null, pixel: null },
      low: { image: null, pixel: null },
    },
  ]);
});
