import { expect, it } from "vitest";
import * as entry from "./index.js";
import * as testing from "./testing.js";

it("exports these names", () => {
  expect(Object.keys(entry).sort()).toMatchInlineSnapshot(`
    [
      "defaultCacheDir",
      "localPlace",
      "openFolder",
      "parseSource",
      "pinnedFiles",
      "pinnedFolder",
      "sourceForms",
      "specOf",
    ]
  `);
  expect(Object.keys(testing).sort()).toMatchInlineSnapshot(`
    [
      "commit",
      "orOffline",
      "sha256Of",
      "startHub",
      "testCacheDir",
    ]
  `);
});
