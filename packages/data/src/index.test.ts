import { expect, it } from "vitest";
import * as browser from "./browser.js";
import * as api from "./index.js";
import * as synthetic from "./synthetic.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "checkDataset",
      "checkFiles",
      "checkLayoutFile",
      "datasetStatistics",
      "decodeImage",
      "decodeShrunk",
      "examineDataset",
      "faultLines",
      "findRange",
      "headAndTail",
      "isGood",
      "isImageName",
      "isMaskWord",
      "layoutNames",
      "loadImage",
      "loadMask",
      "longTail",
      "longTailCounts",
      "maskRemarks",
      "masksOf",
      "orderClasses",
      "parseProtocol",
      "pixelTestItems",
      "processImage",
      "readFolder",
      "readImage",
      "readImageFile",
      "readImageHeader",
      "readSplit",
      "resize",
      "resizeMask",
      "scanDataset",
      "scanFields",
      "separateMasks",
      "shrunkSize",
      "similarClasses",
      "splitOrder",
      "squashImage",
      "tablePaths",
      "thumbnail",
      "turnImage",
      "turns",
      "writeCleanList",
      "writeSplit",
    ]
  `);
  expect(Object.keys(synthetic).sort()).toEqual(["materialNames", "synthesise"]);
});

it("offers a browser what works on decoded pixels", () => {
  expect(Object.keys(browser).sort()).toMatchInlineSnapshot(`
    [
      "imageError",
      "readPnm",
      "shrinkAsSharp",
      "shrunkSize",
      "sniffFormat",
      "squashImage",
      "unitRange",
    ]
  `);
});
