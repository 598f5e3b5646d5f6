import { describe, expect, it } from "vitest";
import { checkMaskSize } from "./mask-size.js";
import { maskRemarks } from "./mask-remarks.js";

const mask = (marked: number, change: { alpha?: boolean; soft?: boolean } = {}) => ({
  width: 10,
  height: 10,
  data: new Uint8Array(100).fill(1, 0, marked),
  alpha: false,
  soft: false,
  ...change,
});
const upright = { width: 10, height: 10 };
const same = { image: upright, mask: upright };

it("says nothing about masks that are as they should be", () => {
  const remarks = maskRemarks("bolt");
  remarks.add("a.png", mask(50), same);
  remarks.add("b.png", mask(1), same);
  expect(remarks.warnings()).toEqual([]);
});

it("names class, number and share of what is odd", () => {
  const remarks = maskRemarks("bolt");
  for (const id of ["a.png", "b.png", "c.png", "d.png"]) remarks.add(id, mask(id === "a.png" ? 100 : 96), same);
  remarks.add("e.png", mask(0), same);
  remarks.add("f.png", mask(10, { soft: true, alpha: true }), { image: { ...upright, orientation: 6 }, mask: upright });
  remarks.addTiny("g.png", 2);
  expect(remarks.warnings()).toMatchInlineSnapshot(`
    [
      "bolt: 4 of 6 masks mark more than half of the image, 97 % on average; a mask is white on the defect and black elsewhere, so they may be inverted (a.png, b.png, c.png, ...).",
      "bolt: 1 of 6 masks marks nothing, though the image is in a folder of defects; all of its pixels count as good (e.png).",
      "bolt: 1 of 6 masks has soft edges; a pixel counts as defect from half of the largest value on (f.png).",
      "bolt: 1 of 6 masks is read from the alpha channel, because it varies (f.png).",
      "bolt: 1 of 6 masks has another EXIF orientation than the image, which is compared as it is shown; make sure that mask and image fit (f.png).",
      "bolt: 1 of 6 masks has 2 regions that would vanish at the size of the comparison; every pixel that such a region touches counts as defect (g.png).",
    ]
  `);
});

describe("a mask of another size", () => {
  const said = (found: object, expected: object) => {
    try {
      checkMaskSize("m.png", { width: 240, height: 160, ...found }, { width: 160, height: 240, image: "a.jpg", ...expected });
      return "";
    } catch (error) {
      return (error as Error).message;
    }
  };

  it("must be turned, never squashed, where the sides are swapped", () => {
    expect(said({}, { orientation: 6 })).toMatchInlineSnapshot(
      `"m.png is 240x160 but a.jpg is 160x240. A mask must have the size of its image; its sides are swapped, because the image is shown turned (EXIF orientation 6) and the mask is not. Turn the mask by 90 degrees clockwise, or export it again from the image as it is shown."`,
    );
    expect(said({}, { orientation: 8 })).toContain("Turn the mask by 90 degrees counter-clockwise");
    expect(said({ orientation: 6 }, {})).toMatchInlineSnapshot(
      `"m.png is 240x160 but a.jpg is 160x240. A mask must have the size of its image; its sides are swapped, because the mask is shown turned (EXIF orientation 6) and the image is not. Remove the orientation from the mask's EXIF data."`,
    );
    for (const [found, expected] of [
      [{}, { orientation: 6 }],
      [{ orientation: 6 }, {}],
      [{}, {}],
    ] as const)
      expect(said(found, expected)).not.toMatch(/resize/);
    expect(said({}, {})).toContain("its sides are swapped: turn the mask");
  });

  it("may be resized where it has the shape of the image, and only there", () => {
    expect(said({ width: 80, height: 120 }, {})).toContain("resize the mask (nearest neighbour)");
    expect(said({ width: 100, height: 100 }, {})).toMatch(/another shape.*export it again/);
    expect(said({ width: 100, height: 100 }, {})).not.toContain("resize");
  });
});

it("names masks that are photographs, and those of several pages", () => {
  const remarks = maskRemarks("bolt");
  remarks.add("a.png", { ...mask(90, { soft: true }), photo: true }, same);
  remarks.add("b.tif", mask(0), { image: upright, mask: { ...upright, pages: 2 } });
  expect(remarks.warnings().slice(0, 2)).toEqual([
    "bolt: 1 of 2 masks looks like a photograph or a heat map, grey in most places; a mask is white on the defect and black elsewhere (a.png).",
    "bolt: 1 of 2 masks has several pages or frames, of which only the first is read (b.tif).",
  ]);
  expect(remarks.warnings()).toHaveLength(3); // and that b marks nothing
});
