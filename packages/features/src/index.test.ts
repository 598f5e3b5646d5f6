import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "centred",
      "classDistances",
      "copyLikelihoods",
      "encoderGraph",
      "featureSpec",
      "fitStatistics",
      "graphSpec",
      "mergeSums",
      "momentsOf",
      "noSums",
      "openScatter",
      "openStatisticsFit",
      "standardZ",
      "statisticsTables",
      "sumUp",
      "whiten",
      "whitened",
      "withImages",
    ]
  `);
});
