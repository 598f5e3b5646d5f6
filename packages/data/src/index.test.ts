import { expect, it } from "vitest";
import * as api from "./index.js";
import * as synthetic from "./synthetic.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "checkDataset",
      "checkFiles",
      "datasetStatistics",
      "decodeImage",
      "decodeShrunk",
      "findRange",
      "headAndTail",
      "isGood",
      "isImageName",
      "loadImage",
      "loadMask",
      "longTail",
      "longTailCounts",
      "maskRemarks",
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
      "shrunkSize",
      "splitOrder",
      "squashImage",
      "turnImage",
      "turns",
      "writeSplit",
    ]
  `);
  expect(Object.keys(synthetic).sort()).toEqual(["materialNames", "synthesise"]);
});
