import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "addClasses",
      "configJsonSchema",
      "configSchema",
      "imageBytes",
      "nearestGraph",
      "needsOf",
      "prepareEncoding",
      "presets",
      "readTrainingFiles",
      "removeClasses",
      "resolveConfig",
      "textEncoderOf",
      "train",
      "updateClass",
      "wholeHead",
      "withRanges",
      "writeTrainingFiles",
    ]
  `);
});
