import { expect, test } from "vitest";
import * as api from "./index.js";

test("the public names", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "directionLogit",
      "initProjections",
      "posterior",
      "posteriorLogit",
      "project",
      "semantic",
      "semanticLoss",
      "textPrototypes",
    ]
  `);
});
