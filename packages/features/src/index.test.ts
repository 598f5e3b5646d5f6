import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "centred",
      "channelMoments",
      "classDistances",
      "copyLikelihoods",
      "encoderGraph",
      "featureSpec",
      "fitStatistics",
      "graphSpec",
      "mergeSums",
      "noSums",
      "openScatter",
      "standardZ",
      "statisticsOf",
      "statisticsTables",
      "sumUp",
      "whiten",
      "whitened",
      "withImage",
    ]
  `);
});
