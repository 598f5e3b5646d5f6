import { LtadError } from "@ltad/core";
import { expect, it } from "vitest";
import { faultKinds, faultLines } from "./fault-kinds.js";
import { damagedError } from "./open-image.js";

const fault = (file: string, why: string) => ({ error: new LtadError("LTAD_IMAGE", `${file}: ${why}`, { details: { file } }) });
const size = (mask: string, image: string, width: number) => ({
  error: new LtadError("LTAD_MASK", `${mask} is ${width}x4 but ${image} is 6x4. Resize it.`, { details: { file: mask, image } }),
});

it("joins faults that differ in names and numbers only", () => {
  const faults = [
    ...Array.from({ length: 40 }, (_, i) => fault(`/d/${i}.png`, `it has ${1000 + i} pixels`)),
    fault("/d/x.png", "this is a text file"),
    ...Array.from({ length: 5 }, (_, i) => size(`/m/${i}_mask.png`, `/d/${i}.png`, 7 + i)),
  ];
  expect(faultLines(faults)).toEqual([
    "/d/0.png: it has 1000 pixels 39 more files have the same fault: /d/1.png, /d/2.png, ...",
    "/d/x.png: this is a text file",
    "/m/0_mask.png is 7x4 but /d/0.png is 6x4. Resize it. 4 more files have the same fault: /m/1_mask.png, /m/2_mask.png, ...",
  ]);
  expect(faultKinds(faults).map(({ faults: same }) => same.length)).toEqual([40, 1, 5]);
});

it("names no option of a library", () => {
  const why = new Error("Warning treated as error due to failOn setting");
  expect(damagedError("a.png", "png", 1, why).message).toBe(
    "a.png: this PNG is damaged or truncated. Export or copy it again, or remove it.",
  );
});

it("gives few faults a line each", () => {
  expect(faultLines([fault("a.png", "bad"), fault("b.png", "bad"), fault("c.png", "bad")])).toHaveLength(3);
});
