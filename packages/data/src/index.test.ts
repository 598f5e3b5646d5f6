import { expect, it } from "vitest";
import * as api from "./index.js";
import * as synthetic from "./synthetic.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "checkDataset",
      "datasetStatistics",
      "decodeImage",
      "headAndTail",
      "isGood",
      "listFolder",
      "loadImage",
      "loadMask",
      "longTail",
      "longTailCounts",
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
      "turnImage",
      "turns",
      "writeSplit",
    ]
  `);
  expect(Object.keys(synthetic).sort()).toEqual(["materialNames", "synthesise"]);
});
