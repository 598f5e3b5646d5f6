import { expect, it } from "vitest";
import { resizeMask } from "./resize-mask.js";

it("takes the nearest pixel, half-pixel centres", () => {
  const mask = Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]); // 5 wide, 2 high
  // columns floor((i + 0.5) 5 / 3) = 0, 2, 4; rows floor((i + 0.5) 2 / 3) = 0, 1, 1
  expect([...resizeMask(mask, 5, 2, 3)]).toEqual([1, 3, 5, 6, 8, 10, 6, 8, 10]);
  // enlarging 2 x 2 to 4 doubles every pixel
  expect([...resizeMask(Uint8Array.from([1, 0, 0, 1]), 2, 2, 4)]).toEqual([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 1, 0, 0, 1, 1]);
});
