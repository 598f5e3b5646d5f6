import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "checkDataset",
      "datasetStatistics",
      "decodeImage",
      "headAndTail",
      "isGood",
      "loadImage",
      "loadMask",
      "longTail",
      "longTailCounts",
      "materialNames",
      "orderClasses",
      "parseProtocol",
      "pixelTestItems",
      "processImage",
      "readImage",
      "readImageFile",
      "readImageHeader",
      "readSplit",
      "resize",
      "resizeMask",
      "scanDataset",
      "splitOrder",
      "squashImage",
      "synthesise",
      "writeSplit",
    ]
  `);
});
