import { expect, test } from "vitest";
import * as api from "./index.js";

test("the public names", () => {
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
