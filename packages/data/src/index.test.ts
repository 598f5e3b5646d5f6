import { expect, it } from "vitest";
import * as api from "./index.js";
import * as synthetic from "./synthetic.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "checkDataset",
      "checkLayoutFile",
      "datasetStatistics",
      "decodeImage",
      "examineDataset",
      "headAndTail",
      "isGood",
      "layoutNames",
      "loadImage",
      "loadMask",
      "longTail",
      "longTailCounts",
      "masksOf",
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
      "thumbnail",
      "turnImage",
      "turns",
      "writeCleanList",
      "writeSplit",
    ]
  `);
  expect(Object.keys(synthetic).sort()).toEqual(["materialNames", "synthesise"]);
});
