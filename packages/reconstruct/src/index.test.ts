import { expect, it } from "vitest";
import * as api from "./index.js";

it("the public names", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "displace",
      "initPrenorm",
      "initTokenMlp",
      "initUniad",
      "jitter",
      "neighbourMask",
      "prenorm",
      "reconstructionLoss",
      "reconstructor",
      "squaredError",
      "tokenMlp",
      "uniad",
    ]
  `);
});
