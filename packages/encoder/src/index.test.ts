import { expect, it } from "vitest";
import * as api from "./index.js";
import * as testing from "./testing.js";

it("exports these names", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "defaultCacheDir",
      "efficientNet",
      "efficientNetB0",
      "efficientNetEncoder",
      "efficientNetShapes",
      "loadEfficientNetB0",
      "loadUseLite",
      "sentenceEncoder",
      "sentencePiece",
      "sentenceShapes",
      "sentenceTransformer",
      "stageSpecs",
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
