import { expect, it } from "vitest";
import * as api from "./index.js";

it("the public names", () => {
  expect(Object.keys(api).sort()).toMatchInlineSnapshot(`
    [
      "classTexts",
      "conditionalVae",
      "initClassNames",
      "klDivergence",
      "klWeight",
      "realProbability",
      "sample",
      "vaeLoss",
    ]
  `);
});
