import { expect, it } from "vitest";
import * as api from "./index.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "configJsonSchema",
      "configSchema",
      "presets",
      "resolveConfig",
      "train",
    ]
  `);
});
