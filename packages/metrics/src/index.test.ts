import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "accuracyAt",
      "aupimo",
      "aupro",
      "auproBounds",
      "auroc",
      "averagePrecision",
      "bootstrapClasses",
      "confusionAt",
      "delongTest",
      "exactPixels",
      "exactPixelsFromBytes",
      "f1Max",
      "falseAlarmCalibration",
      "fprAtTpr",
      "imageMetricNames",
      "imageMetrics",
      "imageScores",
      "iouMax",
      "isThreshold",
      "labelRegions",
      "lowerIsBetter",
      "mannWhitney",
      "meanOfSeven",
      "measure",
      "pairedBootstrap",
      "pixelMetricNames",
      "pixelMetrics",
      "precisionRecallCurve",
      "presortedBad",
      "presortedGood",
      "proCurve",
      "rank",
      "rankedPixelMetrics",
      "rocCurve",
      "streamingBounds",
      "streamingPixels",
      "streamingPixelsFromBytes",
      "summarise",
      "worstClass",
    ]
  `);
});
