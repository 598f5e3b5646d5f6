import { expect, it } from "vitest";
import * as api from "./index.js";
import * as networks from "./networks.js";
import * as testing from "./testing.js";

it("exports these names", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "catalogue",
      "checkImageSize",
      "featureDefaults",
      "imageGraph",
      "loadEncoder",
      "loadImageEncoder",
      "loadTextEncoder",
      "localFolder",
      "textVectors",
    ]
  `);
  expect(Object.keys(networks).sort()).toMatchInlineSnapshot(`
    [
      "bert",
      "bertShapes",
      "clipText",
      "clipTextShapes",
      "efficientNet",
      "efficientNetEncoder",
      "efficientNetPlan",
      "efficientNetShapes",
      "efficientNetVariants",
      "onnxImageEncoder",
      "openEfficientNet",
      "openTextEncoder",
      "openTokenizer",
      "parseOnnxManifest",
      "sentenceEncoder",
      "sentencePiece",
      "sentenceShapes",
      "sentenceTransformer",
      "stageSpecs",
      "textFeatures",
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
