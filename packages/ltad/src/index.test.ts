import { expect, it } from "vitest";
import * as entry from "./index.js";

it("exports these names", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "LtadError",
      "addClass",
      "defaultCacheDir",
      "evaluate",
      "isLtadError",
      "openDetector",
      "presets",
      "removeClass",
      "resolveConfig",
      "scanDataset",
      "serve",
      "sweep",
      "train",
      "updateClass",
      "version",
    ]
  `);
});
