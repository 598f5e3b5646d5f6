import { expect, it } from "vitest";
import * as api from "./index.js";
import * as testing from "./testing.js";

it("exports these names", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "bert",
      "bertShapes",
      "catalogue",
      "checkImageSize",
      "clipText",
      "clipTextShapes",
      "defaultCacheDir",
      "efficientNet",
      "efficientNetEncoder",
      "efficientNetPlan",
      "efficientNetShapes",
      "efficientNetVariants",
      "imageGraph",
      "loadEfficientNetB0",
      "loadEncoder",
      "loadImageEncoder",
      "loadTextEncoder",
      "loadUseLite",
      "localFolder",
      "onnxImageEncoder",
      "openEfficientNet",
      "openFolder",
      "openImageFolder",
      "openTextEncoder",
      "openTextFolder",
      "openTokenizer",
      "parseOnnxManifest",
      "parseSource",
      "sentenceEncoder",
      "sentencePiece",
      "sentenceShapes",
      "sentenceTransformer",
      "stageSpecs",
      "textFeatures",
      "textVectors",
      "towerEncoder",
      "useLite",
    ]
  `);
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "orOffline",
      "randomParams",
      "testCacheDir",
      "tinyImageEncoder",
      "tinyTextEncoder",
    ]
  `);
});
