import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "addClasses",
      "configJsonSchema",
      "configSchema",
      "presets",
      "readTrainingFiles",
      "removeClasses",
      "resolveConfig",
      "train",
      "updateClass",
      "writeTrainingFiles",
    ]
  `);
});
