import { expect, it } from "vitest";
import * as api from "./index.js";

it("the public names", () => {
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
