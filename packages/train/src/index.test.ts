import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "addClasses",
      "configJsonSchema",
      "configSchema",
      "nearestGraph",
      "prepareEncoding",
      "presets",
      "readTrainingFiles",
      "removeClasses",
      "resolveConfig",
      "train",
      "updateClass",
      "wholeHead",
      "withRanges",
      "writeTrainingFiles",
    ]
  `);
});
