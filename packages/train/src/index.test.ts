import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import * as api from "./index.js";
import { version } from "./version.js";

it("exports what the README lists", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "configSchema",
      "encodeFiles",
      "presets",
      "resolveConfig",
      "train",
    ]
  `);
});

it("writes bundles under the version of its package", () => {
  expect(JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"))).toMatchObject({ version });
});
