import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "centre",
      "channelsOf",
      "classDistances",
      "encoderGraph",
      "featureSpec",
      "fitMoments",
      "fitStatistics",
      "fitWhitening",
      "gridFeatures",
      "groupRuns",
      "groupSize",
      "inverseRoot",
      "normalise",
      "stageSlices",
      "standardZ",
      "statisticsTables",
      "statisticsTree",
      "toGrid",
      "whiten",
    ]
  `);
});
