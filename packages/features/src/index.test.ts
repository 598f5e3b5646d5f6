import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "centred",
      "classDistances",
      "encoderGraph",
      "featureSpec",
      "fitMoments",
      "fitWhitening",
      "groupSize",
      "standardZ",
      "statisticsTables",
      "statisticsTree",
      "whiten",
      "whitened",
    ]
  `);
});
